"""Embedding of LSDB catalogs, partition by partition, when they are computed."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError, located, require
from ..io.embeddings import with_embeddings
from ..io.sample_columns import flat, holds_curves, needed_columns, row_per_object, sample_column
from ..model import Model, load
from ..model.model import LAYERS
from ..model.model_hash import output_dim
from ..names import known_name
from .parts import SLAB_BYTES, Part
from .sent_model import SentModel, keep
from .slabs import Lost, Slab, read_rows
from .stream import processed

logger = logging.getLogger("clrseries")
COLUMN = "embedding"
ROW = "clrseries row of the partition"


def embed_catalog(
    catalog: Any,
    model: str | Path | Model,
    *,
    layer: Literal["embedding", "projection"] = "embedding",
    medium: Literal["vacuum", "air"] | None = None,
    device: Literal["cpu", "cuda"] = "cpu",
) -> Any:
    """Add a column with the embeddings to an LSDB catalog; nothing is computed before the catalog is.

    Parameters
    ----------
    catalog : lsdb.Catalog, dask.dataframe.DataFrame or path
        One row per object. The samples are one nested column, or columns of lists, as :func:`clrseries.embed` reads them. A path is
        opened with ``lsdb.open_catalog``.
    model : path or Model
        Folder written by ``pretrain``, or ``owner/model`` on the Hugging Face Hub. If a ``dask.distributed.Client`` is connected, the
        model is sent to each worker once; otherwise each process loads it once from the path.
    layer : {"embedding", "projection"}
        ``embedding`` is best for probes and maps, ``projection`` for finding the same source in another archive.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of spectra; those in air are brought to vacuum.
    device : {"cpu", "cuda"}
        Where each worker computes: on the CPU, or on its GPU.

    Returns
    -------
    lsdb.Catalog or dask.dataframe.DataFrame
        All columns of `catalog`, and ``embedding``, a fixed-size list of D float32; null for an object that cannot be embedded.

    Raises
    ------
    InputError
        pandas or lsdb is not installed, or the catalog has no samples of the kind that the model takes, or a column ``embedding``.

    Examples
    --------
    >>> import dask.dataframe, pandas, pyarrow
    >>> from clrseries import Model, embed_catalog, encoders, lightcurves as lc, methods
    >>> encoder = encoders.CurveConv(size="tiny", bands=1, embedding_dim=8)
    >>> model = Model(encoder, methods.Projector(8), lc.Observe([lc.Pack(64)]))
    >>> lists = {"time": [[0.0, 1.0, 2.0]], "flux": [[1.0, 2.0, 1.0]], "flux_err": [[0.1, 0.1, 0.1]]}
    >>> stars = pyarrow.table({"object_id": ["RR Lyr"]} | lists).to_pandas(types_mapper=pandas.ArrowDtype)
    >>> found = embed_catalog(dask.dataframe.from_pandas(stars, npartitions=1), model)
    >>> len(found.compute()["embedding"].iloc[0])
    8
    """
    pandas = require("pandas", extra="cluster", purpose="embed_catalog")
    if isinstance(catalog, str | Path):
        catalog = require("lsdb", extra="cluster", purpose="embed_catalog of a path").open_catalog(catalog)
    kind = known_name("layer", layer, LAYERS)
    air = None if medium is None else known_name("medium", medium, ("vacuum", "air"))
    meta = getattr(catalog, "meta", None)
    meta = getattr(catalog, "_meta", None) if meta is None else meta
    if not hasattr(catalog, "map_partitions") or meta is None:
        raise InputError(f"catalog: must be an LSDB catalog or a Dask DataFrame, and is {type(catalog).__name__}")
    trained = load(model)
    _check(pa.Table.from_pandas(meta, preserve_index=False).schema, trained)
    sent = keep(trained, model, kind, known_name("device", device, ("cpu", "cuda")))
    _tell_workers(trained, sent)
    dim = output_dim(trained, kind)
    empty = pandas.arrays.ArrowExtensionArray(_column(np.empty((0, dim), np.float32)))
    return catalog.map_partitions(embedded_frame, sent, dim, air, meta=meta.assign(**{COLUMN: empty}))


def embedded_frame(frame: Any, sent: SentModel, dim: int, medium: str | None) -> Any:
    """Return a partition with the embeddings of its objects.

    Parameters
    ----------
    frame : pandas.DataFrame
        N rows.
    sent : SentModel
        The model.
    dim : int
        Number D of values of an embedding.
    medium : {"vacuum", "air"} or None
        What the wavelengths of spectra are measured in.

    Returns
    -------
    pandas.DataFrame
        All columns of `frame`, and ``embedding``.
    """
    from pandas.arrays import ArrowExtensionArray

    whole = np.full((len(frame), dim), np.nan, np.float32)
    reasons: Counter[str] = Counter()
    if len(frame):
        with sent._replace(threads=_threads()).work() as work:
            for _, table, lost in processed(_slabs(frame, medium, work.kind), work):
                reasons.update(one.reason for one in lost)
                if table is not None:
                    found = np.concatenate([chunk.values.to_numpy() for chunk in table[COLUMN].chunks])
                    whole[table[ROW].to_numpy()] = found.reshape(-1, dim)
    if reasons:
        told = ", ".join(f"{count} x {reason}" for reason, count in reasons.most_common(3))
        logger.warning("%d of %d objects of a partition cannot be embedded: %s", reasons.total(), len(frame), told)
    return frame.assign(**{COLUMN: ArrowExtensionArray(_column(whole))})


def _column(embeddings: NDArray[np.float32]) -> pa.ChunkedArray:
    rows = pa.table({"row": np.arange(len(embeddings))})
    return with_embeddings(rows, embeddings)[COLUMN]


def _slabs(frame: Any, medium: str | None, kind: str) -> Iterator[Slab]:
    """Yield the objects of a partition, some at a time."""
    columns = needed_columns(pa.Table.from_pandas(frame.iloc[:0], preserve_index=False).schema)
    table = pa.Table.from_pandas(frame[columns], preserve_index=False).replace_schema_metadata()
    table = table.append_column(ROW, pa.array(np.arange(len(frame))))
    nested = sample_column(table.schema)
    rows = int(min(max(SLAB_BYTES * len(frame) // max(table.nbytes, 1), 1), len(frame)))
    part = Part("partition", ("partition",), (), kind, (), len(frame), table.nbytes, 0)
    for first in range(0, len(frame), rows):
        some = flat(table.slice(first, rows), nested)
        series, bad = read_rows(some, first, medium, "partition")
        lost = [Lost(part.name, part.name, *one) for one in bad]
        yield Slab(part, series, lost, some.num_rows, some.nbytes, first + rows >= len(frame))


def _check(schema: pa.Schema, model: Model) -> None:
    if COLUMN in schema.names:
        raise located("is there already: rename it", source="catalog", column=COLUMN)
    if not row_per_object(schema):
        raise InputError(
            "catalog: has no nested column of samples and no lists of them (wavelength, flux, ivar; time, flux, flux_err, band); "
            f"it has {', '.join(schema.names)}"
        )
    kind = "light curves" if holds_curves(schema) else "spectra"
    if kind != model.observe.kind:
        raise InputError(f"catalog: holds {kind}, and the model takes {model.observe.kind}")


def _tell_workers(model: Model, sent: SentModel) -> None:
    """Send a model to the workers of the cluster that is connected, those that come later included."""
    if "distributed" not in sys.modules:
        return
    from distributed import default_client

    try:
        client = default_client()
    except ValueError:  # there is none
        return
    from .cluster_worker import Kept

    client.register_plugin(Kept(sent.hash, model), name=f"clrseries model {sent.hash}")


def _threads() -> int:
    """Return the number of threads that Dask gives to this worker; 0 in any other process."""
    if "distributed" not in sys.modules:
        return 0
    from distributed import get_worker

    try:
        return int(get_worker().state.nthreads)
    except ValueError:  # this is not a worker
        return 0

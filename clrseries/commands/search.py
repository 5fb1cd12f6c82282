"""The command ``search``: find the nearest neighbors of an object among embeddings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..argument_types import check_whole
from ..errors import InputError, located
from ..files import refuse_existing

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from ..model import Model
    from ..series import Series

SHOWN = 6  # columns of a printed table beside those of the search


@dataclass(frozen=True)
class Neighbors:
    """What a search has found; printed, it is a table.

    Parameters
    ----------
    table : pyarrow.Table
        ``query`` (name of the query), ``rank`` (1 is the nearest), ``cosine``, ``row`` (of the index, from 0), and the columns of the index.
    method : str
        How it was searched: ``exact``, ``hnsw`` or ``ivfpq``.
    recall : float
        Fraction of true neighbors that the method finds, measured on 200 objects; 1 if exact.
    note : str
        Added to the last line when it is printed.
    """

    table: pa.Table
    method: str
    recall: float
    note: str = field(default="")

    def __str__(self) -> str:
        names = self.table.column_names
        names = [*names[:3], *[name for name in names[4:]][:SHOWN]]
        rows = [names] + [[_text(row[name]) for name in names] for row in self.table.select(names).to_pylist()]
        widths = [max(len(row[k]) for row in rows) for k in range(len(names))]
        lines = ["  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        how = "exact" if self.method == "exact" else f"{self.method}, which finds {self.recall:.1%} of the 10 nearest"
        return "\n".join([*lines, f"cosine similarity; {how}" + self.note])


def search(
    index: str | Path,
    query: str | Path | Series | NDArray[np.floating],
    *,
    model: str | Path | Model | None = None,
    count: int = 10,
    method: Literal["auto", "exact", "hnsw", "ivfpq"] = "auto",
    layer: Literal["embedding", "projection"] | None = None,
    medium: Literal["vacuum", "air"] | None = None,
    output: str | Path | None = None,
    overwrite: bool = False,
) -> Neighbors:
    """Find the nearest neighbors of objects among embeddings, by cosine similarity.

    Parameters
    ----------
    index : path
        Parquet file or folder written by ``embed``.
    query : str, path, Series or array
        The name of an object of the index (column ``object_id``), a file with spectra or light curves to embed, a Series, or embeddings
        (Q, D). An object is not its own neighbor.
    model : path or Model, optional
        Model that embeds the query; default the one that the index was made with, if its file says so and it is still there. Of two models
        that were trained as one pair (``clip``, ``siglip``), one makes the index, with ``embed --layer projection``, and the other may
        embed the query: spectra find light curves.
    count : int
        Number of neighbors.
    method : {"auto", "exact", "hnsw", "ivfpq"}
        How is searched. ``auto`` is exact up to a million embeddings, and ``hnsw`` beyond; ``ivfpq`` needs the least memory.
    layer : {"embedding", "projection"}, optional
        Layer of the model that embeds the query; default the one of the index, or ``embedding``.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of spectra in the file.
    output : path, optional
        Parquet file that the neighbors are written to.
    overwrite : bool
        Whether `output` is replaced if it exists.

    Returns
    -------
    Neighbors
        With ``table``, ``method`` and ``recall``.

    Raises
    ------
    InputError
        There is no such object or file, its embedding has another length than those of the index, no model is known, `model` is neither
        that of the index nor its partner, or faiss is not installed.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np, pyarrow as pa
    >>> from clrseries import search
    >>> from clrseries.io.embeddings import with_embeddings
    >>> from clrseries.io.tables import write_table
    >>> table, path = pa.table({"object_id": ["a", "b", "c"]}), tempfile.mkdtemp() + "/embeddings.parquet"
    >>> write_table(with_embeddings(table, np.array([[1, 0], [0, 1], [1, 0.1]], np.float32)), path)
    >>> search(path, "a", count=1).table["object_id"].to_pylist()
    ['c']
    """
    check_whole("count", count, least=1)
    if output is not None:
        refuse_existing(output, overwrite)
    import numpy as np
    import pyarrow as pa

    from ..evaluation.search import Index
    from ..io.embeddings import made_by, read_embeddings
    from ..io.tables import write_table

    features, table = read_embeddings(index)
    made = Index(features, method)
    own = _rows_of(table, query) if isinstance(query, str) else np.empty(0, int)
    if len(own):
        there = np.isfinite(features[own]).all(axis=1)
        if not there.any():
            raise located("has no embedding", source=str(index), object_id=query)
        own = own[there][:1]
        points, names = features[own], [str(query)]
    elif isinstance(query, np.ndarray):
        points = np.atleast_2d(query)
        names = [str(row) for row in range(len(points))]
    else:
        points, names = _embedded(query, index, table, model, made_by(index), layer, medium)
    cosine, rows = made.search(points, count + len(own))
    keep = (rows >= 0) & ~np.isin(rows, own)
    keep &= np.cumsum(keep, axis=1) <= count
    place = np.nonzero(keep)[0]
    found = pa.table(
        {
            "query": pa.array([names[q] for q in place]),
            "rank": np.cumsum(keep, axis=1)[keep].astype(np.int32),
            "cosine": cosine[keep].astype(np.float32),
            "row": rows[keep],
        }
    )
    columns = table.take(rows[keep])
    for name in columns.column_names:
        found = found.append_column(name if name not in found.column_names else f"{name}_of_neighbor", columns[name])
    if output is not None:
        write_table(found, output, overwrite=overwrite)
    return Neighbors(found, made.method, made.recall, f"; written to {output}" if output is not None else "")


def _rows_of(table: pa.Table, name: str) -> NDArray[np.int64]:
    """Return the rows of an object; none if there is no such name."""
    import numpy as np
    import pyarrow.compute as pc

    if "object_id" not in table.column_names:
        return np.empty(0, int)
    ids = table["object_id"]
    try:
        return np.flatnonzero(pc.equal(ids.cast("string"), name).fill_null(False).to_numpy())
    except (ValueError, NotImplementedError):
        return np.empty(0, int)


def _embedded(
    query: Any,
    index: str | Path,
    table: pa.Table,
    model: Any,
    made: dict[str, str],
    layer: str | None,
    medium: str | None,
) -> tuple[NDArray[np.floating], list[str]]:
    """Embed the objects of a file or Series."""
    import numpy as np

    from ..datasets.open import NAMED, open_series
    from ..model import load

    if isinstance(query, str | Path) and str(query) not in NAMED and not _is_data(query):
        some = ", ".join(map(str, table["object_id"][:3].to_pylist())) if "object_id" in table.column_names else ""
        told = f"; its first objects are {some}" if some else "; it has no column 'object_id'"
        raise InputError(f"query: {str(query)!r} is neither an object of {index} nor a file{told}")
    if model is None and "model" not in made:
        raise InputError(
            f"model: {index} does not say which model made it: give the model (--model) that embeds {query}"
        )
    known, layer = load(model or made["model"]), layer or made.get("layer", "embedding")
    _check_same_space(index, made, known, layer)
    series = open_series(query, medium=medium, kind=known.observe.kind)
    points = known.embed(series, layer, on_error="skip")
    good = np.asarray(np.isfinite(points).all(axis=1))
    if not good.any():
        raise InputError(f"query: no object of {query} can be embedded")
    return points[good], [name for name, fine in zip(series.object_ids, good.tolist(), strict=True) if fine]


def _check_same_space(index: str | Path, made: dict[str, str], model: Model, layer: str) -> None:
    """Refuse a model whose embeddings cannot be compared with those of the index, as far as the index says what made it."""
    from ..model.model_hash import model_hash

    own = model_hash(model)
    if made.get("hash", own) == own:
        return
    if not {own, made["hash"]} <= set(model.notes.get("pair") or ()):
        raise InputError(
            f"model: it is neither the model that made {index} nor the other one of its pair (run/model and run/partner of one "
            "training with clip or siglip): their embeddings cannot be compared"
        )
    if {layer, made.get("layer")} != {"projection"}:
        raise InputError(
            f"{index}: holds the layer {made.get('layer')!r}, and the two models of a pair share the projection alone: make it with "
            "'clrseries embed --layer projection'"
        )


def _is_data(query: str | Path) -> bool:
    return Path(query).exists() or any(sign in str(query) for sign in "*?[")


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)

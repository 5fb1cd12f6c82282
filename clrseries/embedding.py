"""``embed``: data in, one embedding per object out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .datasets.open import open_series
from .errors import InputError, located
from .io.parquet import read_table, refuse_existing, write_table
from .model import load
from .series import Series


def embed(
    model: str | Path,
    input: str | Path | Series,
    output: str | Path,
    *,
    layer: str = "embedding",
    overwrite: bool = False,
) -> Path:
    """Embed every object of `input` with a trained model.

    Parameters
    ----------
    model : path
        Folder written by ``pretrain``.
    input : path, "miles", "stelib" or Series
        Spectra as :func:`clrseries.read_parquet` takes them.
    output : path
        Parquet: all columns of `input` that are not lists, and ``embedding``, a
        fixed-size list of D float32.
    layer : str
        ``embedding`` (best for probes and maps) or ``projection`` (what the training
        compared; best for finding the same source in another archive).
    overwrite : bool
        Replace `output` if it exists.

    Returns
    -------
    Path
        `output`.

    Raises
    ------
    InputError
        `output` exists, or model or data cannot be used.
    """
    refuse_existing(output, overwrite)
    series = open_series(input)
    if "embedding" in series.table.column_names:
        source = "series" if isinstance(input, Series) else str(input)
        raise located("is there already: rename it", source=source, column="embedding")
    embeddings = load(model).embed(series, layer)
    column = pa.FixedSizeListArray.from_arrays(pa.array(embeddings.ravel()), embeddings.shape[1])
    write_table(series.table.append_column("embedding", column), output, overwrite=overwrite)
    return Path(output)


def read_embeddings(path: str | Path) -> tuple[NDArray[np.float32], pa.Table]:
    """Embeddings (N, D) and the other columns of a file that :func:`embed` wrote.

    Raises
    ------
    InputError
        No such file, a file cut short, no ``embedding`` column, or NaN in it.
    """
    table = read_table(path)
    if "embedding" not in table.column_names:
        raise located(
            f"is missing; the file has {', '.join(table.column_names)}: make it with 'clrseries embed'",
            source=str(path),
            column="embedding",
        )
    column = table["embedding"].combine_chunks()
    size = getattr(column.type, "list_size", None)
    if size is None:
        raise located(f"must be a fixed-size list, and is {column.type}", source=str(path), column="embedding")
    values = column.flatten().to_numpy(zero_copy_only=False).astype(np.float32).reshape(-1, size)
    if len(values) < 2:
        raise InputError(f"{path}: holds {len(values)} embeddings; at least two are needed")
    bad = ~np.isfinite(values).all(axis=1)
    if bad.any():
        row = int(np.argmax(bad))
        name = table["object_id"][row].as_py() if "object_id" in table.column_names else row
        raise located("holds NaN or infinity", source=str(path), object_id=name, column="embedding")
    return values, table.drop_columns(["embedding"])

"""Tables of embeddings: one row per object, with a fixed-size list beside the columns of the data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError, located
from .tables import read_table


def with_embeddings(table: pa.Table, embeddings: NDArray[np.float32]) -> pa.Table:
    """Return a table with a column ``embedding`` added.

    Parameters
    ----------
    table : pyarrow.Table
        N rows.
    embeddings : float32 (N, D)
        One embedding for each row.

    Returns
    -------
    pyarrow.Table
        The column is a fixed-size list of D float32, null for an embedding that is not finite.
    """
    lost = pa.array(~np.isfinite(embeddings).all(axis=1))
    column = pa.FixedSizeListArray.from_arrays(pa.array(embeddings.ravel()), embeddings.shape[1], mask=lost)
    return table.append_column("embedding", column)


def read_embeddings(path: str | Path) -> tuple[NDArray[np.float32], pa.Table]:
    """Read the embeddings and the other columns of a table.

    Parameters
    ----------
    path : path
        Parquet file written by ``clrseries embed``.

    Returns
    -------
    float32 (N, D), pyarrow.Table
        The embeddings, NaN in rows where there is none, and the other columns with N rows.

    Raises
    ------
    InputError
        The file is missing or incomplete, has no column ``embedding`` of lists of equal length, or has fewer than two embeddings.
    """
    table = read_table(path)
    if "embedding" not in table.column_names:
        raise located(
            f"is missing; the file has {', '.join(table.column_names)}: make it with 'clrseries embed'",
            source=str(path),
            column="embedding",
        )
    values = _rows(table["embedding"], str(path))
    count = int(np.isfinite(values).all(axis=1).sum())
    if count < 2:
        raise InputError(f"{path}: holds {count} embeddings; at least two are needed")
    return values, table.drop_columns(["embedding"])


def _rows(column: pa.ChunkedArray, source: str) -> NDArray[np.float32]:
    """Return lists of any kind, all of the same length, as rows; NaN where a list or a number is null."""
    if not pa.types.is_nested(column.type) or not hasattr(column.type, "value_type"):
        raise located(f"must hold lists of numbers, and holds {column.type}", source=source, column="embedding")
    kind = column.type.value_type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        raise located(f"must hold lists of numbers, and holds {column.type}", source=source, column="embedding")
    lengths = column.combine_chunks().value_lengths() if not pa.types.is_fixed_size_list(column.type) else None
    sizes = [column.type.list_size] if lengths is None else lengths.drop_null().unique().to_pylist()
    if len(sizes) != 1 or not sizes[0]:
        told = ", ".join(map(str, sorted(sizes)[:3])) or "no list"
        raise located(f"must hold lists of equal length, and holds {told}", source=source, column="embedding")
    there = ~np.asarray(column.is_null().to_numpy(), bool)
    values = np.full((len(column), sizes[0]), np.nan, np.float32)
    flat = pa.chunked_array([chunk.drop_null().flatten() for chunk in column.chunks], kind).cast(
        pa.float32(), safe=False
    )
    values[there] = flat.to_numpy().reshape(-1, sizes[0])
    return values

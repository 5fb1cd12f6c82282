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
        The column is a fixed-size list of D float32.
    """
    column = pa.FixedSizeListArray.from_arrays(pa.array(embeddings.ravel()), embeddings.shape[1])
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
        The embeddings, and the other columns with N rows.

    Raises
    ------
    InputError
        The file is missing or incomplete, has no column ``embedding``, or has fewer than two objects; or a number is not finite.
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

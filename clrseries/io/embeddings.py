"""Tables of embeddings: one row per object, with a fixed-size list beside the columns of the data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..errors import InputError, located
from .tables import is_list, read_table


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
        The embeddings, and the other columns with N rows. Rows whose embedding is null are left out.

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
    kind = table["embedding"].type
    if not is_list(kind) or not (pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type)):
        raise located(f"must be a list of numbers, and is {kind}", source=str(path), column="embedding")
    table = table.filter(pc.is_valid(table["embedding"]))  # objects that could not be embedded
    if table.num_rows < 2:
        raise InputError(f"{path}: holds {table.num_rows} embeddings; at least two are needed")
    lengths = pc.list_value_length(table["embedding"]).to_numpy()
    if (lengths != lengths[0]).any() or not lengths[0]:
        row = int(np.argmax(lengths != lengths[0]))
        raise located(
            f"has {lengths[row]} numbers and that of the first object {lengths[0]}: embeddings have equal lengths",
            source=str(path), object_id=_name(table, row), column="embedding",
        )  # fmt: skip
    values = pc.list_flatten(table["embedding"]).to_numpy().astype(np.float32).reshape(-1, int(lengths[0]))
    bad = ~np.isfinite(values).all(axis=1)
    if bad.any():
        name = _name(table, int(np.argmax(bad)))
        raise located("holds NaN or infinity", source=str(path), object_id=name, column="embedding")
    return values, table.drop_columns(["embedding"])


def _name(table: pa.Table, row: int) -> object:
    return table["object_id"][row].as_py() if "object_id" in table.column_names else row

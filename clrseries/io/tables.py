"""Reading and writing of tables: Parquet and CSV files as Arrow tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import InputError
from ..files import refuse_existing, replacing

Taken = TypeVar("Taken")


def read_table(path: str | Path) -> pa.Table:
    """Read a Parquet file, or a CSV file if its name ends in ``.csv``.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    InputError
        The file is missing, incomplete or not a table.
    """
    if Path(path).suffix.lower() == ".csv":
        return read_csv(path)
    return from_whole_parquet(path, pq.read_table)


def read_csv(path: str | Path) -> pa.Table:
    """Read a CSV file with a header.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    InputError
        The file is missing or is not a table.
    """
    from pyarrow import csv

    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    try:
        return csv.read_csv(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path}: not a CSV table ({str(error).splitlines()[0]})") from error


def write_table(table: pa.Table, path: str | Path, *, overwrite: bool = False) -> None:
    """Write a Parquet file, which is never left incomplete.

    Parameters
    ----------
    table : pyarrow.Table
        The table.
    path : path
        The file.
    overwrite : bool
        Whether `path` is replaced if it exists.

    Raises
    ------
    InputError
        `path` exists and `overwrite` is false.
    """
    refuse_existing(path, overwrite)
    with replacing(path) as part:
        pq.write_table(table, part, compression="zstd")


def from_whole_parquet(path: str | Path, take: Callable[[str | Path], Taken]) -> Taken:
    """Call a function that reads a Parquet file, and check that the file is complete.

    Parameters
    ----------
    path : path
        The file.
    take : function
        Reads the file, for instance ``pyarrow.parquet.read_table``.

    Returns
    -------
    object
        The result of `take`.

    Raises
    ------
    InputError
        The file is missing or incomplete.
    """
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    try:
        return take(path)
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path}: not a complete Parquet file ({reason}); copy or write it again") from error


def table_of(data: Any) -> pa.Table | None:
    """Convert a table in memory to a pyarrow table.

    Parameters
    ----------
    data : object
        A pyarrow Table, a pandas or polars DataFrame, or any other object; tables are recognized by Arrow's stream interface.

    Returns
    -------
    pyarrow.Table or None
        None if `data` is not a table.
    """
    if isinstance(data, pa.Table):
        return data
    if type(data).__module__.partition(".")[0] == "pandas":
        return pa.Table.from_pandas(data, preserve_index=False)
    return pa.table(data) if hasattr(data, "__arrow_c_stream__") else None


def column_names(path: str | Path) -> list[str]:
    """Read the names of the columns of a Parquet or CSV file.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    list of str
        Empty if the file cannot be read.
    """
    try:
        if Path(path).suffix.lower() == ".csv":
            with Path(path).open() as file:
                return file.readline().strip().split(",")
        return pq.read_schema(path).names
    except (pa.ArrowInvalid, OSError):
        return []


def is_list(kind: pa.DataType) -> bool:
    """Return whether the type of a column is one of Arrow's lists.

    Parameters
    ----------
    kind : pyarrow.DataType
        Type of the column.

    Returns
    -------
    bool
    """
    return pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)

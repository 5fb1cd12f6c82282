"""Reading and writing of tables: Parquet and CSV files as Arrow tables."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..errors import InputError, located
from ..files import refuse_existing, replacing
from ..series.joined_tables import is_list, plain_type
from ..series.table import column_of
from .csv_tables import csv_names, is_text_table, read_csv
from .sample_columns import with_lists

Taken = TypeVar("Taken")
__all__ = [
    "column_names",
    "from_whole_parquet",
    "is_list",
    "plain_table",
    "read_csv",
    "read_table",
    "table_of",
    "write_table",
]


def read_table(path: str | Path, text: Collection[str] = ()) -> pa.Table:
    """Read a Parquet file, an Arrow (Feather) file or a text table such as CSV.

    Parameters
    ----------
    path : path
        The file; Parquet and Arrow are recognized by their first bytes.
    text : collection of str
        Names of columns of a text table that are text, whatever they hold.

    Returns
    -------
    pyarrow.Table
        With plain types; see :func:`plain_table`.

    Raises
    ------
    InputError
        The file is missing, incomplete or not a table.
    """
    start = _first_bytes(path)
    if start.startswith(b"ARROW1"):
        from pyarrow import feather

        return plain_table(from_whole_parquet(path, feather.read_table, "Arrow"), str(path))
    if is_text_table(path) and not start.startswith(b"PAR1"):
        return plain_table(read_csv(path, text), str(path))
    return plain_table(from_whole_parquet(path, pq.read_table), str(path))


def _first_bytes(path: str | Path) -> bytes:
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    try:
        with Path(path).open("rb") as file:
            return file.read(8)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error


def plain_table(table: pa.Table, source: str = "") -> pa.Table:
    """Return a table whose columns have few types: those that mean the same are made the same.

    Parameters
    ----------
    table : pyarrow.Table
        The table.
    source : str
        File, for the error.

    Returns
    -------
    pyarrow.Table
        Text is ``string`` (also text in dictionaries), numbers are integers, float32 or float64, and lists are ``list``,
        ``large_list`` or ``fixed_size_list``. Nothing is copied where the type is such already.

    Raises
    ------
    InputError
        Two columns have the same name.
    """
    names = table.column_names
    twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if twice is not None:
        raise located("is there twice: rename one", source=source, column=twice)
    for at, field in enumerate(table.schema):
        wanted = plain_type(field.type)
        if wanted != field.type:
            table = table.set_column(at, field.with_type(wanted), plain_column(table.column(at)))
    return table


def plain_column(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray:
    """Return a column with the plain type that means the same; see :func:`plain_table`.

    Parameters
    ----------
    column : pyarrow.ChunkedArray or Array
        The column.

    Returns
    -------
    pyarrow.ChunkedArray
    """
    column = pa.chunked_array([column]) if isinstance(column, pa.Array) else column
    wanted = plain_type(column.type)
    if wanted == column.type:
        return column
    if pa.types.is_list_view(column.type) or pa.types.is_large_list_view(column.type):
        column = pa.chunked_array([_list_of_view(chunk) for chunk in column.chunks])
    if isinstance(column.type, pa.BaseExtensionType):
        column = pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
    if pa.types.is_dictionary(column.type):
        column = pa.chunked_array([chunk.dictionary_decode() for chunk in column.chunks], column.type.value_type)
    return column.cast(wanted)


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


def from_whole_parquet(path: str | Path, take: Callable[[str | Path], Taken], kind: str = "Parquet") -> Taken:
    """Call a function that reads a Parquet file, and check that the file is complete.

    Parameters
    ----------
    path : path
        The file.
    take : function
        Reads the file, for instance ``pyarrow.parquet.read_table``.
    kind : str
        Format of the file, for the error.

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
        found = take(path)
        if isinstance(found, pa.Table):
            _check_text(found)
        return found
    except (pa.ArrowException, OSError, OverflowError, UnicodeDecodeError) as error:
        reason = (str(error).splitlines() or [repr(error)])[0]
        raise InputError(f"{path}: not a complete {kind} file ({reason}); copy or write it again") from error


def _check_text(table: pa.Table) -> None:
    """Raise an error of Arrow if names or values of text are damaged; nothing else checks them before they are used."""
    for name in table.column_names:
        if pa.types.is_string(table[name].type) or pa.types.is_large_string(table[name].type):
            table[name].validate(full=True)


def table_of(data: Any) -> pa.Table | None:
    """Convert a table in memory to a pyarrow table.

    Parameters
    ----------
    data : object
        A pyarrow Table, a pandas or polars DataFrame, an astropy Table, or any other object; tables are recognized by Arrow's stream
        interface.

    Returns
    -------
    pyarrow.Table or None
        With plain types (see :func:`plain_table`); None if `data` is not a table.

    Raises
    ------
    InputError
        A column cannot be converted.
    """
    if isinstance(data, pa.Table):
        return plain_table(data)
    if isinstance(data, pa.RecordBatch):
        return plain_table(pa.table(data))
    library = type(data).__module__.partition(".")[0]
    try:
        if library == "pandas" and hasattr(data, "columns"):
            return plain_table(pa.Table.from_pandas(data, preserve_index=False))
        if library in ("astropy", "lightkurve") and hasattr(data, "colnames") and not hasattr(data, "time"):
            made = [column_of(data[name], name) for name in data.colnames]
            return plain_table(pa.table([column for _, column in made], schema=pa.schema([field for field, _ in made])))
        known = hasattr(data, "__arrow_c_stream__") and not isinstance(data, pa.ChunkedArray) and library != "polars"
        frame = library == "polars" and hasattr(data, "columns")
        return plain_table(pa.table(data)) if known or frame else None
    except (pa.ArrowException, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"a {type(data).__name__}: cannot be converted to a table ({str(error).splitlines()[0]})"
        ) from error


def _list_of_view(chunk: pa.Array) -> pa.Array:
    """Return the lists of a view as lists; Arrow's own cast fails for a slice of a view."""
    lengths = pc.fill_null(pc.list_value_length(chunk), 0).to_numpy().astype(np.int64)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]))
    return pa.LargeListArray.from_arrays(offsets, chunk.flatten(), mask=chunk.is_null() if chunk.null_count else None)


def column_names(path: str | Path) -> list[str]:
    """Read the names of the columns of a Parquet, Arrow or text table.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    list of str
        Those of a nested column that holds samples stand for it; empty if the file cannot be read.
    """
    try:
        start = _first_bytes(path)
        if start.startswith(b"ARROW1"):
            return _usual_names(pa.ipc.open_file(str(path)).schema)
        if is_text_table(path) and not start.startswith(b"PAR1"):
            return csv_names(path)
        return _usual_names(pq.read_schema(path))
    except (pa.ArrowException, OSError, InputError, UnicodeDecodeError):
        return []


def _usual_names(schema: pa.Schema) -> list[str]:
    return with_lists(schema.empty_table()).column_names

"""The memory that rows of a Parquet file take, which may be a thousand times what they take in the file.

Numbers that repeat are written as a dictionary and the lengths of runs. How many numbers there are, the end of the file tells. How long its
texts are, it does not tell, so that they are read as numbers and a dictionary, which shows it before they are written out.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..series.joined_tables import is_list

WIDTHS = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 8, "FLOAT": 4, "DOUBLE": 8}  # bytes of a value
TEXT = "BYTE_ARRAY"
TEXT_WIDTH = 8  # bytes of the number of a text, and of a short text


def decoded_bytes(group: pq.RowGroupMetaData, number: int, schema: pq.ParquetSchema) -> int:
    """Return the bytes that a column of a row group takes in memory.

    Parameters
    ----------
    group : pyarrow.parquet.RowGroupMetaData
        The row group, as the end of its file describes it.
    number : int
        Number of the column.
    schema : pyarrow.parquet.ParquetSchema
        Of the file.

    Returns
    -------
    int
        Of text, the bytes as numbers and a dictionary, or as it is written.
    """
    column, about = group.column(number), schema.column(number)
    count, written = max(column.num_values, 0), max(column.total_uncompressed_size, 0)
    if about.physical_type == TEXT:
        return written + count * TEXT_WIDTH
    return max(written, count * WIDTHS.get(about.physical_type, about.length))


def text_columns(schema: pq.ParquetSchema) -> list[str]:
    """Return the columns that hold text, for ``read_dictionary`` of pyarrow.

    Parameters
    ----------
    schema : pyarrow.parquet.ParquetSchema
        Of the file.

    Returns
    -------
    list of str
        Paths of columns, also within lists and structs.
    """
    columns = [schema.column(number) for number in range(len(schema))]
    return [column.path for column in columns if column.physical_type == TEXT]


def rows_within(table: pa.Table, most: int, most_of_one: int) -> int:
    """Return how many of the first rows of a table fit into a number of bytes, when all their texts are written out.

    Parameters
    ----------
    table : pyarrow.Table
        Whose texts are dictionaries.
    most, most_of_one : int
        Bytes of the rows, and of a single row.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    pyarrow.ArrowInvalid
        A single row has more than `most_of_one`.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from clrseries.archive.decoded_size import rows_within
    >>> table = pa.table({"note": pa.array(["a" * 100] * 50).dictionary_encode()})
    >>> rows_within(table, 10_000, 20_000), rows_within(table, 1000, 20_000)
    (50, 10)
    """
    rows = table.num_rows
    size = _text_bytes(table)
    while size > most and rows > 1:
        rows = max(min(rows * most // size, rows - 1), 1)
        size = _text_bytes(table.slice(0, rows))
    if size > most_of_one:
        raise pa.ArrowInvalid(f"an object has {size} bytes of text")
    return rows


def _text_bytes(table: pa.Table) -> int:
    """Return the bytes of all texts of a table."""
    leaves = [leaf for column in table.columns for chunk in column.chunks for leaf in _leaves(chunk)]
    sizes = [pc.sum(pc.binary_length(leaf.dictionary).take(leaf.indices)).as_py() for leaf in leaves]
    return sum(size or 0 for size in sizes)


def _leaves(array: pa.Array) -> list[pa.DictionaryArray]:
    """Return the texts of a column, which may be in lists and structs."""
    if pa.types.is_dictionary(array.type):
        return [array]
    if is_list(array.type):
        return _leaves(array.flatten())
    if pa.types.is_struct(array.type):
        return [leaf for one in array.flatten() for leaf in _leaves(one)]
    return []

"""Joining of tables whose columns have different types that mean the same."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from ..errors import located


def joined_tables(tables: Sequence[pa.Table], source: str = "") -> pa.Table:
    """Join tables after bringing each column to one type.

    Text and text in dictionaries become text; numbers of different types become the one that holds all of them; lists of
    different kinds become ``large_list``. A column that a table does not have is null there.

    Parameters
    ----------
    tables : sequence of pyarrow.Table
        At least one.
    source : str
        Files, for the error.

    Returns
    -------
    pyarrow.Table
        All rows, in order.

    Raises
    ------
    InputError
        A column cannot be joined, for instance text and numbers. The message names it.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from clrseries.series.joined_tables import joined_tables
    >>> one, two = pa.table({"class": ["Ia"]}), pa.table({"class": pa.array(["II"]).dictionary_encode()})
    >>> joined_tables([one, two])["class"].to_pylist()
    ['Ia', 'II']
    """
    wanted: dict[str, pa.DataType] = {}
    for table in tables:
        for field in table.schema:
            own = plain_type(field.type)
            wanted[field.name] = _common(wanted.get(field.name, own), own, field.name, source)
    parts = [_with_types(table, wanted) for table in tables]
    return parts[0] if len(parts) == 1 else pa.concat_tables(parts, promote_options="default")


def plain_type(kind: pa.DataType) -> pa.DataType:
    """Return the plain type that means the same as another type.

    Parameters
    ----------
    kind : pyarrow.DataType
        Any type.

    Returns
    -------
    pyarrow.DataType
        ``string`` for text of all kinds, float32 for half floats, float64 for decimals, the type of the values for dictionaries,
        and ``large_list`` for views of lists.
    """
    if isinstance(kind, pa.BaseExtensionType):
        return plain_type(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return plain_type(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_float16(kind):
        return pa.float32()
    if pa.types.is_decimal(kind):
        return pa.float64()
    if pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        return pa.large_list(plain_type(kind.value_type))
    if is_list(kind):
        values = plain_type(kind.value_type)
        if values == kind.value_type:
            return kind
        if pa.types.is_fixed_size_list(kind):
            return pa.list_(values, kind.list_size)
        return pa.large_list(values) if pa.types.is_large_list(kind) else pa.list_(values)
    return kind


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
    return (
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_list_view(kind)
        or pa.types.is_large_list_view(kind)
    )


def one_array(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array, without a copy if it has one chunk.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        The column.

    Returns
    -------
    pyarrow.Array
    """
    if column.num_chunks == 1:
        return column.chunk(0)  # combine_chunks would copy it
    found = column.combine_chunks()
    return found if isinstance(found, pa.Array) else pa.concat_arrays(found.chunks or [pa.array([], column.type)])


def _common(one: pa.DataType, other: pa.DataType, name: str, source: str) -> pa.DataType:
    """Return the type that holds the values of two columns."""
    if one == other or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if is_list(one) and is_list(other):
        return pa.large_list(_common(one.value_type, other.value_type, name, source))
    if _is_number(one) and _is_number(other):
        if pa.types.is_integer(one) and pa.types.is_integer(other):
            return pa.int64()
        both_single = {one, other} <= {pa.float32(), pa.int8(), pa.int16(), pa.uint8(), pa.uint16()}
        return pa.float32() if both_single else pa.float64()
    if pa.types.is_temporal(one) and pa.types.is_temporal(other) and pa.types.is_timestamp(one):
        return one
    raise located(f"is {one} in one table and {other} in another: give it one type", source=source, column=name)


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def _with_types(table: pa.Table, wanted: dict[str, pa.DataType]) -> pa.Table:
    for at, field in enumerate(table.schema):
        kind = wanted[field.name]
        if kind != field.type:
            column = table.column(at)
            if isinstance(column.type, pa.BaseExtensionType):
                column = pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
            if pa.types.is_dictionary(column.type):
                column = pa.chunked_array([c.dictionary_decode() for c in column.chunks], column.type.value_type)
            table = table.set_column(at, pa.field(field.name, kind), column.cast(kind))
    return table.replace_schema_metadata(None)

"""The per-object columns of a Series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..border import holds_rows, plain
from ..errors import InputError, located

Columns: TypeAlias = pa.Table | Mapping[str, Any]
REPETITION = "repetition"  # how often an object_id has occurred before; only where one occurs more than once


def object_table(columns: Columns | None, rows: int) -> pa.Table:
    """Return per-object columns as a table with the text column ``object_id``.

    Parameters
    ----------
    columns : pyarrow.Table or mapping of column name to N values, optional
        ``object_id`` is added as "0", "1", ... if it is missing.
    rows : int
        N, the number of objects.

    Returns
    -------
    pyarrow.Table
        N rows. If an ``object_id`` occurs several times, the column ``repetition`` counts them: 0, 1, ...

    Raises
    ------
    InputError
        The columns do not have N rows, or an ``object_id`` is null.
    """
    table = columns if isinstance(columns, pa.Table) else _table(columns or {}, rows)
    if table.num_columns and table.num_rows != rows:
        raise InputError(f"the table has {table.num_rows} rows for {rows} objects: give one row for each")
    names = pa.array([str(i) for i in range(rows)], pa.string())
    if "object_id" not in table.column_names:
        return table.append_column("object_id", names) if table.num_columns else pa.table({"object_id": names})
    at = table.column_names.index("object_id")
    ids = table["object_id"].cast(pa.string())
    if ids.null_count:
        raise located(f"is null in {ids.null_count} rows: name these objects", column="object_id")
    return numbered_repetitions(table.set_column(at, "object_id", ids))


def numbered_repetitions(table: pa.Table) -> pa.Table:
    """Number the rows with the same ``object_id``, if there are any.

    Rows of one object are then told apart, so that their views have different noise.

    Parameters
    ----------
    table : pyarrow.Table
        With the column ``object_id``.

    Returns
    -------
    pyarrow.Table
        With an integer column ``repetition`` if an ``object_id`` occurs several times.
    """
    codes = table["object_id"].combine_chunks().dictionary_encode()
    codes = codes.combine_chunks() if isinstance(codes, pa.ChunkedArray) else codes
    if len(codes.dictionary) == table.num_rows:
        return table
    number = codes.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(number, kind="stable")
    ranked = number[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    before = np.empty(len(number), np.int64)
    before[order] = np.arange(len(number)) - np.repeat(starts, np.diff(np.r_[starts, len(number)]))
    if REPETITION in table.column_names:
        if not pa.types.is_integer(table[REPETITION].type):
            return table
        table = table.drop_columns([REPETITION])
    return table.append_column(REPETITION, pa.array(before))


def column_of(values: Any, name: str) -> tuple[pa.Field, pa.Array | pa.ChunkedArray]:
    """Convert the values of a per-object column to Arrow.

    Parameters
    ----------
    values : array-like (N,)
        Numbers, text, times or lists, of any library.
    name : str
        Name of the column.

    Returns
    -------
    pyarrow.Field, pyarrow.Array
        Masked values are null; the unit of a Quantity is kept in the metadata of the field, as ``unit``.

    Raises
    ------
    InputError
        The values are no column.
    """
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return pa.field(name, values.type), values
    try:
        if holds_rows(values):
            column = pa.array([None if row is None else plain(row, name).values for row in values])
            return pa.field(name, column.type), column
        if type(values).__module__.partition(".")[0] in ("pandas", "polars"):
            column = pa.array(values)
            return pa.field(name, column.type), column
        bare, unit, mask = plain(values, name)
        if bare.ndim > 1:
            column = pa.FixedSizeListArray.from_arrays(pa.array(bare.reshape(-1)), int(np.prod(bare.shape[1:])))
        else:
            bare = np.char.decode(bare, "utf-8", "replace") if bare.dtype.kind == "S" else bare
            column = pa.array(np.atleast_1d(bare), mask=np.atleast_1d(mask) if mask.any() else None)
    except (pa.ArrowException, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise located(f"is no column of numbers or text ({str(error).splitlines()[0]})", column=name) from error
    return pa.field(name, column.type, metadata=None if unit is None else {"unit": str(unit)}), column


def without_column(table: pa.Table, name: str) -> pa.Table:
    """Return a table without a column, which need not exist.

    Parameters
    ----------
    table : pyarrow.Table
        The table.
    name : str
        Name of the column.

    Returns
    -------
    pyarrow.Table
    """
    return table.drop_columns([name]) if name in table.column_names else table


def with_flux_unit(columns: Columns | None, rows: int, unit: str) -> Columns | None:
    """Return per-object columns with the column ``flux_unit``, if the unit of the flux is known.

    Parameters
    ----------
    columns : pyarrow.Table or mapping of column name to N values, optional
        The columns.
    rows : int
        N, the number of objects.
    unit : str
        Unit of the flux, empty if unknown.

    Returns
    -------
    pyarrow.Table or mapping, optional
        `columns` itself if the unit is unknown.
    """
    if not unit:
        return columns
    text = pa.array([unit] * rows, pa.string())
    if isinstance(columns, pa.Table):
        return without_column(columns, "flux_unit").append_column("flux_unit", text)
    return {**(columns or {}), "flux_unit": text}


def renumbered(ids: pa.ChunkedArray, first: int) -> pa.ChunkedArray:
    """Shift names that are row numbers, so that those of several batches differ.

    Parameters
    ----------
    ids : pyarrow.ChunkedArray of str (N,)
        "0", "1", ...
    first : int
        The new first number.

    Returns
    -------
    pyarrow.ChunkedArray of str (N,)
    """
    return pc.cast(pc.add(pc.cast(ids, pa.int64()), first), pa.string())


def _table(columns: Mapping[str, Any], rows: int) -> pa.Table:
    fields, arrays = [], []
    for name, values in columns.items():
        field, array = column_of(values, name)
        if len(array) != rows:
            raise InputError(f"the column {name!r} has {len(array)} rows for {rows} objects: give one for each")
        fields.append(field)
        arrays.append(array)
    return pa.table(arrays, schema=pa.schema(fields)) if fields else pa.table({})

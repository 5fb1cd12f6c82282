"""Names of objects in tables, and tables with one row per sample."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..errors import located
from ..series.joined_tables import is_list

# Names that catalogs give to the column of the object, in lower case; the first that a table has is taken.
ID_NAMES = (
    "object_id", "objectid", "obj_id", "objid", "oid", "diaobjectid", "targetid", "source_id", "sourceid", "snid", "specobjid", "uid",
    "id", "object", "objname", "name", "star", "target",
)  # fmt: skip


class Owned(NamedTuple):
    """Whose each row of a table is.

    Parameters
    ----------
    owner : int64 (S,)
        Number of the object that a row belongs to.
    objects : pyarrow.Table
        Per-object columns, with ``object_id``, in order of first appearance.
    """

    owner: NDArray[np.int64]
    objects: pa.Table


def id_column(names: Collection[str], object_id: str, source: str = "") -> str | None:
    """Return the column that holds the names of the objects.

    Parameters
    ----------
    names : collection of str
        Names of the columns of a table.
    object_id : str
        Name asked for; if it is ``"object_id"`` and there is no such column, a column with another usual name is taken.
    source : str
        File or table, for the error.

    Returns
    -------
    str or None
        None if there is none, and none was asked for.

    Raises
    ------
    InputError
        A column was asked for, and is missing.
    """
    if object_id in names:
        return object_id
    if object_id != "object_id":
        raise located(f"is missing; there are {', '.join(names)}", source=source, column=object_id)
    lower = {name.lower(): name for name in names}
    return next((lower[name] for name in ID_NAMES if name in lower), None)


def named_objects(table: pa.Table, object_id: str, source: str = "") -> pa.Table:
    """Return a table with one row per object whose column ``object_id`` holds the names as text.

    Parameters
    ----------
    table : pyarrow.Table
        N rows.
    object_id : str
        As :func:`id_column` takes it.
    source : str
        File or table, for the error.

    Returns
    -------
    pyarrow.Table
        Without ``object_id`` if there are no names.

    Raises
    ------
    InputError
        The column is missing or does not hold names.
    """
    name = id_column(table.column_names, object_id, source)
    if name is None:
        return table
    ids = as_names(table[name], name, source)
    if name == "object_id":
        return table.set_column(table.column_names.index(name), name, ids)
    return (table.drop_columns(["object_id"]) if "object_id" in table.column_names else table).append_column(
        "object_id", ids
    )


def as_names(column: pa.ChunkedArray, name: str, source: str = "") -> pa.ChunkedArray:
    """Return a column of names as text.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Text, whole numbers or the like.
    name, source : str
        Name of the column, and file or table, for the error.

    Returns
    -------
    pyarrow.ChunkedArray of str

    Raises
    ------
    InputError
        The column holds lists or the like.
    """
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise located(f"must hold names, and holds {column.type}", source=source, column=name) from error


def owned_rows(table: pa.Table, samples: Collection[str], object_id: str, source: str = "") -> Owned:
    """Tell whose each row of a table is, and which columns are those of the objects.

    Parameters
    ----------
    table : pyarrow.Table
        One row per sample.
    samples : collection of str
        Columns that belong to the samples.
    object_id : str
        As :func:`id_column` takes it.
    source : str
        File or table, for the error.

    Returns
    -------
    Owned
        The columns of the objects are those that are constant within every object, where NaN equals NaN and null null.

    Raises
    ------
    InputError
        There is no column with names, or a name is null.
    """
    name = id_column(table.column_names, object_id, source)
    if name is None:
        raise located(
            f"is missing; there are {', '.join(table.column_names)}: with one row per point, it says whose a point is",
            source=source, column=object_id,
        )  # fmt: skip
    ids = as_names(table[name], name, source).combine_chunks()
    ids = (ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids).dictionary_encode()
    if ids.null_count:
        raise located(f"is null in {ids.null_count} rows: say whose these points are", source=source, column=name)
    owner = ids.indices.to_numpy().astype(np.int64)
    _, first = np.unique(owner, return_index=True)
    columns = {"object_id": ids.dictionary}
    for other in table.column_names:
        if other not in (*samples, name, "object_id") and not pa.types.is_nested(table[other].type):
            own = table[other].take(pa.array(first))
            if _same(table[other], own.take(pa.array(owner))):
                columns[other] = own
    return Owned(owner, pa.table(columns))


def rows_without_value(table: pa.Table, name: str) -> NDArray[np.bool_]:
    """Return which rows of a column of lists are null.

    Parameters
    ----------
    table : pyarrow.Table
        N rows.
    name : str
        Name of the column.

    Returns
    -------
    bool (N,)
    """
    return (
        np.asarray(table[name].is_null().to_numpy(), bool) if is_list(table[name].type) else np.zeros(len(table), bool)
    )


def _same(column: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    if pa.types.is_null(column.type):
        return True
    same = pc.fill_null(pc.equal(column, other), False)
    same = pc.or_(same, pc.and_(column.is_null(), other.is_null()))
    if pa.types.is_floating(column.type):
        same = pc.or_(same, pc.fill_null(pc.and_(pc.is_nan(column), pc.is_nan(other)), False))
    return bool(pc.all(same).as_py()) if len(same) else True

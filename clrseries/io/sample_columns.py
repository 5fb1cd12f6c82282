"""Which columns hold the samples of objects: lists, or one nested column, as LSDB and nested-pandas write them."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import located
from ..series.joined_tables import is_list, one_array
from .spectrum_columns import WAVELENGTH, wavelength_column

TIMES = ("time", "mjd", "hmjd", "midpointmjdtai", "bjd")  # in lower case; the first that is there is taken
FLUXES = ("flux", "mag", "magnitude", "magpsf", "psfflux")
RENAMED = {"midpointmjdtai": "time", "psfflux": "flux", "psffluxerr": "flux_err"}  # names of Rubin's catalogs


def sample_column(schema: pa.Schema) -> str | None:
    """Return the name of the nested column that holds the samples of the objects.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of a table.

    Returns
    -------
    str or None
        The first column of structs of lists, or of lists of structs, with a time or a wavelength and a flux; None if there is none.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from clrseries.io.sample_columns import sample_column
    >>> points = pa.struct({"mjd": pa.list_(pa.float64()), "flux": pa.list_(pa.float32())})
    >>> sample_column(pa.schema({"ra": pa.float64(), "lightcurve": points}))
    'lightcurve'
    """
    for field in schema:
        names = {one.lower() for one in _fields(field.type)}
        if names & {*TIMES, WAVELENGTH} and names & set(FLUXES):
            return field.name
    return None


def flat(table: pa.Table, nested: str | None, source: str = "") -> pa.Table:
    """Return a table whose samples are columns of lists with the usual names; nothing is copied.

    Parameters
    ----------
    table : pyarrow.Table
        One row per object.
    nested : str or None
        Name of the nested column that holds the samples, if there is one.
    source : str
        File, for the error.

    Returns
    -------
    pyarrow.Table
        Without other nested columns. A column with the name of a list in the nested one gives way to it.
    """
    if nested is not None:
        inner = set(_fields(table.schema.field(nested).type))
        table = unnested(table.drop_columns([name for name in table.column_names if name in inner]), nested, source)
    kept = [field.name for field in table.schema if not pa.types.is_nested(field.type) or _list_of_plain(field.type)]
    table = table.select(kept)
    lists = {field.name.lower(): field.name for field in table.schema if _list_of_plain(field.type)}
    renamed = {lists[name]: new for name, new in RENAMED.items() if name in lists}
    if "time" not in lists and WAVELENGTH not in lists:
        known = next((lists[name] for name in TIMES if name in lists), None)
        renamed |= {} if known is None else {known: "time"}
    renamed = {name: new for name, new in renamed.items() if new not in table.column_names}
    return table.rename_columns([renamed.get(name, name) for name in table.column_names]) if renamed else table


def with_lists(table: pa.Table, source: str = "") -> pa.Table:
    """Return a table whose samples are columns of lists with the usual names, if it has one row per object and other names.

    Parameters
    ----------
    table : pyarrow.Table
        Any table.
    source : str
        File or table, for the error.

    Returns
    -------
    pyarrow.Table
        The table itself if it has a column ``time`` or ``wavelength``, or one row per point.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from clrseries.io.sample_columns import with_lists
    >>> points = pa.array([{"mjd": [59000.0, 59001.0], "flux": [1.0, 1.1]}])
    >>> with_lists(pa.table({"ra": [10.0], "lightcurve": points})).column_names
    ['ra', 'time', 'flux']
    """
    if {"time", WAVELENGTH} & set(table.column_names) or not row_per_object(table.schema):
        return table
    return flat(table, sample_column(table.schema), source)


def row_per_object(schema: pa.Schema) -> bool:
    """Return whether a table has one row per object, so that its rows can be read a few at a time.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the table.

    Returns
    -------
    bool
    """
    if sample_column(schema) is not None:
        return True
    lists = {field.name.lower() for field in schema if _list_of_plain(field.type)}
    return bool(lists & {WAVELENGTH, *TIMES}) and bool(lists & set(FLUXES))


def holds_curves(schema: pa.Schema) -> bool:
    """Return whether a table with one row per object holds light curves.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the table.

    Returns
    -------
    bool
        False for spectra.
    """
    nested = sample_column(schema)
    return holds_light_curves(schema.names if nested is None else _fields(schema.field(nested).type))


def needed_columns(schema: pa.Schema) -> list[str]:
    """Return the columns of a table that are read: all that are not nested, and those that hold samples.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the table.

    Returns
    -------
    list of str
        In the order of the table.
    """
    nested = sample_column(schema)
    lists = [] if nested is not None else [field.name for field in schema if _list_of_plain(field.type)]
    plain = [field.name for field in schema if not pa.types.is_nested(field.type)]
    return [name for name in schema.names if name in {nested, *lists, *plain}]


def unnested(table: pa.Table, nested: str, source: str = "") -> pa.Table:
    """Return a table whose column of structs is replaced by the lists in it, which are not copied.

    Parameters
    ----------
    table : pyarrow.Table
        One row per object.
    nested : str
        Name of a column of structs of lists, or of lists of structs.
    source : str
        File or table, for the error.

    Returns
    -------
    pyarrow.Table
        The lists follow the other columns, under their own names.

    Raises
    ------
    InputError
        The column is missing or has another type.
    """
    if nested not in table.column_names:
        raise located(f"is missing; there are {', '.join(table.column_names)}", source=source, column=nested)
    column = one_array(table[nested])
    table = table.drop_columns([nested])
    if pa.types.is_struct(column.type):
        fields = {field.name: _field(column, field.name) for field in column.type}
    elif is_list(column.type) and pa.types.is_struct(column.type.value_type):
        if pa.types.is_fixed_size_list(column.type):
            column = column.cast(pa.large_list(column.type.value_type))
        fields = {
            field.name: pa.LargeListArray.from_arrays(
                pc.cast(column.offsets, pa.int64()), _field(column.values, field.name)
            )
            for field in column.type.value_type
        }
    else:
        raise located(
            f"must be a struct of lists or a list of structs, and is {column.type}", source=source, column=nested
        )
    for name, values in fields.items():
        table = table.append_column(name, values)
    return table


def holds_light_curves(names: Collection[str]) -> bool:
    """Return whether a table holds light curves.

    Parameters
    ----------
    names : collection of str
        Names of its columns.

    Returns
    -------
    bool
        True if there is a column ``time``, or none of wavelengths.
    """
    return "time" in names or wavelength_column(names) is None


def _fields(kind: pa.DataType) -> list[str]:
    """Return the names of the lists in a struct of lists, or in a list of structs."""
    if pa.types.is_struct(kind):
        return [field.name for field in kind if _list_of_plain(field.type)]
    if is_list(kind) and pa.types.is_struct(kind.value_type):
        return [field.name for field in kind.value_type if not pa.types.is_nested(field.type)]
    return []


def _list_of_plain(kind: pa.DataType) -> bool:
    return is_list(kind) and not pa.types.is_nested(kind.value_type)


def _field(structs: pa.StructArray, name: str) -> pa.Array:
    """Return one field of structs, without a copy if no struct is null."""
    return pc.struct_field(structs, name) if structs.null_count else structs.field(name)

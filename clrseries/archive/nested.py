"""Tables with one row per object, whose samples stand in lists or in one nested column, as LSDB and nested-pandas write them."""

from __future__ import annotations

import pyarrow as pa

from ..io.any_table import holds_light_curves
from ..io.light_curve_tables import unnested
from ..series.joined_tables import is_list

WAVELENGTH = "wavelength"
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
    >>> from clrseries.archive.nested import sample_column
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


def _fields(kind: pa.DataType) -> list[str]:
    """Return the names of the lists in a struct of lists, or in a list of structs."""
    if pa.types.is_struct(kind):
        return [field.name for field in kind if _list_of_plain(field.type)]
    if is_list(kind) and pa.types.is_struct(kind.value_type):
        return [field.name for field in kind.value_type if not pa.types.is_nested(field.type)]
    return []


def _list_of_plain(kind: pa.DataType) -> bool:
    return is_list(kind) and not pa.types.is_nested(kind.value_type)

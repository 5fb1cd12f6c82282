"""Reading of light curves from tables, with one row per object or one row per point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..errors import located
from ..series import Series
from ..series.flux_units import linear_flux
from ..series.table import with_flux_unit
from ..units import days
from .csv_tables import INVALID_ROWS
from .long_tables import as_names, named_objects, owned_rows
from .sample_columns import unnested, with_lists
from .sorted_curves import sorted_curves
from .tables import is_list, plain_column, plain_table

# Usual names of columns, tried where the default ones are missing.
MAGNITUDES = (
    ("mag", "mag_err"),
    ("mag", "magerr"),
    ("mag", "e_mag"),
    ("mag", "err"),
    ("magnitude", "e_magnitude"),
    ("magpsf", "sigmapsf"),
)
ERRORS = ("{}_err", "{}_error", "{}err", "{}error", "e_{}", "sigma_{}", "err", "error", "sigma", "uncertainty")


def light_curves_of_table(
    table: pa.Table,
    *,
    time: str = "time",
    flux: str = "flux",
    error: str = "flux_err",
    band: str | None = "band",
    object_id: str = "object_id",
    nested: str | None = None,
    magnitudes: bool = False,
    zero_point: float = 25.0,
    bands: Sequence[str] | None = None,
    rename: Mapping[str, str] | None = None,
    source: str = "",
) -> Series:
    """Read light curves from a table in memory.

    Parameters
    ----------
    table : pyarrow.Table
        One row per object, with lists, or one row per point.
    time, flux, error, band, object_id, nested, magnitudes, zero_point, bands, rename : object
        As :func:`clrseries.read_light_curves` takes them.
    source : str
        File or table, for errors.

    Returns
    -------
    Series

    Raises
    ------
    InputError
        A column is missing, lists have different lengths, a band is unknown, or no point can be used.
    """
    table = plain_table(table, source)
    if nested is not None:
        table = unnested(table, nested, source)
    elif time not in table.column_names:
        table = with_lists(table, source)
    flux, error, magnitudes = flux_columns(table.column_names, flux, error, magnitudes)
    names = {"time": time, "flux": flux, "error": error, **({"band": band} if band else {})}
    for name in names.values():
        if name not in table.column_names:
            hint = ": for one band, give band=None" if name == band else ""
            raise located(f"is missing; there are {', '.join(table.column_names)}{hint}", source=source, column=name)
    if is_list(table.schema.field(time).type):
        plain_units = all(field_unit(table, name) is None for name in (time, flux, error))
        as_it_is = (
            None
            if magnitudes or rename or not plain_units
            else sorted_curves(table, names, _kept(named_objects(table, object_id, source)), bands)
        )
        if as_it_is is not None:
            return as_it_is
        owner, points, objects = _from_lists(table, names, object_id, source)
    else:
        owner, objects = owned_rows(table, list(names.values()), object_id, source)
        points = {role: _values(table[name], role, name, source) for role, name in names.items()}
    unit, error_unit = (field_unit(table, name) for name in (flux, error))
    value, spread, text = linear_flux(
        points["flux"], "mag" if magnitudes else unit, points["error"], None if magnitudes else error_unit, zero_point
    )
    kinds = points.get("band", np.full(len(owner), "", object))
    if rename:
        kinds = np.array([rename.get(kind, kind) for kind in kinds], object)
    columns = with_flux_unit(objects, objects.num_rows, text)
    series = Series.from_rows(
        owner, points["time"], value, spread, kinds, columns or objects, bands=bands, source=source
    )
    return series.with_dropped({"point: row of the file with another number of values": invalid_rows(table)})


def flux_columns(names: Sequence[str], flux: str, error: str, magnitudes: bool) -> tuple[str, str, bool]:
    """Return the columns of flux and error, and whether they are magnitudes; usual names stand in for the default ones.

    Parameters
    ----------
    names : sequence of str
        Names of the columns of a table.
    flux, error : str
        Names asked for.
    magnitudes : bool
        Whether these are magnitudes.

    Returns
    -------
    str, str, bool
    """
    if flux == "flux" and flux not in names and not magnitudes:
        found = next(((m, e) for m, e in MAGNITUDES if m in names and e in names), None)
        if found is not None:
            return (*found, True)
    if error == "flux_err" and error not in names:
        error = next((name.format(flux) for name in ERRORS if name.format(flux) in names), error)
    return flux, error, magnitudes


def invalid_rows(table: pa.Table) -> int:
    """Return how many rows of a text table were left out, since they have another number of values than the header.

    Parameters
    ----------
    table : pyarrow.Table
        As :func:`clrseries.io.csv_tables.read_csv` returns it.

    Returns
    -------
    int
    """
    return int((table.schema.metadata or {}).get(INVALID_ROWS, 0))


def field_unit(table: pa.Table, name: str) -> Any:
    """Return the unit in the metadata of a column, if astropy knows it.

    Parameters
    ----------
    table : pyarrow.Table
        The table.
    name : str
        Name of the column.

    Returns
    -------
    astropy unit or None
    """
    text = (table.schema.field(name).metadata or {}).get(b"unit")
    if text is None:
        return None
    from astropy import units

    try:
        return units.Unit(text.decode())
    except (ValueError, TypeError):
        return None


def _from_lists(
    table: pa.Table, names: Mapping[str, str], object_id: str, source: str
) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]], pa.Table]:
    objects = named_objects(table, object_id, source)
    lengths = _lengths(table[names["time"]])
    owner = np.repeat(np.arange(table.num_rows), lengths)
    points = {}
    for role, name in names.items():
        if not is_list(table.schema.field(name).type):
            if role != "band":
                raise located(f"must be a list, as {names['time']} is", source=source, column=name)
            points[role] = _values(table[name], role, name, source)[owner]  # one band for all points of an object
            continue
        own = _lengths(table[name])
        whole = table[name].is_null().to_numpy() & (lengths > 0)  # a null list: no values for this object
        if ((own != lengths) & ~whole).any():
            row = int(np.argmax((own != lengths) & ~whole))
            ids = objects["object_id"] if "object_id" in objects.column_names else None
            raise located(
                f"has {own[row]} points and {names['time']} {lengths[row]}",
                source=source, object_id=str(ids[row].as_py() if ids is not None else row), column=name,
            )  # fmt: skip
        found = _values(pc.list_flatten(table[name]), role, name, source)
        if whole.any():
            full = np.full(len(owner), "" if role == "band" else np.nan, found.dtype)
            full[~whole[owner]] = found
            found = full
        points[role] = found
    return owner, points, _kept(objects)


def _kept(objects: pa.Table) -> pa.Table:
    """Return the columns that are not nested."""
    plain = [field.name for field in objects.schema if not pa.types.is_nested(field.type)]
    return objects.select(plain) if plain else pa.table({"object_id": [str(i) for i in range(objects.num_rows)]})


def _lengths(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return pc.fill_null(pc.list_value_length(column), 0).to_numpy().astype(np.int64)


def _values(values: Any, role: str, name: str, source: str) -> NDArray[Any]:
    if role == "band":
        return np.array(pc.fill_null(as_names(plain_column(values), name, source), "").to_pylist(), object)
    if role == "time" and not (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)):
        return days(values)
    try:
        return np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise located(f"must hold numbers ({str(error).splitlines()[0]})", source=source, column=name) from error

"""Reading of spectra from tables with one row per spectrum, or one row per pixel."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..border import in_unit
from ..errors import located
from ..series import Series
from ..series.der_snr import with_estimated_ivar
from ..series.flux_units import linear, unit_text
from ..series.joined_tables import one_array
from ..series.photometry import ivar_of
from ..series.spectrum_samples import tidy_samples
from ..series.table import object_table, with_flux_unit
from ..series.usable import without_unusable
from ..series.wavelengths import refuse_unlikely
from ..units import angstrom, in_vacuum
from .light_curve_tables import field_unit, invalid_rows
from .long_tables import named_objects, owned_rows, rows_without_value
from .sample_columns import with_lists
from .spectrum_columns import with_usual_names
from .tables import is_list, plain_table

logger = logging.getLogger(__name__)
SIGMAS = ("flux_err", "flux_error", "e_flux", "fluxerr", "error", "err", "sigma", "std", "uncertainty")
VARIANCES = ("variance", "var", "flux_var")


def spectra_of_table(
    table: pa.Table,
    *,
    x: str = "wavelength",
    flux: str = "flux",
    ivar: str = "ivar",
    medium: str = "vacuum",
    object_id: str = "object_id",
    source: str = "table",
) -> Series:
    """Read spectra from a table in memory.

    Parameters
    ----------
    table : pyarrow.Table
        One row per spectrum, with lists, or one row per pixel.
    x, flux, ivar, medium, object_id, source : str
        As :func:`clrseries.read_spectra` takes them.

    Returns
    -------
    Series

    Raises
    ------
    InputError
        A column is missing or does not hold numbers, lists have different lengths, or no object can be used.
    """
    table = plain_table(table, source)
    table = table if x in table.column_names else with_lists(table, source)
    table = with_usual_names(table, x, flux, source)
    for name in (x, flux):
        if name not in table.column_names:
            raise located(f"is missing; the file has {', '.join(table.column_names)}", source=source, column=name)
    if not table.num_rows:
        raise located("has no rows", source=source)
    weight = weight_column(table.column_names, flux, ivar, source)
    if not is_list(table[x].type):
        table = _gathered(table, [name for name in (x, flux, weight) if name], object_id, x, source)
    table = named_objects(table, object_id, source)
    table, lost = _without_null_rows(table, (x, flux), source)
    offsets, wave = _list_column(table, x, np.float64, source)
    value = _sized(table, flux, offsets, source)
    unit = linear(field_unit(table, flux), flux)
    wave_unit = field_unit(table, x)
    if wave_unit is not None:
        wave = angstrom(wave * wave_unit)
    inverse = _ivar(table, weight, ivar, value, offsets, unit, source)
    found = tidy_samples(in_vacuum(wave, medium), value, inverse, offsets, unit_text(unit))
    keep = [field.name for field in table.schema if not pa.types.is_nested(field.type)]
    columns = object_table(with_flux_unit(table.select(keep), table.num_rows, found.flux_unit), table.num_rows)
    series = Series(found.x, found.flux, found.ivar, found.offsets, columns)
    series = without_unusable(series, source)
    if wave_unit is None:
        refuse_unlikely(series.x, series.offsets, series.table["object_id"], source)
    return series.with_dropped(
        {
            "object: wavelength or flux is null": lost,
            "pixel: without a wavelength": found.without_wavelength,
            "pixel: row of the file with another number of values": invalid_rows(table),
        }
    )


def weight_column(names: list[str], flux: str, ivar: str, source: str) -> str | None:
    """Return the column that tells the errors of the flux.

    Parameters
    ----------
    names : list of str
        Names of all columns.
    flux, ivar : str
        Names of the columns with the flux and with the inverse variance.
    source : str
        File or table, for the error.

    Returns
    -------
    str or None
        None if there is none.

    Raises
    ------
    InputError
        There are both an error and a variance, or two columns of errors.
    """
    if ivar in names:
        return ivar
    if ivar != "ivar":
        raise located(f"is missing; there are {', '.join(names)}", source=source, column=ivar)
    found = [name for name in (f"{flux}_err", *SIGMAS, *VARIANCES) if name in names]
    found = list(dict.fromkeys(found))
    if len(found) > 1:
        raise located(
            f"are all columns of errors ({', '.join(found)}): keep one, or name a column of inverse variances with ivar=",
            source=source, column=found[0],
        )  # fmt: skip
    if found:
        logger.info("%s: the errors are those of column %r", source, found[0])
    return found[0] if found else None


def _gathered(table: pa.Table, samples: list[str], object_id: str, x: str, source: str) -> pa.Table:
    """Return a table with one row per spectrum from one with one row per pixel."""
    owner, objects = owned_rows(table, samples, object_id, source)
    wave = table[x].to_numpy().astype(np.float64)
    order = np.lexsort((wave, owner))
    lengths = np.bincount(owner, minlength=objects.num_rows)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]))
    for name in samples:
        column = table[name].take(pa.array(order)).combine_chunks()
        column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
        field = pa.field(name, pa.large_list(column.type), metadata=table.schema.field(name).metadata)
        objects = objects.append_column(field, pa.LargeListArray.from_arrays(offsets, column))
    return objects.replace_schema_metadata(table.schema.metadata)


def _without_null_rows(table: pa.Table, names: tuple[str, ...], source: str) -> tuple[pa.Table, int]:
    null = np.zeros(table.num_rows, bool)
    for name in names:
        null |= rows_without_value(table, name)
    if null.all() and len(null):
        raise located("is null in all rows", source=source, column=names[-1])
    return (table.filter(pa.array(~null)), int(null.sum())) if null.any() else (table, 0)


def _ivar(
    table: pa.Table,
    weight: str | None,
    ivar: str,
    flux: NDArray[np.floating],
    offsets: NDArray[np.int64],
    unit: Any,
    source: str,
) -> NDArray[np.floating]:
    if weight is None:
        return np.isfinite(flux).astype(np.float32)
    power = -2 if weight == ivar else 2 if weight in VARIANCES else 1
    given = _sized(table, weight, offsets, source, missing_rows=True)
    given = in_unit(given, field_unit(table, weight), None if unit is None else unit**power, weight)
    missing = rows_without_value(table, weight)
    if weight == ivar:
        if missing.any():  # null lists: their pixels came as NaN
            given = np.where(np.repeat(missing, np.diff(offsets)), np.isfinite(flux), given).astype(given.dtype)
        unknown = np.isnan(given)
        return np.where(unknown & ~np.isfinite(flux), 0, given).astype(given.dtype) if unknown.any() else given
    found = np.where(np.isfinite(flux), ivar_of(given, -1.0 if power == 2 else -2.0), 0.0)
    if missing.any():
        found = with_estimated_ivar(found, flux, offsets, missing)
        logger.info(
            "%s: %d of %d objects have no errors; theirs are estimated from the flux",
            source,
            missing.sum(),
            len(missing),
        )
    return found


def _list_column(table: pa.Table, name: str, dtype: type | None, source: str) -> tuple[NDArray[np.int64], NDArray[Any]]:
    kind = table.schema.field(name).type
    if not is_list(kind) or not (pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type)):
        raise located(f"must be a list of numbers, and is {kind}", source=source, column=name)
    column = one_array(table[name])
    values = column.flatten()
    wanted = values.type if dtype is None else pa.from_numpy_dtype(dtype)
    if wanted not in (pa.float32(), pa.float64()):
        wanted = pa.float64()
    if values.type != wanted:
        values = values.cast(wanted, safe=False)
    lengths = column.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return offsets, values.to_numpy(zero_copy_only=values.null_count == 0)


def _sized(
    table: pa.Table, name: str, offsets: NDArray[np.int64], source: str, missing_rows: bool = False
) -> NDArray[np.floating]:
    """Return the values of a column, in float32 or float64 as they are; with `missing_rows`, null lists become NaN."""
    own, values = _list_column(table, name, None, source)
    if np.array_equal(own, offsets):
        return values
    wrong = np.diff(own) != np.diff(offsets)
    if missing_rows:
        wrong &= np.diff(own) > 0
    if wrong.any():
        row = int(np.argmax(wrong))
        raise located(
            f"has {int(np.diff(own)[row])} samples and the wavelength column {int(np.diff(offsets)[row])}",
            source=source,
            object_id=_name(table, row),
            column=name,
        )
    full = np.full(int(offsets[-1]), np.nan, values.dtype)
    full[np.repeat(np.diff(own) > 0, np.diff(offsets))] = values
    return full


def _name(table: pa.Table, row: int) -> Any:
    return table["object_id"][row].as_py() if "object_id" in table.column_names else str(row)

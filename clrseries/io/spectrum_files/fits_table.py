"""Reader of spectra in tables of FITS, ECSV and VOTable, with one row per pixel or arrays in each row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...border import Plain, in_unit, plain
from ...errors import InputError, located
from ...series import Series
from ...series.flux_units import linear
from ...series.photometry import ivar_of
from ...units import angstrom
from ..fits_files import as_text, opened_fits, table_columns
from ..transients import name_of_file
from .built import flux_unit, medium_of, spectra_from

WAVES = ("wavelength", "wave", "lambda", "lam", "loglam", "spectral_axis", "wave_air", "wave_vac", "awav")
FLUXES = ("flux", "flux_density", "spec", "spectrum", "flam", "fnu", "counts")
ERRORS = {"ivar": 1.0, "flux_ivar": 1.0, "variance": -1.0, "var": -1.0, "flux_err": -2.0, "flux_error": -2.0, "err": -2.0, "error": -2.0,
          "sigma": -2.0, "uncertainty": -2.0, "err_flux": -2.0, "e_flux": -2.0, "noise": -2.0}  # fmt: skip
MASKS = ("mask", "and_mask", "qual", "quality", "dq", "flag", "flags")
NAMES = ("TARGETID", "OBJECT", "OBJNAME", "TARGNAME", "SOURCE_ID", "NAME")


def read_fits_table(path: str | Path, medium: str | None = None) -> Series:
    """Read spectra from a table with the columns wavelength and flux, and errors if there are any.

    Each row may hold the arrays of one spectrum, or one pixel. Units come from the columns.

    Parameters
    ----------
    path : path
        FITS file.
    medium : {"vacuum", "air"}, optional
        What the wavelengths are measured in; default what the header or the name of the column says, and vacuum if they say nothing.

    Returns
    -------
    Series
        ``object_id`` is TARGETID or OBJECT of the table or the header, or else the name of the folder and of the file.

    Raises
    ------
    InputError
        There is no such table.
    """
    with opened_fits(path) as units:
        found = next((unit for unit in units if spectral(getattr(unit, "columns", None))), None)
        if found is None:
            raise located("holds no table with wavelength and flux", source=str(path))
        header = {**dict(units[0].header), **dict(found.header)}
        columns = table_columns(found)
    return spectra_of_columns(columns, header, path, medium)


def read_astropy_table(path: str | Path, medium: str | None = None) -> Series:
    """Read one spectrum from a table in ECSV, VOTable or another format that astropy recognizes, with its units.

    Parameters
    ----------
    path : path
        The file.
    medium : {"vacuum", "air"}, optional
        What the wavelengths are measured in; default vacuum.

    Returns
    -------
    Series

    Raises
    ------
    InputError
        The file is no such table.
    """
    import warnings

    from astropy.table import Table

    ecsv = str(path).lower().endswith(".ecsv")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = Table.read(path, format="ascii.ecsv" if ecsv else "votable")
    except Exception as error:  # astropy raises errors of many types for damaged files
        raise InputError(
            f"{path}: cannot be read as a table ({(str(error).splitlines() or [repr(error)])[0]})"
        ) from error
    columns = {name.lower(): plain(table[name], name) for name in table.colnames}
    return spectra_of_columns(columns, {str(k).upper(): v for k, v in table.meta.items()}, path, medium)


def spectral(columns: Any) -> bool:
    """Return whether a table has a column of wavelengths and one of fluxes.

    Parameters
    ----------
    columns : columns of astropy or None
        The columns.

    Returns
    -------
    bool
    """
    names = {name.lower() for name in columns.names} if columns is not None else set()
    return any(name in names for name in WAVES) and any(name in names for name in FLUXES)


def spectra_of_columns(
    columns: dict[str, Plain], header: dict[str, Any], path: str | Path, medium: str | None
) -> Series:
    """Build spectra from the columns of a table.

    Parameters
    ----------
    columns : dict of str to Plain
        The columns, by name in lower case.
    header : mapping of str to object
        Header of the table.
    path : path
        The file.
    medium : {"vacuum", "air"}, optional
        What the wavelengths are measured in.

    Returns
    -------
    Series

    Raises
    ------
    InputError
        Columns are missing, or units cannot be used.
    """
    wave_name = next((name for name in WAVES if name in columns), None)
    flux_name = next((name for name in FLUXES if name in columns), None)
    if wave_name is None or flux_name is None:
        raise located(
            f"is missing; there are {', '.join(columns)}",
            source=str(path),
            column="wavelength" if wave_name is None else "flux",
        )
    wave = _rows(columns[wave_name])
    if wave_name == "loglam":
        wave = 10.0**wave
    elif columns[wave_name].unit is not None:
        wave = angstrom(wave * columns[wave_name].unit)
    flux, unit = _rows(columns[flux_name]), linear(columns[flux_name].unit)
    ivar = np.where(_missing(columns[flux_name]), 0.0, _ivar(columns, flux, unit))
    for name in MASKS:
        if name in columns and columns[name].values.dtype.kind in "iub" and _rows(columns[name]).shape == flux.shape:
            ivar = np.where(_rows(columns[name]) != 0, 0.0, ivar)
    told = medium or medium_of(header) or ("air" if wave_name in ("wave_air", "awav") else "vacuum")
    about = _about(columns, header, len(flux), path)
    return spectra_from(
        wave, flux, ivar, about, unit=unit or flux_unit(header.get("BUNIT")), medium=told, source=str(path)
    )


def _rows(column: Plain) -> NDArray[np.float64]:
    """Return a column as (N, P): one spectrum if it holds one pixel per row."""
    values = column.values
    if values.dtype == object:
        lengths = {np.size(one) for one in values}
        if len(lengths) != 1:
            raise InputError("the rows of the table have different numbers of pixels: read it with specutils")
        values = np.stack([np.asarray(one, np.float64).ravel() for one in values])
    return (
        values.reshape(1, -1).astype(np.float64)
        if values.ndim == 1
        else values.reshape(len(values), -1).astype(np.float64)
    )


def _missing(column: Plain) -> NDArray[np.bool_]:
    shape = _rows(column).shape
    return column.mask.reshape(shape) if column.mask.size == np.prod(shape) else np.zeros(shape, bool)


def _ivar(columns: dict[str, Plain], flux: NDArray[np.float64], unit: Any) -> NDArray[np.float64]:
    for name, power in ERRORS.items():
        if name in columns and _rows(columns[name]).shape == flux.shape:
            wanted = None if unit is None else unit ** {1.0: -2, -1.0: 2, -2.0: 1}[power]
            values = in_unit(_rows(columns[name]), columns[name].unit, wanted, name)
            return np.where(np.isfinite(values), values, 0.0) if power == 1.0 else ivar_of(values, power)
    return np.ones(flux.shape)


def _about(columns: dict[str, Plain], header: dict[str, Any], rows: int, path: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    per_object = {
        name: column for name, column in columns.items() if column.values.ndim == 1 and len(column.values) == rows
    }
    for key in NAMES:
        if key.lower() in per_object and rows > 1:
            found["object_id"] = list(as_text(per_object[key.lower()]))
            break
    for name in ("z", "class", "ra", "dec"):
        if name in per_object and rows > 1:
            kind = per_object[name].values.dtype.kind
            found[name] = list(as_text(per_object[name])) if kind in "SUO" else per_object[name].values
        elif rows == 1 and isinstance(header.get(name.upper()), float | int | str):
            found[name] = [header[name.upper()]]
    if "object_id" not in found:
        name = next((str(header[key]).strip() for key in NAMES if str(header.get(key, "")).strip()), name_of_file(path))
        found["object_id"] = [name] if rows == 1 else [f"{name} {row}" for row in range(rows)]
    return found

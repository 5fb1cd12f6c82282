"""Reader of spectra in images of FITS with a linear or logarithmic axis, such as those of AAT, OzDES, Marz and IRAF."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import located
from ...series import Series
from ...series.photometry import ivar_of
from ...units import angstrom
from ..fits_files import as_text, opened_fits, table_columns
from ..transients import name_of_file
from .built import flux_unit, medium_of, spectra_from

logger = logging.getLogger("clrseries")
# Power of the inverse variance in the values of an extension, by its name.
ERRORS = {"IVAR": 1.0, "VARIANCE": -1.0, "VAR": -1.0, "STAT": -1.0, "ERROR": -2.0, "ERR": -2.0, "SIGMA": -2.0, "UNCERT": -2.0,
          "UNCERTAINTY": -2.0, "STDEV": -2.0}  # fmt: skip
LIGHT = 299792.458  # [km/s]


def read_fits_image(path: str | Path, medium: str | None = None) -> Series:
    """Read one spectrum, or one for each row, from an image of FITS.

    The axis is that of the header (CRVAL1, CRPIX1, CDELT1 or CD1_1, CUNIT1), logarithmic where CTYPE1 or DC-FLAG says so, or an
    extension WAVELENGTH. Errors are taken from an extension IVAR, VARIANCE or ERROR (or with a usual short form of these names),
    bad pixels from MASK or DQ, and names from a table FIBRES or the keyword OBJECT.

    Parameters
    ----------
    path : path
        The file.
    medium : {"vacuum", "air"}, optional
        What the wavelengths are measured in; default what the header says, and vacuum if it says nothing, which is logged.

    Returns
    -------
    Series
        The frame of the wavelengths is that of the file: the column ``frame`` holds SPECSYS if the header has it.

    Raises
    ------
    InputError
        The file cannot be read, or has no axis.

    References
    ----------
    Greisen et al. 2006, A&A 446, 747.
    """
    with opened_fits(path) as units:
        first = next((unit for unit in units if getattr(unit, "data", None) is not None and unit.is_image), None)
        if first is None:
            raise located("holds no image", source=str(path))
        header = units[0].header.copy()
        header.update(first.header)
        flux = np.atleast_2d(np.asarray(first.data, np.float64).squeeze())
        others = {unit.name.upper(): unit for unit in units if unit is not first}
        wave = _axis(header, others, flux.shape[-1], str(path))
        ivar = _ivar(others, flux.shape)
        names = _names(header, others, len(flux), path)
        for mask in ("MASK", "DQ", "BADPIX"):
            if mask in others and np.shape(others[mask].data) in (flux.shape, flux.shape[-1:]):
                ivar = np.where(np.asarray(others[mask].data) != 0, 0.0, ivar)
    if flux.ndim != 2:
        raise located(f"holds an image of {flux.ndim} dimensions: read cubes with specutils", source=str(path))
    told = medium or medium_of(header)
    if told is None:
        logger.info("%s: the header does not say whether wavelengths are in air or in vacuum; vacuum is assumed", path)
    columns: dict[str, Any] = {"object_id": names}
    for key, name in (("Z", "z"), ("REDSHIFT", "z"), ("SPECSYS", "frame"), ("RA", "ra"), ("DEC", "dec")):
        if key in header and name not in columns and isinstance(header[key], float | int | str):
            columns[name] = [header[key]] * len(flux)
    unit = flux_unit(header.get("BUNIT"))
    return spectra_from(wave, flux, ivar, columns, unit=unit, medium=told or "vacuum", source=str(path))


def _axis(header: Any, others: dict[str, Any], size: int, source: str) -> NDArray[np.float64]:
    for name in ("WAVELENGTH", "WAVE", "LAMBDA"):
        if name in others and others[name].data is not None and np.shape(others[name].data)[-1:] == (size,):
            value = np.asarray(others[name].data, np.float64)
            if header.get("LOGSCALE") is True and np.nanmax(value) < 6:  # Marz
                value = 10.0**value
            return _in_angstrom(value, others[name].header.get("BUNIT"))
    step = header.get("CDELT1", header.get("CD1_1"))
    if "CRVAL1" not in header or not step:
        raise located("has no axis: CRVAL1 and CDELT1 or CD1_1 are missing", source=source)
    pixel = np.arange(1, size + 1, dtype=np.float64) - float(header.get("CRPIX1", 1.0))
    value = float(header["CRVAL1"]) + pixel * float(step)
    kind = str(header.get("CTYPE1", "")).upper()
    if header.get("DC-FLAG") == 1 or ("LOG" in kind and value[0] < 6):  # IRAF and SDSS: steps of log10
        value = 10.0**value
    elif kind.endswith("-LOG"):  # Greisen et al. 2006, equation 5
        value = float(header["CRVAL1"]) * np.exp(pixel * float(step) / float(header["CRVAL1"]))
    return _in_angstrom(value, header.get("CUNIT1"))


def _in_angstrom(value: NDArray[np.float64], unit: Any) -> NDArray[np.float64]:
    from astropy import units

    text = str(unit or "").strip().lower()
    if text in ("", "angstroms", "angstrom", "a", "ang", "aa"):
        return value
    try:
        return angstrom(value * units.Unit(str(unit).strip()))
    except ValueError:
        return value


def _ivar(others: dict[str, Any], shape: tuple[int, ...]) -> NDArray[np.float64]:
    for name, power in ERRORS.items():
        if name in others and np.shape(others[name].data)[-1:] == shape[-1:]:
            values = np.broadcast_to(np.asarray(others[name].data, np.float64).squeeze(), shape)
            return np.where(np.isfinite(values), values, 0.0) if power == 1.0 else ivar_of(values, power)
    return np.ones(shape)


def _names(header: Any, others: dict[str, Any], rows: int, path: str | Path) -> list[str]:
    for name in ("FIBRES", "FIBERS", "FIBERMAP"):
        if name in others and hasattr(others[name], "columns"):
            columns = table_columns(others[name])
            if "name" in columns and len(columns["name"].values) == rows:
                return list(as_text(columns["name"]))
    found = next(
        (str(header[key]).strip() for key in ("OBJECT", "OBJNAME", "TARGNAME") if str(header.get(key, "")).strip()), ""
    )
    name = found or name_of_file(path)
    return [name] if rows == 1 else [f"{name} {row}" for row in range(rows)]

"""Conversion of spectra of specutils to plain arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..border import floating, in_unit, plain
from ..errors import located
from ..units import angstrom
from .flux_units import linear
from .photometry import ivar_of

NAMES = (
    "TARGETID",
    "object_id",
    "OBJECT",
    "OBJNAME",
    "TARGNAME",
    "OBJID",
    "NAME",
    "name",
)  # where headers name the object


class Spectrum(NamedTuple):
    """One spectrum as plain arrays.

    Parameters
    ----------
    wavelength : float64 (P,)
        Wavelength [Angstrom].
    flux, ivar : float64 (P,)
        Flux and its inverse variance.
    unit : astropy unit
        Unit of the flux.
    name : str
        Name of the object, empty if unknown.
    """

    wavelength: NDArray[np.float64]
    flux: NDArray[np.floating]
    ivar: NDArray[np.floating]
    unit: Any
    name: str


def spectra_of(spectra: Any) -> list[Spectrum]:
    """Read wavelength, flux and inverse variance of specutils objects.

    Parameters
    ----------
    spectra : specutils.Spectrum, SpectrumList, SpectrumCollection or iterable of them
        See :meth:`clrseries.Series.from_spectra`.

    Returns
    -------
    list of Spectrum
        One for each row of flux, all in the unit of the first.

    Raises
    ------
    InputError
        An uncertainty is of no known kind, or units cannot be converted.
    """
    singles = [spectra] if hasattr(spectra, "spectral_axis") else list(spectra)
    rows = [row for number, spectrum in enumerate(singles) for row in _rows(spectrum, number)]
    if not rows:
        return []
    unit = rows[0].unit
    return [_in_unit(row, unit) for row in rows]


def _rows(spectrum: Any, number: int) -> list[Spectrum]:
    if not hasattr(spectrum, "spectral_axis") or not hasattr(spectrum, "flux"):
        raise located(f"is a {type(spectrum).__name__}, not a spectrum of specutils", object_id=str(number))
    axis = getattr(spectrum, "spectral_axis_index", None)
    wave = angstrom(spectrum.spectral_axis)
    flux, unit, mask = floating(spectrum.flux, "flux")
    ivar = _ivar(spectrum, linear(unit), number)
    if ivar is None:
        ivar = np.ones(flux.shape)
    bad = mask | ~np.isfinite(flux) | ~np.isfinite(ivar) | (ivar < 0)
    if spectrum.mask is not None:
        bad = bad | np.asarray(spectrum.mask, bool)
    size = wave.shape[-1]
    flux, ivar = (
        np.moveaxis(values, -1 if axis is None else axis, -1).reshape(-1, size)
        for values in (np.nan_to_num(flux, posinf=0.0, neginf=0.0), np.where(bad, 0.0, ivar))
    )
    waves = np.broadcast_to(wave.reshape(-1, size), flux.shape)
    names = _names(spectrum, len(flux))
    return [Spectrum(*row[:3], unit, row[3]) for row in zip(waves, flux, ivar, names, strict=True)]


def _ivar(spectrum: Any, unit: Any, number: int) -> NDArray[np.floating] | None:
    """Return the inverse variance in the unit of the flux; None without uncertainties."""
    uncertainty = spectrum.uncertainty
    if uncertainty is None:
        return None
    kind = getattr(uncertainty, "uncertainty_type", "")
    values, own, mask = plain(uncertainty.array, "uncertainty")
    own = getattr(uncertainty, "unit", None) if own is None else own
    powers = {"std": 1, "var": 2, "ivar": -2}
    if kind not in powers:
        raise located(
            f"is of the kind {kind or type(uncertainty).__name__!r}: use StdDevUncertainty, VarianceUncertainty or InverseVariance "
            "of astropy.nddata", object_id=str(number), column="uncertainty",
        )  # fmt: skip
    values = in_unit(values.astype(np.float64), own, unit ** powers[kind], "uncertainty")
    ivar = values if kind == "ivar" else ivar_of(values, -1.0 if kind == "var" else -2.0)
    known = ~mask & np.isfinite(ivar) & (values > 0)
    return np.where(known, ivar, 0.0)


def _names(spectrum: Any, rows: int) -> list[str]:
    """Return the names of the objects, from the table of fibers or the header."""
    meta = spectrum.meta if isinstance(getattr(spectrum, "meta", None), dict) else {}
    fibers = meta.get("fibermap")
    if fibers is not None and "TARGETID" in getattr(fibers, "colnames", ()) and len(fibers) == rows:
        return [str(one) for one in fibers["TARGETID"]]
    header = meta.get("header")
    for place in (meta, header if header is not None else {}):
        for key in NAMES:
            found = place.get(key) if hasattr(place, "get") else None
            if isinstance(found, str | int | np.integer) and str(found).strip():
                name = str(found).strip()
                return [name] if rows == 1 else [f"{name} {row}" for row in range(rows)]
    return [""] * rows


def _in_unit(row: Spectrum, unit: Any) -> Spectrum:
    if row.unit == unit:
        return row
    from astropy import units

    try:
        factor = (1.0 * row.unit).to_value(unit, units.spectral_density(row.wavelength * units.AA))
    except units.UnitConversionError:
        factor = in_unit(np.ones(1), row.unit, unit, "flux")  # refuses, and names both units
    return row._replace(flux=row.flux * factor, ivar=row.ivar / factor**2, unit=unit)

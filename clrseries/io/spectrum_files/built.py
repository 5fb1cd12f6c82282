"""A Series from the arrays and the columns that a reader of spectra has found."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError, located
from ...series import Series
from ...series.spectrum_samples import tidy_samples
from ...series.table import object_table, with_flux_unit
from ...series.usable import without_unusable
from ...units import in_vacuum


def spectra_from(
    wave: NDArray[np.floating],
    flux: NDArray[np.floating],
    ivar: NDArray[np.floating],
    columns: Mapping[str, Any],
    *,
    unit: Any = None,
    medium: str = "vacuum",
    source: str = "",
) -> Series:
    """Build spectra from arrays of a file.

    Parameters
    ----------
    wave : float (P,) or (N, P)
        Wavelengths [Angstrom] in `medium`, ascending or descending.
    flux, ivar : float (P,) or (N, P)
        Flux and its inverse variance; a pixel whose flux or ivar is not finite, or whose ivar is negative, gets ivar 0.
    columns : mapping of str to N values
        Per-object columns.
    unit : astropy unit, str or None
        Unit of the flux.
    medium : {"vacuum", "air"}
        What the wavelengths are measured in.
    source : str
        File, for errors.

    Returns
    -------
    Series
        N spectra, without those that cannot be used, which are counted in ``dropped``.

    Raises
    ------
    InputError
        Shapes do not match, or no spectrum can be used.
    """
    flux, ivar = np.atleast_2d(flux), np.atleast_2d(ivar)
    if flux.ndim != 2 or flux.shape != ivar.shape or wave.shape[-1] != flux.shape[1]:
        raise InputError(
            f"{source}: wavelength, flux and errors have the shapes {wave.shape}, {flux.shape}, {ivar.shape}"
        )
    if not flux.size:
        raise located("holds no spectrum", source=source)
    rows, size = flux.shape
    good = np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0)
    weight = np.where(good, ivar, 0.0).ravel()
    value = np.nan_to_num(flux, nan=0.0, posinf=0.0, neginf=0.0).ravel()
    x = in_vacuum(np.broadcast_to(np.asarray(wave, np.float64), flux.shape).ravel(), medium)
    offsets = np.arange(rows + 1, dtype=np.int64) * size
    found = tidy_samples(x, value, weight, offsets, "" if unit is None else str(unit))
    table = object_table(with_flux_unit(dict(columns), rows, found.flux_unit), rows)
    series = without_unusable(Series(found.x, found.flux, found.ivar, found.offsets, table), source)
    return series.with_dropped({"pixel: without a wavelength": found.without_wavelength})


def flux_unit(text: Any) -> str | None:
    """Return the unit of flux that a header names, in a form that astropy reads.

    Parameters
    ----------
    text : object
        For instance ``"1E-17 erg/cm^2/s/Ang"`` or ``"10**-17 erg/(s cm2 Angstrom)"``.

    Returns
    -------
    str or None
        None if astropy does not know it.
    """
    from astropy import units

    if not isinstance(text, str) or not text.strip():
        return None
    changed = (
        text.strip().replace("Angstroms", "Angstrom").replace("/Ang", "/Angstrom").replace("Angstromstrom", "Angstrom")
    )
    for one in (text.strip(), changed, changed.replace("10**", "1e").replace("10^", "1e"), changed.replace("^", "**")):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", units.UnitsWarning)  # about several slashes
                return str(units.Unit(one))
        except (ValueError, TypeError):
            continue
    return None


def medium_of(header: Mapping[str, Any]) -> str | None:
    """Return whether the wavelengths of a header are in air or in vacuum.

    Parameters
    ----------
    header : mapping of str to object
        Header of FITS. ``CTYPE1 = 'AWAV'`` is air and ``'WAVE'`` vacuum (Greisen et al. 2006, A&A 446, 747); ``AIRORVAC``,
        ``VACUUM`` and ``WAVETYPE`` are used by many instruments. Files of the AAT without ``VACUUM`` are in air.

    Returns
    -------
    {"air", "vacuum"} or None
        None if it does not say.
    """
    kind = str(header.get("CTYPE1", "")).upper()
    if kind.startswith("AWAV"):
        return "air"
    if kind.startswith("WAVE-") or kind == "WAVE":
        return "vacuum"
    text = f"{header.get('AIRORVAC', '')} {header.get('WAVETYPE', '')}".lower()
    if "vac" in text or header.get("VACUUM") in (True, 1, "T"):
        return "vacuum"
    told = "air" in text or header.get("VACUUM") in (False, 0, "F")
    # The pipeline of the AAT, 2dfdr, calibrates in air; Marz marks files in vacuum with VACUUM.
    return "air" if told or str(header.get("TELESCOP", "")).startswith("Anglo-Australian") else None

"""Conversion to the units of the package: Angstrom in vacuum, and days."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError

SPEED_OF_LIGHT = 299792.458  # [km/s]


def angstrom(value: Any) -> NDArray[np.float64]:
    """Return wavelengths in Angstrom.

    Parameters
    ----------
    value : array-like or Quantity
        A ``Quantity`` may be a wavelength, a frequency or an energy; plain numbers are in Angstrom already.

    Returns
    -------
    float64 array
        Of the same shape [Angstrom].

    Examples
    --------
    >>> from astropy import units as u
    >>> angstrom([500.0, 600.0] * u.nm)
    array([5000., 6000.])
    """
    if hasattr(value, "unit") and hasattr(value, "to"):
        from astropy import units

        return np.asarray(value.to(units.AA, equivalencies=units.spectral()).value, np.float64)
    return np.asarray(value, np.float64)


def vacuum_to_air(wavelength: ArrayLike, method: str = "ciddor") -> NDArray[np.float64]:
    """Convert vacuum wavelengths to wavelengths in standard air.

    Parameters
    ----------
    wavelength : float array
        Wavelengths in vacuum [Angstrom]. Those up to 2000 Angstrom are not changed, by convention.
    method : {"ciddor", "morton"}
        Formula for the refractive index of air. In the optical, the two differ by 2e-8, or 6 m/s.

    Returns
    -------
    float64 array
        Of the same shape [Angstrom].

    Raises
    ------
    InputError
        There is no such method.

    References
    ----------
    Ciddor 1996, Appl. Opt. 35, 1566; Morton 2000, ApJS 130, 403, equation 8 (used by SDSS and VALD).

    Examples
    --------
    >>> vacuum_to_air([6564.61]).round(2)
    array([6562.8])
    """
    vacuum = np.asarray(wavelength, np.float64)
    return np.where(vacuum > 2000.0, vacuum / _refraction(np.maximum(vacuum, 2000.0), method), vacuum)


def air_to_vacuum(wavelength: ArrayLike, method: str = "ciddor") -> NDArray[np.float64]:
    """Convert wavelengths in standard air to vacuum wavelengths.

    This is the inverse of :func:`vacuum_to_air`, found by iteration to a relative accuracy of 1e-13.

    Parameters
    ----------
    wavelength : float array
        Wavelengths in air [Angstrom]. Those up to 2000 Angstrom are not changed.
    method : {"ciddor", "morton"}
        As in :func:`vacuum_to_air`.

    Returns
    -------
    float64 array
        Of the same shape [Angstrom].

    Raises
    ------
    InputError
        There is no such method.

    Examples
    --------
    >>> air_to_vacuum([6562.80]).round(2)
    array([6564.61])
    """
    air = np.asarray(wavelength, np.float64)
    vacuum = air
    for _ in range(4):
        vacuum = air * _refraction(np.maximum(vacuum, 2000.0), method)
    return np.where(air > 2000.0, vacuum, air)


def in_vacuum(wavelength: NDArray[np.float64], medium: str) -> NDArray[np.float64]:
    """Return wavelengths in vacuum.

    Parameters
    ----------
    wavelength : float64 array
        Wavelengths in `medium` [Angstrom].
    medium : {"air", "vacuum"}
        What the wavelengths are measured in.

    Returns
    -------
    float64 array
        `wavelength` itself if it is in vacuum.

    Raises
    ------
    InputError
        There is no such medium.
    """
    if medium not in ("air", "vacuum"):
        raise InputError(f"medium is 'air' or 'vacuum'; got {medium!r}")
    return air_to_vacuum(wavelength) if medium == "air" else wavelength


def _refraction(vacuum: NDArray[np.float64], method: str) -> NDArray[np.float64]:
    s2 = (1e4 / vacuum) ** 2
    if method == "ciddor":
        return 1.0 + 0.05792105 / (238.0185 - s2) + 0.00167917 / (57.362 - s2)
    if method == "morton":
        return 1.0 + 8.34254e-5 + 0.02406147 / (130.0 - s2) + 0.00015998 / (38.9 - s2)
    raise InputError(f"method is 'ciddor' or 'morton'; got {method!r}")


def days(time: Any) -> NDArray[np.float64]:
    """Return times as float64 days.

    Parameters
    ----------
    time : array-like, Quantity or astropy.time.Time
        Plain numbers are days already; a ``Time`` becomes modified Julian days in its own scale.

    Returns
    -------
    float64 (P,)
        Flattened [day].

    Examples
    --------
    >>> from astropy import units as u
    >>> days([12, 36] * u.hour)
    array([0.5, 1.5])
    """
    if hasattr(time, "mjd"):
        return np.atleast_1d(np.asarray(time.mjd, np.float64))
    if hasattr(time, "unit"):
        return np.atleast_1d(np.asarray(time.to_value("day"), np.float64))
    return np.asarray(time, np.float64).ravel()

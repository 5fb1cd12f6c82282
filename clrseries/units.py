"""Conversion to the units of the package: Angstrom in vacuum, and days."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .border import numbers, plain
from .errors import InputError, located

SPEED_OF_LIGHT = 299792.458  # [km/s]
LARGEST_DAY = 1e7  # larger numbers are neither MJD nor Julian dates


def angstrom(value: Any) -> NDArray[np.float64]:
    """Return wavelengths in Angstrom.

    Parameters
    ----------
    value : array-like or Quantity
        A ``Quantity`` may be a wavelength, a frequency or an energy; plain numbers are in Angstrom already.

    Returns
    -------
    float64 array
        Of the same shape [Angstrom]; NaN where a value is masked.

    Raises
    ------
    InputError
        The unit is not spectral, or `value` does not hold numbers.

    Examples
    --------
    >>> from astropy import units as u
    >>> angstrom([500.0, 600.0] * u.nm)
    array([5000., 6000.])
    """
    values, unit = numbers(value, "wavelength")
    if unit is None:
        return np.asarray(values, np.float64)
    from astropy import units

    try:
        with np.errstate(divide="ignore"):
            return np.asarray((values.astype(np.float64) * unit).to_value(units.AA, units.spectral()))
    except units.UnitConversionError as error:
        raise located(f"is in {unit or 'no unit'}, which is none of a wavelength, frequency or energy",
                      column="wavelength") from error  # fmt: skip


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
    time : array-like, Quantity, datetime or astropy.time.Time
        Plain numbers are days already. A ``Time`` of any format becomes modified Julian days (MJD) in its own scale, dates and text
        in ISO 8601 become MJD in UTC.

    Returns
    -------
    float64 (P,)
        Flattened [day]; NaN where a time is masked.

    Raises
    ------
    InputError
        `time` is a phase or a difference of times, has a unit that is not one of time, or counts seconds since 1970.

    Examples
    --------
    >>> from astropy import units as u
    >>> import numpy as np
    >>> days([12, 36] * u.hour), days(np.array(["2020-01-01T12:00"], "datetime64[s]"))
    (array([0.5, 1.5]), array([58849.5]))
    """
    if hasattr(time, "scale") and hasattr(time, "jd1"):
        if not hasattr(time, "mjd"):
            raise located("is a phase or a difference (TimeDelta), and no time: give the times before folding",
                          column="time")  # fmt: skip
        return np.atleast_1d(numbers(time.mjd, "time")[0]).astype(np.float64).ravel()
    values, unit, mask = plain(time, "time")
    if values.dtype.kind == "M":
        found = (values - np.datetime64("1858-11-17")) / np.timedelta64(1, "D")
    elif values.dtype.kind == "m":
        found = values / np.timedelta64(1, "D")
    elif values.dtype.kind in "UOS":
        found = _from_text(values, mask)
    elif unit is not None:
        found = _from_quantity(values, unit)
    else:
        found = numbers(values, "time")[0].astype(np.float64)
    found = np.where(mask, np.nan, found)
    if unit is None and (np.abs(found[np.isfinite(found)]) > LARGEST_DAY).any():
        raise located("holds numbers above 1e7, which are no days; for seconds since 1970, give an astropy Time with "
                      "format='unix'", column="time")  # fmt: skip
    return np.atleast_1d(found).ravel()


def _from_text(values: NDArray[Any], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    from astropy.time import Time

    found = np.full(values.shape, np.nan)
    try:
        found[~mask] = Time([str(one) for one in values[~mask]], scale="utc").mjd if (~mask).any() else np.nan
    except ValueError as error:
        example = next(iter(values[~mask]))
        raise located(f"holds text that is no time in ISO 8601, for instance {example!r}", column="time") from error
    return found


def _from_quantity(values: NDArray[Any], unit: Any) -> NDArray[np.float64]:
    try:
        return np.asarray(values * unit.to("day"), np.float64)
    except Exception as error:  # UnitConversionError; a dimensionless number is a phase
        raise located(f"is in {str(unit) or 'no unit (a phase?)'}, which is no unit of time: give times, not phases",
                      column="time") from error  # fmt: skip

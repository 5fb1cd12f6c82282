"""Units at the border: Angstrom, day and vacuum inside, astropy ``Quantity`` accepted outside."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError

SPEED_OF_LIGHT = 299792.458  # km/s


def angstrom(value: Any) -> NDArray[np.float64]:
    """`value` as float64 Angstrom: a ``Quantity`` (length, frequency, energy) is converted, a number is taken as is."""
    if hasattr(value, "unit") and hasattr(value, "to"):
        from astropy import units

        return np.asarray(value.to(units.AA, equivalencies=units.spectral()).value, np.float64)
    return np.asarray(value, np.float64)


def vacuum_to_air(wavelength: ArrayLike, method: str = "ciddor") -> NDArray[np.float64]:
    """Wavelength in standard air [Angstrom] of a vacuum wavelength [Angstrom].

    Parameters
    ----------
    wavelength : array [Angstrom]
        Below 2000 A wavelengths are vacuum by convention and stay as they are.
    method : str
        ``"ciddor"`` (Ciddor 1996, Appl. Opt. 35, 1566) or ``"morton"`` (Morton 2000, ApJS 130, 403, eq. 8, as SDSS
        and VALD use it); they differ by 2e-8, or 6 m/s, in the optical.

    Raises
    ------
    InputError
        No such method.
    """
    vacuum = np.asarray(wavelength, np.float64)
    return np.where(vacuum > 2000.0, vacuum / _refraction(np.maximum(vacuum, 2000.0), method), vacuum)


def air_to_vacuum(wavelength: ArrayLike, method: str = "ciddor") -> NDArray[np.float64]:
    """Vacuum wavelength [Angstrom] of a wavelength in standard air [Angstrom]: the inverse of :func:`vacuum_to_air`.

    Found by iteration, good to 1e-13.
    """
    air = np.asarray(wavelength, np.float64)
    vacuum = air
    for _ in range(4):
        vacuum = air * _refraction(np.maximum(vacuum, 2000.0), method)
    return np.where(air > 2000.0, vacuum, air)


def in_vacuum(wavelength: NDArray[np.float64], medium: str) -> NDArray[np.float64]:
    """`wavelength` [Angstrom] as vacuum, if `medium` says that it is ``"air"`` or ``"vacuum"``."""
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

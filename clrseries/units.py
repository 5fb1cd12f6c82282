"""Units at the border: Angstrom, day and vacuum inside, astropy ``Quantity`` accepted outside."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

SPEED_OF_LIGHT = 299792.458  # km/s


def angstrom(value: Any) -> NDArray[np.float64]:
    """`value` as float64 Angstrom: a ``Quantity`` (length, frequency, energy) is converted, a number is taken as is."""
    if hasattr(value, "unit") and hasattr(value, "to"):
        from astropy import units

        return np.asarray(value.to(units.AA, equivalencies=units.spectral()).value, np.float64)
    return np.asarray(value, np.float64)


def air_to_vacuum(wavelength: ArrayLike) -> NDArray[np.float64]:
    """Vacuum wavelength [Angstrom] of a wavelength in standard air [Angstrom].

    The inverse of Ciddor (1996, Appl. Opt. 35, 1566) in the closed form that VALD
    uses (N. Piskunov; Ryabchikova et al. 2015), good to 1e-9 from 2000 A to 10
    micron. Below 2000 A wavelengths are vacuum by convention and stay as they are.
    """
    air = np.asarray(wavelength, np.float64)
    s2 = (1e4 / air) ** 2
    n = 1.00008336624212083 + 0.02408926869968 / (130.1065924522 - s2) + 0.0001599740894897 / (38.92568793293 - s2)
    return np.where(air > 2000.0, air * n, air)

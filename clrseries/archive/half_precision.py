"""Flux and ivar with half the bits, for the way to a device.

A number of 16 bits has 11 binary digits. What a slab holds is first divided by a power of two for each object, so that its flux is near 1;
it is sent with 16 bits only if every ivar is 0 or from 2^-14 to 65504 then, and every flux at most 65504.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LARGEST = 65504.0  # that 16 bits hold
SMALLEST = 2.0**-14  # that they hold with all 11 digits
NEAR_ONE = (-2, 3)  # exponents of two of the mean size of flux that need no other unit
RELATIVE, ABSOLUTE = 2.0**-11, 2.0**-25  # errors of flux and ivar by rounding, at most


def fits_half(flux: NDArray[np.float32], ivar: NDArray[np.float32]) -> bool:
    """Return whether numbers keep their meaning with 16 bits.

    Parameters
    ----------
    flux : float32 (S,)
        Flux, near 1.
    ivar : float32 (S,)
        Its inverse variance.

    Returns
    -------
    bool
        If true, rounding changes ivar by at most 1/2048 of itself, and flux by at most 1/2048 of itself plus 2^-25, which is less than
        a hundred-thousandth of its standard deviation.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.archive.half_precision import fits_half
    >>> one = np.ones(3, np.float32)
    >>> fits_half(one, 400 * one), fits_half(one, 1e34 * one), fits_half(one, 1e-9 * one)
    (True, False, False)
    """
    if not len(flux):
        return True
    if not (float(flux.max()) <= LARGEST and float(flux.min()) >= -LARGEST and float(ivar.max()) <= LARGEST):
        return False  # also where any is NaN
    return float(np.min(ivar, initial=np.inf, where=ivar > 0)) >= SMALLEST

"""Change of the unit of flux where float32 cannot hold the inverse variance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LARGEST, SMALLEST = 3e38, 1.2e-38  # of the positive normal numbers of float32, rounded inwards
MOST = 100  # largest exponent of the unit; fluxes of 1e100 are damaged data


class Held(NamedTuple):
    """Flux and inverse variance in float32, in units of a power of ten of the original unit.

    Parameters
    ----------
    flux, ivar : float32 (S,)
        Flux divided by 10^exponent, and its inverse variance.
    exponent : int
        0 unless float32 could not hold the original numbers.
    """

    flux: NDArray[np.float32]
    ivar: NDArray[np.float32]
    exponent: int


def held_in_float32(flux: NDArray[np.floating], ivar: NDArray[np.floating]) -> Held:
    """Convert flux and inverse variance to float32, in another unit where the numbers would overflow or vanish.

    Spectra in erg/s/cm2/A have fluxes of 1e-17 and less, and the inverse variance of such a flux is often beyond the largest
    float32, 3.4e38. The flux is then divided by the power of ten next to its median.

    Parameters
    ----------
    flux, ivar : float (S,)
        Flux and its inverse variance, 0 for samples without information.

    Returns
    -------
    Held
        What float32 cannot hold even so becomes infinite, which :meth:`clrseries.Series.check` refuses.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.series.float32 import held_in_float32
    >>> held_in_float32(np.array([2e-18]), np.array([1e40]))
    Held(flux=array([2.], dtype=float32), ivar=array([10000.], dtype=float32), exponent=-18)
    """
    exponent = 0
    lost = _lost(flux, ivar, 0)
    if lost:
        known = np.abs(flux[(ivar > 0) & np.isfinite(flux) & (flux != 0)]).astype(np.float64)
        if len(known):
            exponent = int(np.clip(np.floor(np.log10(np.median(known))), -MOST, MOST))
            exponent = exponent if _lost(flux, ivar, exponent) < lost else 0
    if exponent:
        flux = flux.astype(np.float64) / 10.0**exponent
        ivar = ivar.astype(np.float64) * 10.0 ** (2 * exponent)
    with np.errstate(over="ignore"):
        return Held(np.asarray(flux, np.float32), np.asarray(ivar, np.float32), exponent)


def _lost(flux: NDArray[np.floating], ivar: NDArray[np.floating], exponent: int) -> int:
    """Return the number of samples with information whose numbers float32 cannot hold in this unit."""
    if flux.dtype == np.float32 and ivar.dtype == np.float32 and not exponent:
        return int((np.isinf(ivar)).sum())
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        weight = ivar.astype(np.float64) * 10.0 ** (2 * exponent)
        bad = (weight > LARGEST) | (weight < SMALLEST) | (np.abs(flux) > LARGEST * 10.0**exponent)
    return int((bad & (ivar > 0)).sum())

"""The noise of a spectrum that was published without errors, from the spectrum itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GAUSSIAN = 1.482602 / np.sqrt(6.0)  # from the median of |2 a - b - c| to a standard deviation
LEAST = 1e-3  # of the median flux: nobody calibrates better, and interpolated spectra would seem free of noise


def estimated_ivar(flux: NDArray[np.floating]) -> NDArray[np.float32]:
    """One inverse variance for all samples of a spectrum, by DER_SNR (Stoehr et al. 2008, ASPC 394, 505).

    The noise is 1.482602 / sqrt(6) times the median of |2 f(i) - f(i-2) - f(i+2)|, right for white noise and smooth
    spectra, too small where neighbours are correlated over more than two pixels. It is not taken below 0.1 per cent of
    the median flux.

    Parameters
    ----------
    flux : float (P,)

    Returns
    -------
    float32 (P,)
        0 where flux is not finite, and everywhere if fewer than five samples are, or all are 0.
    """
    good = np.isfinite(flux)
    known = np.asarray(flux[good], np.float64)
    ivar = np.zeros(len(flux), np.float32)
    if len(known) < 5:
        return ivar
    noise = GAUSSIAN * np.median(np.abs(2.0 * known[2:-2] - known[:-4] - known[4:]))
    noise = max(noise, LEAST * abs(float(np.median(known))))
    if noise > 0:
        ivar[good] = noise**-2
    return ivar


def with_estimates(
    ivar: NDArray[np.float32], flux: NDArray[np.float32], offsets: NDArray[np.int64], missing: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """`ivar` with that of the objects `missing` (N,) estimated."""
    filled = ivar.copy()
    for row in np.flatnonzero(missing):
        own = slice(offsets[row], offsets[row + 1])
        filled[own] = estimated_ivar(flux[own])
    return filled

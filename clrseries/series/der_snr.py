"""Estimation of the noise of spectra that were published without errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GAUSSIAN = 1.482602 / np.sqrt(6.0)  # converts the median of |2 a - b - c| to a standard deviation
LEAST = 1e-3  # smallest noise, as a fraction of the median flux; interpolated spectra would otherwise have almost none


def estimated_ivar(flux: NDArray[np.floating]) -> NDArray[np.float32]:
    """Estimate one inverse variance for all samples of a spectrum, with the method DER_SNR.

    The noise is 1.482602 / sqrt(6) times the median of ``|2 f(i) - f(i-2) - f(i+2)|``. This is correct for white noise and
    smooth spectra, and too small if neighboring pixels are correlated over more than two pixels. It is at least 0.1 percent of
    the median flux.

    Parameters
    ----------
    flux : float (P,)
        Flux of one spectrum.

    Returns
    -------
    float32 (P,)
        Inverse variance; 0 where the flux is not finite, and everywhere if fewer than five samples are finite or all are 0.

    References
    ----------
    Stoehr et al. 2008, ASPC 394, 505.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.series.der_snr import estimated_ivar
    >>> noisy = 1 + np.random.default_rng(0).normal(0, 0.1, 5000)
    >>> 90 < estimated_ivar(noisy)[0] < 110
    np.True_
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


def with_estimated_ivar(
    ivar: NDArray[np.floating], flux: NDArray[np.floating], offsets: NDArray[np.int64], missing: NDArray[np.bool_]
) -> NDArray[np.floating]:
    """Return the inverse variance of N spectra, estimated from the flux where it is missing.

    Parameters
    ----------
    ivar, flux : float (S,)
        Inverse variance and flux of all spectra.
    offsets : int64 (N + 1,)
        Object i has the samples ``offsets[i]:offsets[i + 1]``.
    missing : bool (N,)
        Whether the inverse variance of a spectrum is estimated.

    Returns
    -------
    float (S,)
        A copy of `ivar` with the estimates.
    """
    filled = ivar.copy()
    for row in np.flatnonzero(missing):
        own = slice(offsets[row], offsets[row + 1])
        filled[own] = estimated_ivar(flux[own])
    return filled

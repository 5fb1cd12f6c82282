"""Flux-calibration error: a smooth random factor ``exp(a s(x))``, s a cubic B-spline through normal deviates.

The spline is scaled to unit variance, so `amplitude` is the rms of ln(flux); the
knots stand `length` pixels apart and begin at a random phase.
"""

import numpy as np
from numba import njit

from .elementary import FAST, exp32

ZERO = np.float32(0.0)
SIXTH = np.float32(1.0 / 6.0)
UNIT_VARIANCE = np.sqrt(315.0 / 151.0)  # mean over a knot interval of sum_k B_k(u)^2 is 151/315


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def warp_row(flux, ivar, amplitude, length, phase, knots):
    """Multiply one row in place by the warp whose knot values are ``knots``; ivar follows."""
    a = np.float32(amplitude * UNIT_VARIANCE)
    step = np.float32(1.0 / length)
    begin = np.float32(phase)
    for j in range(len(flux)):
        position = begin + np.float32(j) * step
        k = np.int32(position)
        u = position - np.float32(k)
        v = np.float32(1.0) - u
        u2, v2 = u * u, v * v
        spline = SIXTH * (
            v2 * v * knots[k]
            + (np.float32(4.0) - np.float32(6.0) * u2 + np.float32(3.0) * u2 * u) * knots[k + 1]
            + (np.float32(4.0) - np.float32(6.0) * v2 + np.float32(3.0) * v2 * v) * knots[k + 2]
            + u2 * u * knots[k + 3]
        )
        factor = exp32(a * spline)
        flux[j] *= factor
        ivar[j] /= factor * factor

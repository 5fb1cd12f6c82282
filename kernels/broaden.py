"""Gaussian line-spread function of constant width in pixels (constant velocity on a log-linear grid).

The taps are normalised over the good pixels in reach, so a pixel without data
neither leaks nor dims its neighbours. ``var_j = sum_k t_k^2 var_{j+k} / (sum_k t_k)^2``.
"""

import numpy as np
from numba import njit

from .elementary import FAST

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
REACH = 5.0  # sigma
MAXIMUM_RADIUS = 256  # pixels


@njit(cache=True, nogil=True)
def gaussian_taps(sigma, taps):
    """One side of the kernel, ``taps[k] = exp(-k^2 / 2 sigma^2)``; returns the radius in pixels."""
    radius = min(int(np.ceil(REACH * sigma)), MAXIMUM_RADIUS)
    for k in range(radius + 1):
        taps[k] = np.exp(-0.5 * (k / sigma) ** 2)
    return radius


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def add_shifted(sums, values, shift, tap, square):
    """``sums[:, j] += taps * values[:, j + shift]`` where that pixel exists."""
    pixels = sums.shape[1]
    lo, hi = max(0, -shift), min(pixels, pixels - shift)
    for j in range(lo, hi):
        sums[0, j] += tap * values[0, j + shift]
        sums[1, j] += tap * values[1, j + shift]
        sums[2, j] += square * values[2, j + shift]


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def broaden_row(flux, ivar, sigma, taps, values, sums):
    """Convolve one row in place with a Gaussian of `sigma` pixels; a pixel without data stays so."""
    if not sigma > 0.05:  # narrower than this moves less than 1e-80 of the light to a neighbour
        return
    radius = gaussian_taps(sigma, taps)
    pixels = len(flux)
    for j in range(pixels):
        good = ivar[j] > ZERO
        values[0, j] = ONE if good else ZERO
        values[1, j] = flux[j] if good else ZERO
        values[2, j] = ONE / ivar[j] if good else ZERO
    sums[:] = ZERO
    for shift in range(-radius, radius + 1):
        tap = taps[abs(shift)]
        add_shifted(sums, values, shift, tap, tap * tap)
    for j in range(pixels):
        good = values[0, j] > ZERO
        weight = sums[0, j] if good else ONE
        flux[j] = sums[1, j] / weight if good else ZERO
        ivar[j] = weight * weight / sums[2, j] if good else ZERO

"""Put every row on one scale: by its mean, median or L2 norm, or by its running continuum."""

import numpy as np
from numba import njit

from .elementary import FAST
from .noise import good_mean

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
TINY = np.float32(1e-30)
NONE, MEAN, MEDIAN, L2, CONTINUUM = 0, 1, 2, 3, 4


@njit(cache=True, nogil=True)
def good_median(flux, ivar, scratch):
    """Median flux over the pixels that hold data; 0 where none does."""
    count = 0
    for j in range(len(flux)):
        if ivar[j] > ZERO:
            scratch[count] = flux[j]
            count += 1
    if count == 0:
        return ZERO
    return np.float32(np.median(scratch[:count]))


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def good_rms(flux, ivar):
    """Root mean square flux over the pixels that hold data; 0 where none does."""
    total, count = ZERO, ZERO
    for j in range(len(flux)):
        good = ivar[j] > ZERO
        total += flux[j] * flux[j] if good else ZERO
        count += ONE if good else ZERO
    return np.sqrt(total / max(count, ONE))


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def divide_row(flux, ivar, scale):
    """Divide one row in place by `scale`; a scale of zero or below blanks the row."""
    if not scale > TINY:
        flux[:] = ZERO
        ivar[:] = ZERO
        return
    inverse = ONE / scale
    square = scale * scale
    for j in range(len(flux)):
        flux[j] *= inverse
        ivar[j] *= square


@njit(cache=True, nogil=True)
def continuum_row(flux, ivar, half, total, count):
    """Divide one row in place by the mean of the good pixels within `half` pixels of each.

    Where that mean is not above a thousandth of the row's mean the pixel is
    blanked: the ratio would be noise. `total` and `count` are float64 (P + 1,)
    work space.
    """
    pixels = len(flux)
    total[0] = 0.0
    count[0] = 0.0
    for j in range(pixels):
        good = ivar[j] > ZERO
        total[j + 1] = total[j] + (flux[j] if good else 0.0)
        count[j + 1] = count[j] + (1.0 if good else 0.0)
    floor = 1e-3 * total[pixels] / max(count[pixels], 1.0)
    for j in range(pixels):
        lo, hi = max(j - half, 0), min(j + half + 1, pixels)
        seen = count[hi] - count[lo]
        mean = (total[hi] - total[lo]) / max(seen, 1.0)
        if ivar[j] > ZERO and mean > floor and mean > 0.0:
            flux[j] = np.float32(flux[j] / mean)
            ivar[j] = np.float32(ivar[j] * mean * mean)
        else:
            flux[j] = ZERO
            ivar[j] = ZERO


@njit(cache=True, nogil=True)
def normalize_row(flux, ivar, kind, half, scratch, total, count):
    """Normalise one row in place; `kind` is one of the module's constants."""
    if kind == MEAN:
        divide_row(flux, ivar, good_mean(flux, ivar))
    elif kind == MEDIAN:
        divide_row(flux, ivar, good_median(flux, ivar, scratch))
    elif kind == L2:
        divide_row(flux, ivar, good_rms(flux, ivar))
    elif kind == CONTINUUM:
        continuum_row(flux, ivar, half, total, count)

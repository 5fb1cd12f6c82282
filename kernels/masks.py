"""Pixels lost: the ends, contiguous runs (gaps, bad columns, a missing arm) and single pixels."""

import numpy as np
from numba import njit

from .elementary import FAST

ZERO = np.float32(0.0)


@njit(cache=True, nogil=True)
def crop_row(flux, ivar, blue, red):
    """Blank the first `blue` and the last `red` pixels."""
    pixels = len(flux)
    first, last = min(blue, pixels), max(pixels - red, 0)
    flux[:first] = ZERO
    ivar[:first] = ZERO
    flux[last:] = ZERO
    ivar[last:] = ZERO


@njit(cache=True, nogil=True)
def mask_runs_row(flux, ivar, count, length, start):
    """Blank `count` runs of `length` pixels; run r begins where the uniform deviate ``start[r]`` says.

    Starts are uniform over every position at which the run touches the row, so
    that the ends are lost as often as the middle.
    """
    pixels = len(flux)
    for r in range(count):
        first = int(start[r] * np.float64(pixels + length - 1)) - length + 1
        for j in range(max(first, 0), min(first + length, pixels)):
            flux[j] = ZERO
            ivar[j] = ZERO


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def mask_pixels_row(flux, ivar, fraction, uniform):
    """Blank each pixel whose uniform deviate in (0, 1] is at most `fraction`."""
    limit = np.float32(fraction)
    for j in range(len(flux)):
        keep = uniform[j] > limit
        flux[j] = flux[j] if keep else ZERO
        ivar[j] = ivar[j] if keep else ZERO

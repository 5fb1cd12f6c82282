"""Gaussian noise that brings a row down to a wanted signal-to-noise ratio, never up."""

import numpy as np
from numba import njit

from .elementary import FAST

ZERO = np.float32(0.0)
ONE = np.float32(1.0)


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def good_mean(flux, ivar):
    """Mean flux over the pixels that hold data; 0 where none does."""
    total, count = ZERO, ZERO
    for j in range(len(flux)):
        good = ivar[j] > ZERO
        total += flux[j] if good else ZERO
        count += ONE if good else ZERO
    return total / max(count, ONE)


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def noise_row(flux, ivar, snr, normal):
    """Add noise so that every good pixel has sigma >= mean flux / `snr`.

    The variance added is what is missing, ``max(0, sigma_wanted^2 - 1 / ivar)``;
    afterwards ivar states the sum of both.
    """
    wanted = abs(good_mean(flux, ivar)) / np.float32(snr)
    wanted2 = wanted * wanted
    for j in range(len(flux)):
        good = ivar[j] > ZERO
        variance = ONE / ivar[j] if good else ONE
        added = max(wanted2 - variance, ZERO)
        flux[j] += np.sqrt(added) * normal[j] if good else ZERO
        ivar[j] = ONE / (variance + added) if good else ZERO

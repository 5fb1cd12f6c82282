"""Find the mean size of the flux of each object from a few of its samples."""

import math

import numpy as np
from numba import njit

SUMS = 8  # partial sums, which do not wait for each other
LEAST = np.float32(1e-45)  # smallest float32 above 0


@njit(cache=True, nogil=True, error_model="numpy")
def flux_sizes(flux, ivar, offsets, looked_at):
    """Return the mean size of flux at the good ones of some evenly spaced samples of each object.

    Parameters
    ----------
    flux, ivar : float32 (S,)
    offsets : int64 (N + 1,)
        Object i has the samples ``offsets[i]:offsets[i + 1]``.
    looked_at : int
        How many samples of each.

    Returns
    -------
    float64 (N,)
        Where all these fluxes are 0, the smallest error of these samples; NaN where none of them is good.
    """
    sizes = np.empty(len(offsets) - 1)
    partial = np.empty(SUMS)
    for i in range(len(sizes)):
        first, number = offsets[i], offsets[i + 1] - offsets[i]
        count, largest = 0, np.float32(0.0)
        partial[:] = 0.0
        for k in range(looked_at if number > 0 else 0):
            j = first + number * k // looked_at
            if ivar[j] > np.float32(0.0):
                count += 1
                largest = max(largest, ivar[j])
                partial[k % SUMS] += np.float64(abs(flux[j]))
        low = (partial[0] + partial[1]) + (partial[2] + partial[3])
        high = (partial[4] + partial[5]) + (partial[6] + partial[7])
        mean = (low + high) / max(count, 1)
        size = mean if mean > 0.0 else 1.0 / math.sqrt(np.float64(max(largest, LEAST)))
        sizes[i] = size if count > 0 else np.nan
    return sizes

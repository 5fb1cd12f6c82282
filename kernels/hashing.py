"""A stable 64-bit hash of object names, straight from an Arrow string column's buffers."""

import numpy as np
from numba import njit, uint64

from .philox import mix64


@njit(cache=True, nogil=True)
def hash_strings(text, offsets):
    """FNV-1a with a finaliser.

    Parameters
    ----------
    text : uint8 (bytes,)
        UTF-8 of all strings, one after another.
    offsets : int64 (N + 1,)
        Where each string begins and ends.

    Returns
    -------
    uint64 (N,)
    """
    out = np.empty(len(offsets) - 1, np.uint64)
    for i in range(len(out)):
        h = uint64(0xCBF29CE484222325)
        for j in range(offsets[i], offsets[i + 1]):
            h = (h ^ uint64(text[j])) * uint64(0x100000001B3)
        out[i] = mix64(h)
    return out

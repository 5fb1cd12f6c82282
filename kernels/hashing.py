"""Hash the names of objects to 64 bits, directly in the buffers of an Arrow string column."""

import numpy as np
from numba import njit, uint64

from .philox import mix64


@njit(cache=True, nogil=True)
def hash_strings(text, offsets):
    """Hash each string with 64-bit FNV-1a and scramble the result with :func:`clrseries.kernels.philox.mix64`.

    Parameters
    ----------
    text : uint8 (bytes,)
        UTF-8 of all strings, one after the other.
    offsets : int64 (N + 1,)
        String i is ``text[offsets[i] : offsets[i + 1]]``.

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

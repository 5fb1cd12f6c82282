"""Where the edges of one pixel grid fall among the edges of another."""

import numpy as np
from numba import njit, uint32

from .elementary import FAST


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def pixel_edges(x, stretch, out):
    """Edges of pixels centred on `x` (ascending), all multiplied by `stretch`, into ``out[:n + 1]``.

    An inner edge is half way between two centres; the outer ones mirror their
    neighbour. A single pixel gets unit width.
    """
    n = len(x)
    if n == 1:
        out[0] = (x[0] - 0.5) * stretch
        out[1] = (x[0] + 0.5) * stretch
        return
    half = 0.5 * stretch
    left, right, inner = x[: n - 1], x[1:], out[1:n]
    for i in range(n - 1):
        inner[i] = (left[i] + right[i]) * half
    out[0] = 2.0 * x[0] * stretch - out[1]
    out[n] = 2.0 * x[n - 1] * stretch - out[n - 1]


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def locate(edges, n, targets, slot, offset):
    """For each target edge, the pixel it falls in and how far from that pixel's left edge.

    Parameters
    ----------
    edges : float64 (>= n + 1,)
        Ascending edges of `n` input pixels.
    targets : float64 (M,)
        Ascending positions.
    slot : uint32 (M,), out
        Pixel number plus one; 0 before the first edge, ``n + 1`` after the last.
    offset : float32 (M,), out
        Distance from the pixel's left edge; 0 outside.
    """
    first, last = edges[0], edges[n]
    m = len(targets)
    begin = np.searchsorted(targets, first)
    end = np.searchsorted(targets, last)
    slot[:begin] = uint32(0)
    offset[:begin] = np.float32(0.0)
    slot[end:m] = uint32(n + 1)
    offset[end:m] = np.float32(0.0)
    i = uint32(1)
    for j in range(begin, end):
        e = targets[j]
        while edges[i] <= e:
            i += uint32(1)
        slot[j] = i
        offset[j] = np.float32(e - edges[i - uint32(1)])

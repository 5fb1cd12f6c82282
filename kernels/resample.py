"""Flux-conserving resampling with exact variance.

An output pixel holds the mean flux density over its width (Carnall 2017,
arXiv:1705.05165): ``f_j = sum_i a_ij f_i / sum_i a_ij``, with ``a_ij`` the length
that input pixel i shares with output pixel j. For independent input pixels
``var_j = sum_i a_ij^2 var_i / (sum_i a_ij)^2``. Pixels with ``ivar == 0`` take no
part; an output pixel covered to less than half by good pixels has ``ivar = 0``.

Every output pixel sums its own few terms, so an outlier of 1e10 cannot spoil its
neighbours by cancellation as a cumulative sum would.
"""

import numpy as np
from numba import njit, uint32

from .elementary import FAST
from .locate import locate, pixel_edges

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
MINIMUM_COVERAGE = np.float32(0.5)


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def tabulate(flux, ivar, edges, inverse, weight, total, square):
    """Per input pixel: 1 / width, good width w, w x flux and w^2 x variance.

    Entry i + 1 is pixel i; entries 0 and n + 1, for what lies outside, are zero.
    One loop per output: with more pointers in a loop LLVM gives up proving that
    they do not overlap, and does not vectorise.
    """
    n = len(flux)
    for edge in (0, n + 1):
        inverse[edge] = weight[edge] = total[edge] = square[edge] = ZERO
    left, right = edges[:n], edges[1 : n + 1]
    u, w, t, s = inverse[1 : n + 1], weight[1 : n + 1], total[1 : n + 1], square[1 : n + 1]
    for i in range(n):
        u[i] = ONE / np.float32(right[i] - left[i])
    for i in range(n):
        w[i] = np.float32(right[i] - left[i]) if ivar[i] > ZERO else ZERO
    for i in range(n):
        t[i] = w[i] * flux[i] if w[i] > ZERO else ZERO  # flux may be NaN where ivar is 0
    for i in range(n):
        s[i] = w[i] * w[i] / (ivar[i] if ivar[i] > ZERO else ONE)


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def gather(inverse, weight, total, square, slot, offset, sum_w, sum_f, sum_v):
    """For each output pixel, the sums over the input pixels it shares length with.

    Three kinds of term: the pixel it begins in, the one it ends in (which may be
    the same), and those wholly inside; the first of the latter is fetched without
    a branch, since pixels of like width have none or one.
    """
    a = slot[0]
    fraction = offset[0] * inverse[a]
    ends, offsets = slot[1:], offset[1:]
    for j in range(len(ends)):
        b = ends[j]
        right = offsets[j] * inverse[b]
        same = a == b
        la = (right - fraction) if same else (ONE - fraction)
        rb = ZERO if same else right
        middle = uint32(a + uint32(1))
        c = middle if middle < b else uint32(0)  # entry 0 is zero
        w = weight[a] * la + weight[b] * rb + weight[c]
        f = total[a] * la + total[b] * rb + total[c]
        v = square[a] * (la * la) + square[b] * (rb * rb) + square[c]
        for i in range(uint32(middle + uint32(1)), b):
            w += weight[i]
            f += total[i]
            v += square[i]
        sum_w[j], sum_f[j], sum_v[j] = w, f, v
        a, fraction = b, right


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def close_flux(sum_w, sum_f, targets, flux_scale, out_flux):
    """Mean flux of the output pixels; 0 where less than half of the width is covered."""
    n = len(out_flux)
    left, right = targets[:n], targets[1 : n + 1]
    for j in range(n):
        w = sum_w[j]
        good = w >= MINIMUM_COVERAGE * np.float32(right[j] - left[j])
        f = flux_scale * sum_f[j] / (w if good else ONE)
        out_flux[j] = f if good else ZERO


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def close_ivar(sum_w, sum_v, targets, ivar_scale, out_ivar):
    """Inverse variance of the output pixels; 0 where less than half of the width is covered."""
    n = len(out_ivar)
    left, right = targets[:n], targets[1 : n + 1]
    for j in range(n):
        w, v = sum_w[j], sum_v[j]
        good = w >= MINIMUM_COVERAGE * np.float32(right[j] - left[j])
        i = ivar_scale * w * w / (v if good else ONE)
        out_ivar[j] = i if good else ZERO


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def resample_row(x, flux, ivar, stretch, flux_scale, targets, scratch, out_flux, out_ivar):
    """Resample one spectrum, its wavelengths multiplied by `stretch`, onto pixels with edges `targets`."""
    edges, table, slot, offset, sums = scratch
    inverse, weight, total, square = table
    n = len(x)
    if n == 0:
        out_flux[:] = ZERO
        out_ivar[:] = ZERO
        return
    scale = np.float32(flux_scale)
    ivar_scale = ONE / (scale * scale)
    pixel_edges(x, stretch, edges)
    tabulate(flux, ivar, edges, inverse, weight, total, square)
    locate(edges, n, targets, slot, offset)
    gather(inverse, weight, total, square, slot, offset, sums[0], sums[1], sums[2])
    close_flux(sums[0], sums[1], targets, scale, out_flux)
    close_ivar(sums[0], sums[2], targets, ivar_scale, out_ivar)


@njit(cache=True, nogil=True)
def resample_scratch(longest, pixels):
    """Work space of one thread for inputs of up to `longest` samples and `pixels` output pixels."""
    return (
        np.empty(longest + 2, np.float64),
        (
            np.empty(longest + 2, np.float32),
            np.empty(longest + 2, np.float32),
            np.empty(longest + 2, np.float32),
            np.empty(longest + 2, np.float32),
        ),
        np.empty(pixels + 1, np.uint32),
        np.empty(pixels + 1, np.float32),
        np.empty((3, pixels), np.float32),
    )


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def resample_rows(x, flux, ivar, offsets, stretch, targets, out_flux, out_ivar):
    """Resample every row of a ragged batch: the kernel alone, as the benchmarks time it.

    Parameters
    ----------
    x, flux, ivar : float64, float32, float32 (offsets[-1],)
    offsets : int64 (N + 1,)
    stretch : float64 (N,)
        Factor on the wavelengths of each row, (1 + z') / (1 + z); flux density is divided by it.
    targets : float64 (P + 1,)
    out_flux, out_ivar : float32 (N, P), out
    """
    longest = 1
    for i in range(len(offsets) - 1):
        longest = max(longest, offsets[i + 1] - offsets[i])
    scratch = resample_scratch(longest, len(targets) - 1)
    for i in range(len(offsets) - 1):
        a, b = offsets[i], offsets[i + 1]
        resample_row(
            x[a:b], flux[a:b], ivar[a:b], stretch[i], 1.0 / stretch[i],
            targets, scratch, out_flux[i], out_ivar[i],
        )  # fmt: skip

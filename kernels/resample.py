"""Flux-conserving resampling with exact variance.

An output pixel holds the mean flux density over its width (Carnall 2017,
arXiv:1705.05165): ``f_j = sum_i o_ij f_i / sum_i o_ij``, with ``o_ij`` the length
that input pixel i shares with output pixel j. For independent input pixels
``var_j = sum_i o_ij^2 var_i / (sum_i o_ij)^2``. Pixels with ``ivar == 0`` take no part.

The result is left as three sums per output pixel, for the line-spread function
to work on before :mod:`close` divides them: covered length W, ``W x flux`` and
``W^2 x variance``. Where a line-spread function follows, the noise that one input
pixel gives to two neighbours adds up again. For pixels of like size the
variance of the whole is exact if ``o^2`` above becomes ``o (o + rho (w - o))``, with w the
input pixel's width and rho the autocorrelation of the line-spread function at
one pixel.

The input is taken in chunks that stay in the first-level cache (or in shared
memory): edges and products of a chunk, then where each output edge falls among
them, then the sums. Every output pixel sums its own few terms, so an outlier of
1e10 cannot spoil its neighbours by cancellation as a cumulative sum would.
"""

import numpy as np
from numba import njit, uint64

from .elementary import exp32
from .lanes import row, stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
QUARTER = np.float32(0.25)
ONE_FURTHER = np.uint64(1)
CHUNK = 512  # input pixels at a time


@stage
def lower_bound(values, lo, hi, wanted):
    """First index in ``lo <= i < hi`` with ``values[i] >= wanted``, else `hi`."""
    while lo < hi:
        middle = (lo + hi) >> 1
        if values[middle] < wanted:
            lo = middle + 1
        else:
            hi = middle
    return lo


@stage
def outer_edge(x, stretch, offset, side):
    """The first (`side` 0) or last (1) pixel edge of a whole spectrum; a single pixel gets unit width."""
    n = len(x)
    if n == 1:
        return (x[0] + (side - 0.5)) * stretch + offset
    if side == 0:
        return (1.5 * x[0] - 0.5 * x[1]) * stretch + offset
    return (1.5 * x[n - 1] - 0.5 * x[n - 2]) * stretch + offset


@stage
def chunk_edges(x, stretch, offset, first, count, edges, lane, lanes):
    """Edges of pixels ``first`` to ``first + count - 1``, half way between centres, and a sentinel."""
    n = len(x)
    half = 0.5 * stretch
    inner = x[max(first - 1, 0) :]
    begin = 1 if first == 0 else 0
    end = count if first + count == n else count + 1
    left, right, out = inner[: end - begin], inner[1:], edges[begin:end]
    for k in range(lane, end - begin, lanes):
        out[k] = (left[k] + right[k]) * half + offset
    if lane == 0:
        if first == 0:
            edges[0] = outer_edge(x, stretch, offset, 0)
        if first + count == n:
            edges[count] = outer_edge(x, stretch, offset, 1)
        edges[count + 1] = np.inf


@stage
def chunk_products(flux, ivar, first, count, edges, products, lane, lanes):
    """Per input pixel good width w, w x flux, w^2 x variance and 1 / width; zero behind the last.

    One loop per product: with more pointers in a loop LLVM gives up proving that
    they do not overlap, and does not vectorise. A lane works on its own pixels, so no barrier is needed.
    """
    left, right = edges[:count], edges[1 : count + 1]
    f, v = flux[first : first + count], ivar[first : first + count]
    weight, total, square, inverse = products[0], products[1], products[2], products[3]
    for k in range(lane, count, lanes):
        inverse[k] = ONE / np.float32(right[k] - left[k])
    for k in range(lane, count, lanes):
        weight[k] = np.float32(right[k] - left[k]) if v[k] > ZERO else ZERO
    for k in range(lane, count, lanes):
        total[k] = weight[k] * f[k] if v[k] > ZERO else ZERO  # flux may be NaN where ivar is 0
    for k in range(lane, count, lanes):
        square[k] = weight[k] * weight[k] / (v[k] if v[k] > ZERO else ONE)
    if lane == 0:
        weight[count] = total[count] = square[count] = inverse[count] = ZERO


@stage
def add_overlaps(edges, products, count, targets, first, number, rho, sums, lane, lanes):
    """Add a chunk's part to the three sums of output pixels ``first`` to ``first + number - 1``.

    Each lane takes a contiguous run of output pixels: one search, then a merge of the two
    lists of edges. The input pixel that two output pixels share stays in registers.
    """
    weight, total, square, inverse = products[0], products[1], products[2], products[3]
    hi = edges[count]
    run = (number + lanes - 1) // lanes
    begin, end = first + lane * run, first + min((lane + 1) * run, number)
    if begin >= end:
        return
    # slices and a count from 0, so that no index need be checked for being negative
    ends, sum_w, sum_f, sum_v = targets[begin + 1 : end + 1], sums[0][begin:end], sums[1][begin:end], sums[2][begin:end]
    e = max(targets[begin], edges[0])
    i = uint64(max(lower_bound(edges, 0, count + 1, e), 1) - 1)
    while edges[i + ONE_FURTHER] <= e:
        i += ONE_FURTHER
    left, right = edges[i], edges[i + ONE_FURTHER]
    w, f, v, u = weight[i], total[i], square[i], inverse[i]
    rest = ONE - rho
    had_w, had_f, had_v = sum_w[0], sum_f[0], sum_v[0]  # only a first pixel may have a part from the chunk before
    for j in range(len(ends)):
        following = ends[j]
        following = hi if following > hi else following
        if following < right:
            a = np.float32(following - e) * u
            sum_w[j] = had_w + a * w
            sum_f[j] = had_f + a * f
            sum_v[j] = had_v + a * v * (rho + a * rest)
        else:
            a = np.float32(right - e) * u
            out_w, out_f, out_v = had_w + a * w, had_f + a * f, had_v + a * v * (rho + a * rest)
            i += ONE_FURTHER
            left, right = right, edges[i + ONE_FURTHER]
            while right <= following:
                out_w += weight[i]
                out_f += total[i]
                out_v += square[i]
                i += ONE_FURTHER
                left, right = right, edges[i + ONE_FURTHER]
            w, f, v, u = weight[i], total[i], square[i], inverse[i]
            a = np.float32(following - left) * u
            sum_w[j] = out_w + a * w
            sum_f[j] = out_f + a * f
            sum_v[j] = out_v + a * v * (rho + a * rest)
        e = following
        had_w = had_f = had_v = ZERO


@stage
def correlation(profile, begin, end, pixels):
    """Autocorrelation at one pixel of the profile half way between output pixels `begin` and `end`.

    The profile's variance [pixels^2] is ``a curve[0] + b curve[1] + c curve[2]`` at that pixel and, on all, `extra`.
    """
    curve, a, b, c, extra = profile
    j = min((begin + end) >> 1, pixels - 1)
    variance = max(a * curve[0, j] + b * curve[1, j] + c * curve[2, j], ZERO) + extra
    return exp32(-QUARTER / variance) if variance > ZERO else ZERO


@row
def resample_sums(x, flux, ivar, stretch, offset, targets, profile, tile, sums, lane, lanes, barrier):
    """Sums W, W x flux, W^2 x variance of one spectrum on pixels with edges `targets`.

    `sums` must be zero. Wavelengths are ``x * stretch + offset``; `profile` says how wide the line-spread
    function is that follows, see :func:`correlation`; `tile` is from :func:`tile_scratch`.
    """
    edges, products = tile
    n, pixels = len(x), len(targets) - 1
    for first in range(0, n, CHUNK):
        count = min(CHUNK, n - first)
        chunk_edges(x, stretch, offset, first, count, edges, lane, lanes)
        barrier()
        chunk_products(flux, ivar, first, count, edges, products, lane, lanes)
        begin = max(lower_bound(targets, 0, pixels + 1, edges[0]) - 1, 0)
        end = min(lower_bound(targets, 0, pixels + 1, edges[count]), pixels)
        rho = correlation(profile, begin, end, pixels)
        barrier()
        add_overlaps(edges, products, count, targets, begin, end - begin, rho, sums, lane, lanes)
        barrier()


@njit(nogil=True)
def tile_scratch():
    """Work space of a chunk: edges and products."""
    return np.empty(CHUNK + 2, np.float64), np.empty((4, CHUNK + 1), np.float32)

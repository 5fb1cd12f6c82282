"""Resample a spectrum onto other pixels, conserving flux, with its variance.

An output pixel holds the mean flux density over its width (Carnall 2017, arXiv:1705.05165):
``f_j = sum_i o_ij f_i / sum_i o_ij``, where ``o_ij`` is the length [Angstrom] that input pixel i shares with output pixel j.
For independent input pixels ``var_j = sum_i o_ij^2 var_i / (sum_i o_ij)^2``. Pixels with ivar 0 take no part.

The results are left as three sums for each output pixel: covered length W, ``W x flux`` and ``W^2 x variance``. The
line-spread function works on them before :mod:`clrseries.kernels.spectra.sums_to_flux` (or the end of the convolution)
divides them. The line-spread function adds up again the noise that one input pixel gave to two neighbors. For pixels of like
size the final variance is exact if ``o^2`` above is replaced by ``o (o + rho (w - o))``, with w the width of the input pixel
and rho the autocorrelation of the line-spread function at a lag of one pixel.

The input is taken in chunks that stay in the first-level cache. Each output pixel sums its own few terms; a cumulative sum would
let an outlier of 1e10 spoil its neighbors by cancellation. The merge of two lists of edges in this file is for any two grids;
:mod:`clrseries.kernels.spectra.resample_blocks` calls it where nothing faster applies, and
:mod:`clrseries.kernels.spectra.resample_pixels` takes its place on a GPU.
"""

from collections import namedtuple

import numpy as np
from numba import njit, uint64

from ..elementary import exp32
from ..lanes import stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
QUARTER = np.float32(0.25)
ONE_FURTHER = np.uint64(1)
CHUNK = 512  # input pixels of a chunk

# Work space of one chunk of the input.
Tile = namedtuple(
    "Tile",
    [
        "edges",  # float64 (CHUNK + 2,): edges of the input pixels [Angstrom]
        "products",  # float32 (4, CHUNK + 1): w [Angstrom], w x flux, w^2 x variance, 1 / width [1 / Angstrom]
    ],
)
# Sums of each output pixel.
Sums = namedtuple(
    "Sums",
    [
        "length",  # float32 (P,): W, the length that good input covers [Angstrom]
        "flux",  # float32 (P,): W x flux [Angstrom x unit of flux]
        "variance",  # float32 (P,): W^2 x variance [Angstrom^2 x unit of flux^2]
    ],
)
# The profile that follows; at pixel j its variance is a curve[0, j] + b curve[1, j] + c curve[2, j] + extra [pixels^2].
Profile = namedtuple(
    "Profile",
    [
        "curve",  # float32 (3, P): Tables.lsf, variances for coefficients of 1 [pixels^2]
        "a",  # float32: coefficient of the profile of the survey
        "b",  # float32: variance in velocity [km^2/s^2]
        "c",  # float32: variance in wavelength [Angstrom^2]
        "extra",  # float32: variance of the rotational profile [pixels^2]
    ],
)


@stage
def lower_bound(values, lo, hi, wanted):
    """Return the first index in ``lo <= i < hi`` with ``values[i] >= wanted``, or `hi` if there is none; `values` must ascend."""
    while lo < hi:
        middle = (lo + hi) >> 1
        if values[middle] < wanted:
            lo = middle + 1
        else:
            hi = middle
    return lo


@stage
def outer_edge(x, stretch, offset, side):
    """Return the first (`side` 0) or the last (`side` 1) pixel edge of a spectrum [Angstrom]; a single pixel gets unit width.

    Parameters
    ----------
    x : float64 (n,)
        Wavelengths as they come in [Angstrom].
    stretch, offset : float64
        In the view wavelengths are ``x * stretch + offset``.
    side : int
    """
    n = len(x)
    if n == 1:
        return (x[0] + (side - 0.5)) * stretch + offset
    if side == 0:
        return (1.5 * x[0] - 0.5 * x[1]) * stretch + offset
    return (1.5 * x[n - 1] - 0.5 * x[n - 2]) * stretch + offset


@stage
def chunk_edges(x, stretch, offset, first, count, edges, lane, lanes):
    """Write the edges of the input pixels of a chunk, halfway between centers.

    Each lane handles its own edges; lane 0 also writes the ends of the spectrum.

    Parameters
    ----------
    x : float64 (n,)
        Wavelengths of the whole spectrum, as they come in [Angstrom].
    stretch, offset : float64
        In the view wavelengths are ``x * stretch + offset``.
    first, count : int
        First pixel of the chunk, and number of its pixels.
    edges : float64 (CHUNK + 2,), out
        ``count + 1`` edges [Angstrom], and an infinite one behind them that ends the search in :func:`add_overlaps`.
    """
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
    """Write what the sums need of each input pixel of a chunk.

    Each lane handles its own pixels but reads edges of other lanes; lane 0 also writes a 0 behind the last pixel.

    Parameters
    ----------
    flux, ivar : float32 (n,)
        Of the whole spectrum.
    first, count : int
        First pixel of the chunk, and number of its pixels.
    edges : float64 (CHUNK + 2,)
        [Angstrom]
    products : float32 (4, CHUNK + 1), out
        w, w x flux, w^2 x variance and 1 / width, where w is the width of a good pixel and 0 for others.
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
    """Add what a chunk gives to the three sums of output pixels ``first`` to ``first + number - 1``.

    A lane handles one contiguous part of these pixels, not its own pixels: it searches the first input pixel and then merges
    the two lists of edges. The input pixel that two output pixels share stays in registers. A lane reads products of other
    lanes.

    Parameters
    ----------
    edges : float64 (CHUNK + 2,)
        Edges of the input pixels [Angstrom].
    products : float32 (4, CHUNK + 1)
    count : int
        Input pixels of the chunk.
    targets : float64 (P + 1,)
        Edges of the output pixels [Angstrom].
    first, number : int
    rho : float32
        Autocorrelation of the line-spread function at a lag of one pixel, 0 if there is none.
    sums : Sums, in place
    """
    weight, total, square, inverse = products[0], products[1], products[2], products[3]
    hi = edges[count]
    run = (number + lanes - 1) // lanes
    begin, end = first + lane * run, first + min((lane + 1) * run, number)
    if begin >= end:
        return
    # with slices, loops from 0 and an unsigned index Numba does not check for negative indices
    ends = targets[begin + 1 : end + 1]
    sum_w, sum_f, sum_v = sums.length[begin:end], sums.flux[begin:end], sums.variance[begin:end]
    e = max(targets[begin], edges[0])
    i = uint64(max(lower_bound(edges, 0, count + 1, e), 1) - 1)
    while edges[i + ONE_FURTHER] <= e:
        i += ONE_FURTHER
    left, right = edges[i], edges[i + ONE_FURTHER]
    w, f, v, u = weight[i], total[i], square[i], inverse[i]
    rest = ONE - rho
    # only the first pixel of a chunk can have a part from the chunk before; the others begin at 0
    had_w, had_f, had_v = sum_w[0], sum_f[0], sum_v[0]
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
    """Return the autocorrelation, at a lag of one pixel, of a Gaussian profile in the middle of output pixels `begin` to `end`.

    Parameters
    ----------
    profile : Profile
    begin, end : int
    pixels : int
        P, pixels of the grid.

    Returns
    -------
    float32
        ``exp(-1 / (4 variance))``, or 0 for a profile without width.
    """
    j = min((begin + end) >> 1, pixels - 1)
    curve = profile.curve
    variance = max(profile.a * curve[0, j] + profile.b * curve[1, j] + profile.c * curve[2, j], ZERO) + profile.extra
    return exp32(-QUARTER / variance) if variance > ZERO else ZERO


@njit(nogil=True)
def tile_scratch():
    """Return the work space of a chunk (Tile)."""
    return Tile(np.empty(CHUNK + 2, np.float64), np.empty((4, CHUNK + 1), np.float32))

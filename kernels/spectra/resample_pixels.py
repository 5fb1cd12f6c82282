"""Resample a spectrum onto other pixels on a GPU, where each thread sums what one output pixel gets.

The numbers are those of :mod:`clrseries.kernels.spectra.resample`, up to rounding. A thread finds its first input pixel by
arithmetic: wavelengths are nearly always even steps of the wavelength or of its logarithm. The guess is checked against the edges
of the pixel; where it is wrong by more than one pixel, as behind a gap or on an irregular grid, a search by halving takes its
place.
"""

from collections import namedtuple

import numpy as np

from ..elementary import log32
from ..lanes import row, stage
from ..sums import SUMS
from .resample import CHUNK, correlation, lower_bound, outer_edge

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
HALF = np.float32(0.5)
GROUP = SUMS * CHUNK  # input pixels whose correlations fit into a row of partial sums

# Wavelengths of the input: pixel k is near position ``slope (x - start)``, or ``slope ln(x / start)`` if logarithmic.
Input = namedtuple(
    "Input",
    [
        "x",  # float64 (n,): wavelengths as they come in [Angstrom]
        "stretch",  # float64: in the view wavelengths are x stretch + offset
        "offset",  # float64 [Angstrom]
        "inverse",  # float64: 1 / stretch
        "start",  # float64: first wavelength as it comes in [Angstrom]
        "slope",  # float32: pixels per Angstrom, or per unit of the logarithm
        "logarithmic",  # bool
    ],
)
# Input pixels first to last - 1 (int32), and their outer edges in the view (float64) [Angstrom].
Part = namedtuple("Part", ["first", "last", "lowest", "highest"])


@stage
def input_of(x, stretch, offset):
    """Return an ``Input``; the pixel in the middle tells whether steps are even in wavelength or in its logarithm."""
    n = len(x)
    first, middle, last = x[0], x[n // 2], x[n - 1]
    share = np.float32(n // 2) / np.float32(max(n - 1, 1))
    even = first + np.float64(share) * (last - first)
    ratio = log32(np.float32(last / first)) if first > 0.0 and last > first else ZERO
    here = log32(np.float32(middle / first)) if ratio > ZERO else ZERO
    # the distance from the even steps, in parts of the whole range
    linear_miss = abs(np.float32(middle - even) / np.float32(max(last - first, 1e-30)))
    logarithmic = ratio > ZERO and abs(here / ratio - share) < linear_miss
    span = ratio if logarithmic else np.float32(max(last - first, 1e-30))
    return Input(x, stretch, offset, 1.0 / stretch, first, np.float32(n - 1) / span, logarithmic)


@stage
def edge(given, k):
    """Return edge k of the input pixels in the view [Angstrom], of pixels 0 to n - 1 the lower one."""
    n = len(given.x)
    if 0 < k < n:
        return inner_edge(given, np.uint32(k))
    return outer_edge(given.x, given.stretch, given.offset, 0 if k == 0 else 1)


@stage
def inner_edge(given, k):
    """Return edge k (uint32, from 1 to n - 1) of the input pixels in the view [Angstrom]."""
    x = given.x
    return (x[np.uint32(k - np.uint32(1))] + x[k]) * (0.5 * given.stretch) + given.offset


@stage
def edge_in(given, part, k):
    """Return edge k (int32) of a part of the input pixels in the view [Angstrom]; its ends are at hand."""
    if k <= part.first:
        return part.lowest
    return inner_edge(given, np.uint32(k)) if k < part.last else part.highest


@stage
def pixel_at(given, part, wavelength):
    """Return the input pixel (int32) of a part that holds a wavelength of the view, and its edges; the nearest if none does."""
    before = (wavelength - given.offset) * given.inverse
    if given.logarithmic:
        position = log32(np.float32(before / given.start)) * given.slope
    else:
        position = np.float32(before - given.start) * given.slope
    first, end = part.first, np.int32(part.last - np.int32(1))
    i = min(max(np.int32(position + HALF), first), end)
    left, right = edge_in(given, part, i), edge_in(given, part, np.int32(i + np.int32(1)))
    if wavelength >= right and i < end:
        i = np.int32(i + np.int32(1))
        left, right = right, edge_in(given, part, np.int32(i + np.int32(1)))
    elif wavelength < left and i > first:
        i = np.int32(i - np.int32(1))
        left, right = edge_in(given, part, i), left
    if (wavelength >= right and i < end) or (wavelength < left and i > first):
        low, high = first, part.last
        while high - low > 1:
            middle = np.int32((low + high) >> np.int32(1))
            if edge_in(given, part, middle) <= wavelength:
                low = middle
            else:
                high = middle
        i = low
        left, right = edge_in(given, part, i), edge_in(given, part, np.int32(i + np.int32(1)))
    return i, left, right


@stage
def chunk_correlations(given, targets, profile, first, number, out, lane, lanes):
    """Write the correlation of each chunk of input pixels, see :func:`clrseries.kernels.spectra.resample.correlation`.

    Parameters
    ----------
    given : Input
    targets : float64 (P + 1,)
        Edges of the output pixels [Angstrom].
    profile : Profile
    first, number : int
        First chunk, and number of chunks.
    out : float32 (number,), out
    """
    n, pixels = len(given.x), len(targets) - 1
    for c in range(lane, number, lanes):
        low = (first + c) * CHUNK
        high = min(low + CHUNK, n)
        begin = max(lower_bound(targets, 0, pixels + 1, edge(given, low)) - 1, 0)
        end = min(lower_bound(targets, 0, pixels + 1, edge(given, high)), pixels)
        out[c] = correlation(profile, begin, end, pixels)


@stage
def add_pixels(given, flux, ivar, part, targets, rhos, sums, lane, lanes):
    """Add what a part of the input pixels gives to the three sums; each lane handles its own output pixels.

    Parameters
    ----------
    given : Input
    flux, ivar : float32 (n,)
    part : Part
    targets : float64 (P + 1,)
        Edges of the output pixels [Angstrom].
    rhos : float32
        From :func:`chunk_correlations`, of the chunks of the part.
    sums : Sums, in place
    """
    sum_w, sum_f, sum_v = sums.length, sums.flux, sums.variance
    for j in range(np.int32(lane), np.int32(len(targets) - 1), np.int32(lanes)):
        lo, hi = max(targets[j], part.lowest), min(targets[j + 1], part.highest)
        if lo < hi:
            i, left, right = pixel_at(given, part, lo)
            w, f, v = ZERO, ZERO, ZERO
            more = True
            while more:
                variance = ivar[np.uint32(i)]
                if variance > ZERO:
                    length = np.float32(min(right, hi) - max(left, lo))
                    rho = rhos[np.uint32(i - part.first) // np.uint32(CHUNK)]
                    w += length
                    f += length * flux[np.uint32(i)]
                    v += length * (rho * np.float32(right - left) + length * (ONE - rho)) / variance
                i = np.int32(i + np.int32(1))
                more = right < hi and i < part.last
                if more:
                    left, right = right, edge_in(given, part, np.int32(i + np.int32(1)))
            sum_w[j] += w
            sum_f[j] += f
            sum_v[j] += v


@row
def resample_pixels(x, flux, ivar, stretch, offset, targets, profile, rhos, sums, lane, lanes, barrier):
    """Add one spectrum to the sums W, W x flux and W^2 x variance of the output pixels.

    Parameters
    ----------
    x : float64 (n,)
        Wavelengths as they come in [Angstrom].
    flux, ivar : float32 (n,)
    stretch, offset : float64
        In the view wavelengths are ``x * stretch + offset``.
    targets : float64 (P + 1,)
        Edges of the output pixels [Angstrom].
    profile : Profile
        The line-spread function that follows.
    rhos : float32 (SUMS,), work space
    sums : Sums, in place
        Zero before.
    """
    given = input_of(x, stretch, offset)
    n = len(x)
    for first in range(0, n, GROUP):
        last = min(first + GROUP, n)
        chunk_correlations(
            given, targets, profile, first // CHUNK, (last - first + CHUNK - 1) // CHUNK, rhos, lane, lanes
        )
        barrier()
        part = Part(np.int32(first), np.int32(last), edge(given, first), edge(given, last))
        add_pixels(given, flux, ivar, part, targets, rhos, sums, lane, lanes)
        barrier()  # the next group overwrites the correlations

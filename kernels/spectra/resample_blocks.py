"""Resample a spectrum on a CPU: the sums of :mod:`clrseries.kernels.spectra.resample`, block by block of output pixels.

The chunks of the input, the products and what is summed are the same. What differs is how it is found which input pixels lie
under an output pixel: from a formula, from tables of a grid that several spectra share, or by a merge without branches in the
sums; see :mod:`clrseries.kernels.spectra.places` and :mod:`clrseries.kernels.spectra.overlap_blocks`. Output pixels that are
much narrower or wider than those of the input, and processors without permutations, take the merge of resample.py.
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit

from ..input_grid import LINEAR, LOGARITHMIC
from ..lanes import row, stage
from ..prefetch import AHEAD, fetch
from .overlap_blocks import LANES, WINDOW, add_block
from .places import curve_parts, furthest, merged_places, regular_places
from .resample import CHUNK, add_overlaps, chunk_edges, chunk_products, correlation, lower_bound, outer_edge

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
FINEST = (
    4  # output pixels for each input pixel above which the merge is used, whose parts have no common rounding error
)
MOST = FINEST * CHUNK  # output pixels of a chunk

FILLED, POWERS, WIDTH = 0, 1, 2  # numbers of the state

# How the pixels of one spectrum are spaced, see clrseries.kernels.input_grid.
ObjectGrid = namedtuple(
    "ObjectGrid",
    [
        "kind",  # int: OTHER, LINEAR or LOGARITHMIC
        "start",  # float64: first x [Angstrom], or its logarithm
        "step",  # float64: of x [Angstrom], or of its logarithm
    ],
)
# The coordinate in which edges are compared.
Axis = namedtuple(
    "Axis",
    [
        "regular",  # bool: whether the input pixels are equally wide in it
        "edges",  # float64 (P + 1,): edges of the output pixels in it
        "start",  # float64: left edge of the first input pixel, if regular
        "inverse",  # float64: inverse width of the input pixels, if regular
    ],
)
# Edges of the pixels of one spectrum, as they come in, which serve the following spectra on the same grid.
PixelTable = namedtuple(
    "PixelTable",
    [
        "edges",  # float64 (n + 2,): edges of the input pixels [Angstrom], and an infinite one
        "widths",  # float32 (n + 1,) [Angstrom]
        "inverse",  # float32 (n + 1,): 1 / width, and 0 behind the last
    ],
)
Blocks = namedtuple(
    "Blocks",
    [
        "table",  # PixelTable
        "state",  # float64 (3,): pixels for which the table is filled, the step of the powers, and the width if all are equal
        "powers",  # float32 (CHUNK,): exp(k step)
        "widths",  # float32 (CHUNK,): widths of the pixels of a chunk in the view [Angstrom]
        "products",  # three float32 (CHUNK + 64,): w, w x flux, w^2 x variance, as in resample.Tile
        "positions",  # float64 (MOST + 64,): edges of the output pixels as the input comes in [Angstrom]
        "index",  # int32 (MOST + 64,): input pixel of each edge
        "part",  # float32 (MOST + 64,): part of the input pixel before the edge
    ],
)


@njit(nogil=True)
def blocks_scratch(longest):
    """Return the work space for spectra of at most `longest` pixels (Blocks)."""
    table = PixelTable(
        np.empty(longest + 2, np.float64), np.empty(longest + 1, np.float32), np.empty(longest + 1, np.float32)
    )
    products = (np.zeros(CHUNK + 64, np.float32), np.zeros(CHUNK + 64, np.float32), np.zeros(CHUNK + 64, np.float32))
    return Blocks(
        table, np.zeros(3), np.empty(CHUNK, np.float32), np.empty(CHUNK, np.float32), products,
        np.empty(MOST + 64, np.float64), np.empty(MOST + 64, np.int32), np.empty(MOST + 64, np.float32),
    )  # fmt: skip


@stage
def fill_table(x, first, count, table):
    """Write edges, widths and inverse widths of the pixels of a chunk, as they come in."""
    edges = table.edges[first : first + count + 2]
    chunk_edges(x, 1.0, 0.0, first, count, edges, 0, 1)
    left, right = edges[:count], edges[1 : count + 1]
    widths, inverse = table.widths[first : first + count], table.inverse[first : first + count + 1]
    for k in range(count):
        widths[k] = np.float32(right[k] - left[k])
    for k in range(count):
        inverse[k] = ONE / widths[k]
    inverse[count] = ZERO


@stage
def fill_powers(step, blocks):
    """Write ``exp(k step)`` for the pixels of a chunk, unless it stands there from the spectrum before."""
    powers = blocks.powers
    if blocks.state[POWERS] != step:
        for k in range(CHUNK):
            powers[k] = np.float32(math.exp(np.float64(k) * step))
        blocks.state[POWERS] = step


@stage
def chunk_widths(x, grid, stretch, first, count, blocks):
    """Write the widths of the pixels of a chunk in the view [Angstrom]."""
    n, widths = len(x), blocks.widths
    if grid.kind == LINEAR:
        if blocks.state[WIDTH] != grid.step * stretch:
            blocks.state[WIDTH] = grid.step * stretch
            for k in range(CHUNK):
                widths[k] = np.float32(grid.step * stretch)
        return
    blocks.state[WIDTH] = 0.0
    if grid.kind == LOGARITHMIC:
        # half the distance of both neighbors is x[k] sinh(step)
        powers = blocks.powers
        scale = np.float32(math.exp(grid.start + first * grid.step) * math.sinh(grid.step) * stretch)
        for k in range(count):
            widths[k] = powers[k] * scale
        if first == 0:
            widths[0] = np.float32((x[1] - x[0]) * stretch)
        if first + count == n:
            widths[count - 1] = np.float32((x[n - 1] - x[n - 2]) * stretch)
    else:
        own, factor = blocks.table.widths[first : first + count], np.float32(stretch)
        for k in range(count):
            widths[k] = own[k] * factor


@stage
def products(flux, ivar, first, count, blocks):
    """Write what the sums need of each input pixel of a chunk, as :func:`clrseries.kernels.spectra.resample.chunk_products` does."""
    f, v, widths = flux[first : first + count], ivar[first : first + count], blocks.widths
    weight, total, square = blocks.products
    for k in range(count):
        weight[k] = widths[k] if v[k] > ZERO else ZERO
    for k in range(count):
        total[k] = weight[k] * f[k] if v[k] > ZERO else ZERO  # flux may be NaN where ivar is 0
    for k in range(count):
        square[k] = weight[k] * weight[k] / (v[k] if v[k] > ZERO else ONE)
    weight[count] = total[count] = square[count] = ZERO


@stage
def true_outer_pixels(x, coordinates, begin, number, first, count, log_stretch, blocks):
    """Correct the edges that lie in the first and in the last pixel of a logarithmic grid.

    The outer edge of these pixels is as far from the center as the inner one in wavelength, not in its logarithm.
    """
    n, index, part = len(x), blocks.index, blocks.part
    if first == 0:
        left = 1.5 * x[0] - 0.5 * x[1]
        j = 0
        while j < number and index[j] == 0:
            there = (math.exp(coordinates[begin + j] - log_stretch) - left) / (x[1] - x[0])
            part[j] = np.float32(min(max(there, 0.0), 1.0))
            j += 1
    if first + count == n:
        left = 0.5 * (x[n - 2] + x[n - 1])
        j = number - 1
        while j >= 0 and index[j] >= count - 1:
            there = (math.exp(coordinates[begin + j] - log_stretch) - left) / (x[n - 1] - x[n - 2])
            index[j] = np.int32(count - 1)
            part[j] = np.float32(min(max(there, 0.0), 1.0))
            j -= 1


@stage
def find_edges(x, axis, stretch, offset, begin, number, first, count, grid, blocks):
    """Write index and part of the edges of the output pixels ``begin`` to ``begin + number - 1``; whether blocks can sum them."""
    edges, positions, index, part = axis.edges[begin:], blocks.positions, blocks.index, blocks.part
    if axis.regular:
        regular_places(edges, axis.start, axis.inverse, first, count, number + 1, index, part)
        if grid.kind == LOGARITHMIC:
            curve_parts(part, number + 1, grid.step)
            true_outer_pixels(x, axis.edges, begin, number + 1, first, count, math.log(stretch), blocks)
    else:
        table, back = blocks.table, 1.0 / stretch
        lowest, highest = table.edges[first], table.edges[first + count]
        for j in range(number + 1):
            positions[j] = min(max((edges[j] - offset) * back, lowest), highest)
        merged_places(positions, table.edges, table.inverse, first, count, number + 1, index, part)
    for j in range(number + 1, number + LANES + 1):
        index[j] = index[number]
        part[j] = part[number]
    return furthest(index, number + 1, 1) <= 2 and furthest(index, number + LANES + 1, LANES) < WINDOW


@stage
def axis_of(x, grid, stretch, offset, tables):
    """Return the coordinate in which the input is regular, or wavelength."""
    if grid.kind == LINEAR:
        start = (grid.start - 0.5 * grid.step) * stretch + offset
        return Axis(True, tables.edges, start, 1.0 / (grid.step * stretch))
    if grid.kind == LOGARITHMIC and offset == 0.0:
        start = grid.start + math.log(0.5 * stretch * (1.0 + math.exp(-grid.step)))
        return Axis(True, tables.log_edges, start, 1.0 / grid.step)
    return Axis(False, tables.edges, 0.0, 0.0)


@stage
def chunk_end(x, grid, axis, stretch, offset, end, blocks):
    """Return the left edge of input pixel `end`, or the last edge, in the coordinate of the axis."""
    if axis.regular:
        if grid.kind == LOGARITHMIC and (end == 0 or end == len(x)):
            return math.log(outer_edge(x, stretch, offset, 0 if end == 0 else 1))
        return axis.start + end / axis.inverse
    return blocks.table.edges[end] * stretch + offset


@stage
def clear(sums, first, last):
    """Set the sums of the output pixels ``first`` to ``last - 1`` to 0."""
    for one in (sums.length, sums.flux, sums.variance):
        one[first:last] = ZERO


@row
def add_chunk(x, flux, ivar, grid, axis, stretch, offset, tables, span, first, count, rho, tile, blocks, sums):
    """Add what a chunk gives to the sums of the output pixels in `span`."""
    begin, end = span
    number = end - begin
    if (
        LANES > 0
        and number <= FINEST * count
        and find_edges(x, axis, stretch, offset, begin, number, first, count, grid, blocks)
    ):
        chunk_widths(x, grid, stretch, first, count, blocks)
        products(flux, ivar, first, count, blocks)
        weight, total, square = blocks.products
        length, of_flux, variance = sums.length[begin:], sums.flux[begin:], sums.variance[begin:]
        had_w, had_f, had_v = length[0], of_flux[0], variance[0]
        for j in range(0, number, LANES):
            add_block(weight, total, square, blocks.index, blocks.part, rho, ONE - rho, length, of_flux, variance, j)
        length[0] += had_w
        of_flux[0] += had_f
        variance[0] += had_v
    else:
        chunk_edges(x, stretch, offset, first, count, tile.edges, 0, 1)
        chunk_products(flux, ivar, first, count, tile.edges, tile.products, 0, 1)
        add_overlaps(tile.edges, tile.products, count, tables.edges, begin, number, rho, sums, 0, 1)


@row
def resample_in_blocks(x, flux, ivar, grid, stretch, offset, tables, profile, tile, blocks, sums):
    """Write the sums W, W x flux and W^2 x variance of all output pixels, and zeros behind them.

    Parameters
    ----------
    x : float64 (n,)
        Wavelengths as they come in [Angstrom].
    flux, ivar : float32 (n,)
    grid : ObjectGrid
    stretch, offset : float64
        In the view wavelengths are ``x * stretch + offset``.
    tables : Tables
    profile : Profile
        The line-spread function that follows.
    tile : Tile, work space
    blocks : Blocks, work space
    sums : Sums, out
        With zeros to come behind the last pixel.
    """
    n, pixels = len(x), len(tables.edges) - 1
    axis = axis_of(x, grid, stretch, offset, tables)
    if grid.kind == LOGARITHMIC:
        fill_powers(grid.step, blocks)
    written, bound = 0, -1
    for first in range(0, n, CHUNK):
        count = min(CHUNK, n - first)
        fetch(flux, first + AHEAD, count)
        fetch(ivar, first + AHEAD, count)
        if not axis.regular and blocks.state[FILLED] < first + count:
            fetch(x, first + AHEAD, count)
            fill_table(x, first, count, blocks.table)
            blocks.state[FILLED] = first + count
        if bound < 0:
            bound = lower_bound(axis.edges, 0, pixels + 1, chunk_end(x, grid, axis, stretch, offset, first, blocks))
        begin = max(bound - 1, 0)
        bound = lower_bound(axis.edges, 0, pixels + 1, chunk_end(x, grid, axis, stretch, offset, first + count, blocks))
        end = min(bound, pixels)
        if begin >= end:
            continue
        if begin >= written:
            clear(sums, written, begin + 1)
        rho = correlation(profile, begin, end, pixels)
        add_chunk(
            x, flux, ivar, grid, axis, stretch, offset, tables, (begin, end), first, count, rho, tile, blocks, sums
        )
        written = end
    clear(sums, written, len(sums.length))

"""Allocate the work space in which the views of light curves are made: one for each CPU thread or CUDA block."""

from collections import namedtuple

import numpy as np
from numba import njit

from ..philox import TILE
from .layout import MOST_BANDS, MOST_FLARES, MOST_SPELLS, MOST_STEPS

PART = 64  # keys of one turn of a loop that LLVM vectorizes: four vectors of 16

# Points of one curve.
Points = namedtuple(
    "Points",
    [
        "time",  # float64 (n,): days from the first point of the object [day]
        "flux",  # float32 (n,) [unit of flux]
        "ivar",  # float32 (n,) [1 / unit of flux^2]
        "band",  # int8 (n,): number of the band
    ],
)
# Integers; n is the room for points, L the length of a view.
Numbers = namedtuple(
    "Numbers",
    [
        "keys",  # int32 (n + MOST_BANDS PART,): keys of select.py, or marks of the points that are taken
        "origin",  # int32 (n + 1,): number in the curve of each point that is left of it
        "places",  # int32 (n,): place of the key of each point, band by band; in pack.py the keys of one band
        "slots",  # int32 (L + 1,): index of each point of the row; later ranks, and the keys that pick_ranks found
        "starts",  # int32 (MOST_BANDS + 1,): place where the keys of each band begin
        "in_band",  # int32 (MOST_BANDS + 1,): number of points of each band
        "counts",  # int32 (lanes,): one number of each lane
    ],
)
# Work space of one CPU thread or CUDA block.
Scratch = namedtuple(
    "Scratch",
    [
        "now",  # Points of the curve, changed step by step
        "then",  # Points: the curve after the present step; its other uses are room for deviates and for sorting
        "rows",  # three float32 rows of length padded_row(L): days from the first point, deviates, factors
        "numbers",  # Numbers
        "medians",  # float32 (2 MOST_BANDS,): median flux of each band, then median error of each band [unit of flux]
        "scatters",  # float32 (MOST_BANDS,): median distance from the median of each band [unit of flux]
    ],
)


@njit(nogil=True)
def padded_points(most, length):
    """Return the room for a curve of `most` points in views of `length`, which also holds whole tiles of random numbers."""
    return (max(most, length + 1, MOST_BANDS) + TILE - 1) // TILE * TILE


@njit(nogil=True)
def padded_row(length):
    """Return the room for a row of `length` points, and for the random numbers that are kept in one, in whole tiles."""
    return (max(length, MOST_STEPS, MOST_SPELLS, MOST_BANDS, 2 * MOST_FLARES) + TILE - 1) // TILE * TILE


@njit(nogil=True)
def points(number):
    """Return empty Points with room for `number` of them."""
    return Points(
        np.empty(number, np.float64),
        np.empty(number, np.float32),
        np.empty(number, np.float32),
        np.empty(number, np.int8),
    )


@njit(nogil=True)
def scratch(most, length):
    """Return the work space of one CPU thread.

    Parameters
    ----------
    most : int
        Points of the longest curve, or the epochs that it gets from Visit.
    length : int
        L, points of a view.

    Returns
    -------
    Scratch
    """
    most, row_length = padded_points(most, length), padded_row(length)
    rows = (np.empty(row_length, np.float32), np.empty(row_length, np.float32), np.empty(row_length, np.float32))
    numbers = Numbers(
        np.empty(most + MOST_BANDS * PART, np.int32),
        np.empty(most + 1, np.int32),
        np.empty(most, np.int32),
        np.empty(length + 1, np.int32),
        np.empty(MOST_BANDS + 1, np.int32),
        np.empty(MOST_BANDS + 1, np.int32),
        np.empty(1, np.int32),
    )
    medians, scatters = np.empty(2 * MOST_BANDS, np.float32), np.empty(MOST_BANDS, np.float32)
    return Scratch(points(most), points(most), rows, numbers, medians, scatters)

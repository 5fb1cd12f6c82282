"""Allocate the work space in which the views of spectra are made: one for each CPU thread or CUDA block."""

from collections import namedtuple

import numpy as np
from numba import njit

from ..lanes import stage
from ..philox import TILE
from ..sums import SUMS
from .broaden import PAD, STRIP
from .resample import tile_scratch

Scratch = namedtuple(
    "Scratch",
    [
        "tile",  # resample.Tile: work space of a chunk of the input
        "rows",  # six float32 rows of length padded(P): sums of resampling (0-2), rotation (3-5); then deviates, factors
        "strip",  # float32 (6, STRIP): taps and convolved sums of a strip of the line-spread function
        "partial",  # float32 (3, SUMS): partial sums of a mean
        "keys",  # int32 (P,): keys of select.py
        "counts",  # int32 (lanes,): one number of each lane
    ],
)


@stage
def padded(pixels):
    """Return the length of a padded row for so many pixels, which also has room for whole tiles of random numbers."""
    return 2 * PAD + (pixels + TILE - 1) // TILE * TILE


@njit(nogil=True)
def scratch(pixels, rotates):
    """Return the work space of one CPU thread.

    Parameters
    ----------
    pixels : int
        P, pixels of a view.
    rotates : bool
        Whether any view has v sin i above 0; without it the last three rows are empty.

    Returns
    -------
    Scratch
    """
    width = padded(pixels)
    second = width if rotates else 0
    rows = (
        np.empty(width, np.float32),
        np.empty(width, np.float32),
        np.empty(width, np.float32),
        np.empty(second, np.float32),
        np.empty(second, np.float32),
        np.empty(second, np.float32),
    )
    return Scratch(
        tile_scratch(), rows, np.empty((6, STRIP), np.float32), np.empty((3, SUMS), np.float32),
        np.empty(pixels, np.int32), np.empty(1, np.int32),
    )  # fmt: skip

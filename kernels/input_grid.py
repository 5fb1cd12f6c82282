"""Recognize how the samples of a batch are spaced, so that kernels need not read x.

Most surveys put their spectra on one grid, which is linear or logarithmic. Where that holds, the pixel in which a wavelength
lies follows from two numbers, and the grid of one spectrum serves the next.
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit

from .lanes import stage

OTHER, LINEAR, LOGARITHMIC = 0, 1, 2  # kinds of spacing
TOLERANCE = 2.0**-30  # largest distance from the formula, in pixels: a sixtieth of the rounding of a float32
WIDEST_LOGARITHMIC = 0.02  # largest step of ln(x) that counts as logarithmic
BLOCK = 128  # samples that are looked at together
JUMP = 2.0  # steps of which one is so many times the next

Spacing = namedtuple(
    "Spacing",
    [
        "kind",  # int8 (N,): OTHER, LINEAR or LOGARITHMIC
        "same",  # bool (N,): the object has the samples of the object before it, in ascending order
        "start",  # float64 (N,): first x, or ln(first x)
        "step",  # float64 (N,): of x, or of ln(x)
        "jumps",  # bool (N,): somewhere a step is more than JUMP times its neighbor
    ],
)


@stage
def is_equal(a, b):
    """Return whether two rows hold the same numbers; a row with NaN equals none."""
    if len(a) != len(b):
        return False
    for first in range(0, len(a), BLOCK):
        one, other = a[first : first + BLOCK], b[first : first + BLOCK]
        unequal = 0
        for k in range(len(one)):
            unequal += 0 if one[k] == other[k] else 1
        if unequal:
            return False
    return True


@stage
def ascends(x):
    """Return whether each sample is above the one before it."""
    left, right = x[: len(x) - 1], x[1:]
    others = 0
    for k in range(len(right)):
        others += 0 if right[k] > left[k] else 1
    return others == 0


@stage
def is_linear(x, step):
    """Return whether ``x[k] = x[0] + k step`` to within the tolerance."""
    largest = TOLERANCE * step
    for first in range(0, len(x), BLOCK):
        own = x[first : first + BLOCK]
        outside = 0
        for k in range(len(own)):
            outside += 0 if abs(own[k] - (x[0] + np.float64(first + k) * step)) <= largest else 1
        if outside:
            return False
    return True


@stage
def is_logarithmic(x, step):
    """Return whether ``x[k] = x[0] exp(k step)`` to within the tolerance."""
    powers = np.empty(BLOCK)
    for k in range(BLOCK):
        powers[k] = math.exp(np.float64(k) * step)
    for first in range(0, len(x), BLOCK):
        own = x[first : first + BLOCK]
        start = x[0] * math.exp(np.float64(first) * step)
        largest = TOLERANCE * step * start
        outside = 0
        for k in range(len(own)):
            outside += 0 if abs(own[k] - start * powers[k]) <= largest else 1
        if outside:
            return False
    return True


@stage
def has_jumps(x):
    """Return whether a step from sample to sample is more than ``JUMP`` times one beside it."""
    first, second, third = x[: len(x) - 2], x[1 : len(x) - 1], x[2:]
    count = 0
    for k in range(len(first)):
        before, after = second[k] - first[k], third[k] - second[k]
        count += 1 if after > JUMP * before or before > JUMP * after else 0
    return count > 0


@njit(cache=True, nogil=True)
def recognize(x, offsets):
    """Return the spacing of each object.

    Parameters
    ----------
    x : float64 (S,)
        Ascending within each object.
    offsets : int64 (N + 1,)
        Samples of object i are ``offsets[i]`` to ``offsets[i + 1] - 1``.

    Returns
    -------
    Spacing
        A grid counts as linear or logarithmic if no sample is further from the formula than 2^-30 of the distance of two
        samples, far less than float32 can tell.
    """
    count = len(offsets) - 1
    kind, same = np.zeros(count, np.int8), np.zeros(count, np.bool_)
    start, step, jumps = np.zeros(count), np.zeros(count), np.zeros(count, np.bool_)
    ascending = False  # whether the samples of the object before do
    for i in range(count):
        own = x[offsets[i] : offsets[i + 1]]
        if ascending and is_equal(own, x[offsets[i - 1] : offsets[i]]):
            kind[i], same[i], start[i], step[i], jumps[i] = kind[i - 1], True, start[i - 1], step[i - 1], jumps[i - 1]
            continue
        n = len(own)
        ascending = n > 0 and ascends(own)
        if n < 3:
            continue
        jumps[i] = has_jumps(own)
        if not ascending:
            continue
        linear = (own[n - 1] - own[0]) / (n - 1)
        if is_linear(own, linear):
            kind[i], start[i], step[i] = LINEAR, own[0], linear
        elif own[0] > 0.0:
            logarithmic = math.log(own[n - 1] / own[0]) / (n - 1)
            if logarithmic < WIDEST_LOGARITHMIC and is_logarithmic(own, logarithmic):
                kind[i], start[i], step[i] = LOGARITHMIC, math.log(own[0]), logarithmic
    return Spacing(kind, same, start, step, jumps)

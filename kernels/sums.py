"""Sums over a row in an order that does not depend on the machine.

Sample j is added to partial sum ``j % SUMS``, then the partial sums are added in
turn. The order is the same for any vector width and any number of lanes, and
the error grows with n / SUMS only.
"""

import math

import numpy as np

from .lanes import row, stage

SUMS = 128
ZERO = np.float32(0.0)
ONE = np.float32(1.0)


@stage
def partial_moments(flux, ivar, lo, hi, partial, lane, lanes):
    """Partial sums of good flux, its square and the number of good samples, over ``lo <= j < hi``."""
    total, square, count = partial[0], partial[1], partial[2]
    for s in range(lane, SUMS, lanes):
        total[s] = square[s] = count[s] = ZERO
    for base in range(lo, hi, SUMS):
        number = min(SUMS, hi - base)
        f, v = flux[base : base + number], ivar[base : base + number]  # an index base + s would not vectorise
        for s in range(lane, number, lanes):
            total[s] += f[s] if v[s] > ZERO else ZERO
        for s in range(lane, number, lanes):
            square[s] += f[s] * f[s] if v[s] > ZERO else ZERO
        for s in range(lane, number, lanes):
            count[s] += ONE if v[s] > ZERO else ZERO


@stage
def add_up(partial, which):
    """The sum of one row of partial sums; every lane gets the same."""
    total = ZERO
    for s in range(SUMS):
        total += partial[which, s]
    return total


@row
def good_mean(flux, ivar, lo, hi, partial, lane, lanes, barrier):
    """Mean flux over the samples ``lo <= j < hi`` that hold data; 0 where none does."""
    barrier()
    partial_moments(flux, ivar, lo, hi, partial, lane, lanes)
    barrier()
    return add_up(partial, 0) / max(add_up(partial, 2), ONE)


@row
def good_rms(flux, ivar, lo, hi, partial, lane, lanes, barrier):
    """Root mean square flux over the samples that hold data; 0 where none does."""
    barrier()
    partial_moments(flux, ivar, lo, hi, partial, lane, lanes)
    barrier()
    return math.sqrt(add_up(partial, 1) / max(add_up(partial, 2), ONE))

"""Sum over a row in an order that does not depend on the machine.

Sample j of a range ``lo <= j < hi`` is added to partial sum ``(j - lo) % SUMS``; then the partial sums are added one after
the other. The order is the same for any vector width and any number of lanes, and the rounding error grows with n / SUMS
only.
"""

import math

import numpy as np

from .lanes import row, stage

SUMS = 128  # partial sums
ZERO = np.float32(0.0)
ONE = np.float32(1.0)


@stage
def partial_moments(flux, ivar, lo, hi, partial, lane, lanes):
    """Write the partial sums over ``lo <= j < hi``; each lane handles its own partial sums.

    Parameters
    ----------
    flux, ivar : float32 (P,)
    lo, hi : int
    partial : float32 (3, SUMS), out
        Sums over the good samples of flux, of flux^2, and of 1.
    """
    total, square, count = partial[0], partial[1], partial[2]
    for s in range(lane, SUMS, lanes):
        total[s] = square[s] = count[s] = ZERO
    for base in range(lo, hi, SUMS):
        number = min(SUMS, hi - base)
        f, v = flux[base : base + number], ivar[base : base + number]  # LLVM does not vectorize flux[base + s]
        for s in range(lane, number, lanes):
            total[s] += f[s] if v[s] > ZERO else ZERO
        for s in range(lane, number, lanes):
            square[s] += f[s] * f[s] if v[s] > ZERO else ZERO
        for s in range(lane, number, lanes):
            count[s] += ONE if v[s] > ZERO else ZERO


@stage
def add_up(partial, which):
    """Return the sum of the partial sums ``partial[which]``; every lane computes the same sum."""
    total = ZERO
    for s in range(SUMS):
        total += partial[which, s]
    return total


@row
def good_mean(flux, ivar, lo, hi, partial, lane, lanes, barrier):
    """Return the mean flux of the good samples in ``lo <= j < hi``.

    Parameters
    ----------
    flux, ivar : float32 (P,)
    lo, hi : int
    partial : float32 (3, SUMS), work space

    Returns
    -------
    float32
        The same in every lane; 0 if there is no good sample.
    """
    barrier()
    partial_moments(flux, ivar, lo, hi, partial, lane, lanes)
    barrier()
    return add_up(partial, 0) / max(add_up(partial, 2), ONE)


@row
def good_rms(flux, ivar, lo, hi, partial, lane, lanes, barrier):
    """Return the root mean square flux of the good samples in ``lo <= j < hi``; parameters as in :func:`good_mean`."""
    barrier()
    partial_moments(flux, ivar, lo, hi, partial, lane, lanes)
    barrier()
    return math.sqrt(add_up(partial, 1) / max(add_up(partial, 2), ONE))

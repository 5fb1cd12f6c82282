"""Sum over a row in an order that does not depend on the machine.

Sample j of a range ``lo <= j < hi`` is added to partial sum ``(j - lo) % SUMS``; then the upper half of the partial sums is
added to the lower, again and again, and the last ``ENOUGH`` one after the other. The order is the same for any vector width and
any number of lanes, and the rounding error grows with n / SUMS only.
"""

import math

import numpy as np

from .lanes import row, stage

SUMS = 128  # partial sums
ENOUGH = 8  # so many partial sums are left when each lane adds them by itself
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
def own_moments(flux, ivar, lo, hi, partial, lane, lanes):
    """Write what :func:`partial_moments` writes, one partial sum after the other in registers, which is faster on a GPU."""
    for s in range(lane, SUMS, lanes):
        total, square, count = ZERO, ZERO, ZERO
        for j in range(lo + s, hi, SUMS):
            value = flux[j] if ivar[j] > ZERO else ZERO
            total += value
            square += value * value
            count += ONE if ivar[j] > ZERO else ZERO
        partial[0, s], partial[1, s], partial[2, s] = total, square, count


@stage
def halve(partial, half, lane, lanes):
    """Add partial sums ``half`` to ``2 half - 1`` to the first `half`; each lane handles its own of the first `half`.

    A lane reads sums of other lanes, so that a barrier must stand before.

    Parameters
    ----------
    partial : float32 (3, SUMS), in place
    half : int
    """
    for one in range(3):
        low, high = partial[one, :half], partial[one, half : 2 * half]
        for s in range(lane, half, lanes):
            low[s] += high[s]


@stage
def add_up(partial, which):
    """Return the sum of the first ``ENOUGH`` of ``partial[which]``; every lane computes the same sum."""
    total = ZERO
    for s in range(ENOUGH):
        total += partial[which, s]
    return total


@row
def add_moments(flux, ivar, lo, hi, partial, lane, lanes, barrier):
    """Leave in the first ``ENOUGH`` columns of `partial` what :func:`add_up` adds; parameters as in :func:`partial_moments`."""
    barrier()
    if lanes > 1:
        own_moments(flux, ivar, lo, hi, partial, lane, lanes)
    else:
        partial_moments(flux, ivar, lo, hi, partial, lane, lanes)
    barrier()
    half = SUMS // 2
    while half >= ENOUGH:
        halve(partial, half, lane, lanes)
        barrier()
        half //= 2


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
    add_moments(flux, ivar, lo, hi, partial, lane, lanes, barrier)
    return add_up(partial, 0) / max(add_up(partial, 2), ONE)


@row
def good_rms(flux, ivar, lo, hi, partial, lane, lanes, barrier):
    """Return the root mean square flux of the good samples in ``lo <= j < hi``; parameters as in :func:`good_mean`."""
    add_moments(flux, ivar, lo, hi, partial, lane, lanes, barrier)
    return math.sqrt(add_up(partial, 1) / max(add_up(partial, 2), ONE))

"""The k-th smallest flux of the good samples, by bisection on the bits of a float.

Read as integers, floats of one sign are in order. Thirty-two rounds of counting
samples below a pivot find any order statistic exactly: a plain loop that
vectorises, and lanes can share, where a sort would do neither.
"""

import numpy as np

from .elementary import bits_from_float, float_from_bits
from .lanes import row, stage

ZERO = np.float32(0.0)
HALF = np.float32(0.5)
LOWEST, HIGHEST = np.int32(-(2**31) + 1), np.int32(2**31 - 1)


@stage
def ordered(value):
    """An int32 that is in the order of the floats."""
    bits = bits_from_float(value)
    return np.int32(bits ^ ((bits >> np.int32(31)) & np.int32(0x7FFFFFFF)))


@stage
def from_ordered(key):
    """The float32 of an ordered key."""
    return float_from_bits(np.int32(key ^ ((key >> np.int32(31)) & np.int32(0x7FFFFFFF))))


@stage
def order_keys(flux, ivar, keys, lane, lanes):
    """Ordered keys of the samples, the largest of all for those without data."""
    for j in range(lane, len(keys), lanes):
        keys[j] = ordered(flux[j]) if ivar[j] > ZERO else HIGHEST


@stage
def count_at_most(keys, pivot, lane, lanes):
    """How many of a lane's keys are at or below `pivot`."""
    count = np.int32(0)
    for j in range(lane, len(keys), lanes):
        count = np.int32(count + (np.int32(1) if keys[j] <= pivot else np.int32(0)))
    return count


@stage
def count_up(counts, lanes):
    """The sum of the lanes' counts; every lane gets the same."""
    total = np.int32(0)
    for s in range(lanes):
        total = np.int32(total + counts[s])
    return total


@row
def count_keys(keys, pivot, counts, lane, lanes, barrier):
    """How many keys are at or below `pivot`."""
    barrier()
    counts[lane] = count_at_most(keys, pivot, lane, lanes)
    barrier()
    return count_up(counts, lanes)


@row
def select(keys, rank, counts, lane, lanes, barrier):
    """The key of `rank` (0 is the smallest)."""
    below, above = LOWEST, HIGHEST  # the key is in [below, above]
    for _ in range(32):
        if below < above:
            pivot = np.int32((np.int64(below) + np.int64(above)) >> np.int64(1))
            if count_keys(keys, pivot, counts, lane, lanes, barrier) > rank:
                above = pivot
            else:
                below = np.int32(pivot + np.int32(1))
    return below


@row
def good_percentile(flux, ivar, fraction, keys, counts, lane, lanes, barrier):
    """Flux below which a `fraction` of the good samples lies, between samples by linear interpolation; 0 without any."""
    barrier()
    order_keys(flux, ivar, keys, lane, lanes)
    good = count_keys(keys, np.int32(HIGHEST - np.int32(1)), counts, lane, lanes, barrier)
    position = fraction * np.float32(max(good - np.int32(1), np.int32(0)))
    rank = np.int32(position)
    part = position - np.float32(rank)
    lower = from_ordered(select(keys, rank, counts, lane, lanes, barrier))
    upper = lower
    if part > ZERO:
        upper = from_ordered(select(keys, np.int32(rank + np.int32(1)), counts, lane, lanes, barrier))
    return lower + part * (upper - lower) if good > 0 else ZERO

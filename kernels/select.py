"""The k-th smallest flux of the good samples, by bisection on the bits of a float.

Read as integers, floats of one sign are in order. Some rounds of counting
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


@stage
def largest_at_most(keys, limit, lane, lanes):
    """The largest of a lane's keys at or below `limit`; LOWEST if there is none."""
    found = LOWEST
    for j in range(lane, len(keys), lanes):
        found = max(found, keys[j] if keys[j] <= limit else LOWEST)
    return found


@stage
def smallest_above(keys, limit, lane, lanes):
    """The smallest of a lane's keys above `limit`; HIGHEST if there is none."""
    found = LOWEST  # of the keys' negatives: LLVM vectorises this maximum, and not the minimum of the keys
    for j in range(lane, len(keys), lanes):
        found = max(found, np.int32(-keys[j]) if keys[j] > limit else LOWEST)
    return np.int32(-found)


@stage
def largest(found, lanes):
    """The largest of what the lanes found; every lane gets the same."""
    best = found[0]
    for s in range(1, lanes):
        best = max(best, found[s])
    return best


@stage
def smallest(found, lanes):
    """The smallest of what the lanes found; every lane gets the same."""
    best = found[0]
    for s in range(1, lanes):
        best = min(best, found[s])
    return best


@row
def key_at_most(keys, limit, found, lane, lanes, barrier):
    """The largest key at or below `limit`."""
    barrier()
    found[lane] = largest_at_most(keys, limit, lane, lanes)
    barrier()
    return largest(found, lanes)


@row
def key_above(keys, limit, found, lane, lanes, barrier):
    """The smallest key above `limit`."""
    barrier()
    found[lane] = smallest_above(keys, limit, lane, lanes)
    barrier()
    return smallest(found, lanes)


@row
def select(keys, rank, counts, lane, lanes, barrier):
    """The key of `rank` (0 is the smallest), of those below HIGHEST.

    Pivots come in turn from a line through the counts at both ends and from the middle between them. One that
    falls between the wanted key and its neighbour ends the search: some six rounds, not the 32 of a key's bits.
    """
    below = key_above(keys, LOWEST, counts, lane, lanes, barrier)  # the key is in [below, above]
    above = key_at_most(keys, np.int32(HIGHEST - np.int32(1)), counts, lane, lanes, barrier)
    fewer, more = np.int32(0), np.int32(len(keys))  # keys below `below`, and at or below `above`
    for turn in range(64):
        if below < above:
            part = np.float32(rank + np.int32(1) - fewer) / np.float32(more - fewer) if turn % 2 == 0 else HALF
            gap = np.int64(above) - np.int64(below)
            pivot = np.int32(np.int64(below) + min(np.int64(np.float32(gap) * part), gap - 1))
            count = count_keys(keys, pivot, counts, lane, lanes, barrier)
            if count == rank + 1:
                below = above = key_at_most(keys, pivot, counts, lane, lanes, barrier)
            elif count == rank:
                below = above = key_above(keys, pivot, counts, lane, lanes, barrier)
            elif count > rank:
                above, more = pivot, count
            else:
                below, fewer = np.int32(pivot + np.int32(1)), count
    return below


@row
def select_next(keys, key, rank, counts, lane, lanes, barrier):
    """The key of ``rank + 1``, where `key` is that of `rank`."""
    if count_keys(keys, key, counts, lane, lanes, barrier) > rank + 1:
        return key
    return key_above(keys, key, counts, lane, lanes, barrier)


@row
def good_percentile(flux, ivar, fraction, keys, counts, lane, lanes, barrier):
    """Flux below which a `fraction` of the good samples lies, between samples by linear interpolation; 0 without any."""
    barrier()
    order_keys(flux, ivar, keys, lane, lanes)
    good = count_keys(keys, np.int32(HIGHEST - np.int32(1)), counts, lane, lanes, barrier)
    position = fraction * np.float32(max(good - np.int32(1), np.int32(0)))
    rank = np.int32(position)
    part = position - np.float32(rank)
    key = select(keys, rank, counts, lane, lanes, barrier)
    lower = from_ordered(key)
    upper = lower
    if part > ZERO:
        upper = from_ordered(select_next(keys, key, rank, counts, lane, lanes, barrier))
    return lower + part * (upper - lower) if good > 0 else ZERO

"""Find percentiles of the good samples exactly, by bisection on integer keys.

The bits of a float32 are mapped to an int32 key that has the same order. A few rounds that count the keys at or below a pivot
then find any order statistic. Counting is a plain loop that LLVM vectorizes and that lanes can share; a sort would be
neither.
"""

import numpy as np

from .elementary import bits_from_float, float_from_bits
from .lanes import row, stage

ZERO = np.float32(0.0)
HALF = np.float32(0.5)
# Below and above the key of any number; -LOWEST, too, is an int32.
LOWEST, HIGHEST = np.int32(-(2**31) + 1), np.int32(2**31 - 1)


@stage
def ordered(value):
    """Return the int32 key of a float32: keys have the same order as the floats."""
    bits = bits_from_float(value)  # sign and magnitude: of negative numbers the magnitude must be inverted
    return np.int32(bits ^ ((bits >> np.int32(31)) & np.int32(0x7FFFFFFF)))


@stage
def from_ordered(key):
    """Return the float32 that a key stands for."""
    return float_from_bits(np.int32(key ^ ((key >> np.int32(31)) & np.int32(0x7FFFFFFF))))


@stage
def order_keys(flux, ivar, keys, lane, lanes):
    """Write the keys of the good samples, and ``HIGHEST`` for samples with ivar 0; each lane handles its own samples.

    Parameters
    ----------
    flux, ivar : float32 (P,)
    keys : int32 (P,), out
    """
    for j in range(lane, len(keys), lanes):
        keys[j] = ordered(flux[j]) if ivar[j] > ZERO else HIGHEST


@stage
def count_at_most(keys, pivot, lane, lanes):
    """Return how many of the lane's own `keys` (int32) are at or below `pivot`."""
    count = np.int32(0)
    for j in range(lane, len(keys), lanes):
        count = np.int32(count + (np.int32(1) if keys[j] <= pivot else np.int32(0)))
    return count


@stage
def count_up(counts, lanes):
    """Return the sum of the counts (int32) of all lanes; every lane computes the same sum."""
    total = np.int32(0)
    for s in range(lanes):
        total = np.int32(total + counts[s])
    return total


@row
def count_keys(keys, pivot, counts, lane, lanes, barrier):
    """Return how many keys of all lanes are at or below `pivot`.

    Parameters
    ----------
    keys : int32 (P,)
    pivot : int32
    counts : int32 (lanes,), work space

    Returns
    -------
    int32
        The same in every lane.
    """
    barrier()  # other lanes may still write keys, or read counts
    counts[lane] = count_at_most(keys, pivot, lane, lanes)
    barrier()
    return count_up(counts, lanes)


@stage
def largest_at_most(keys, limit, lane, lanes):
    """Return the largest of the lane's own `keys` (int32) at or below `limit`, or ``LOWEST`` if there is none."""
    found = LOWEST
    for j in range(lane, len(keys), lanes):
        found = max(found, keys[j] if keys[j] <= limit else LOWEST)
    return found


@stage
def smallest_above(keys, limit, lane, lanes):
    """Return the smallest of the lane's own `keys` (int32) above `limit`, or ``HIGHEST`` if there is none."""
    found = LOWEST  # the largest of the negative keys: LLVM vectorizes this maximum, but not the minimum of the keys
    for j in range(lane, len(keys), lanes):
        found = max(found, np.int32(-keys[j]) if keys[j] > limit else LOWEST)
    return np.int32(-found)


@stage
def largest(found, lanes):
    """Return the largest of the keys that the lanes found (int32); every lane computes the same key."""
    best = found[0]
    for s in range(1, lanes):
        best = max(best, found[s])
    return best


@stage
def smallest(found, lanes):
    """Return the smallest of the keys that the lanes found (int32); every lane computes the same key."""
    best = found[0]
    for s in range(1, lanes):
        best = min(best, found[s])
    return best


@row
def key_at_most(keys, limit, found, lane, lanes, barrier):
    """Return the largest key of all lanes at or below `limit`, or ``LOWEST``; `found` (int32, one per lane) is work space."""
    barrier()
    found[lane] = largest_at_most(keys, limit, lane, lanes)
    barrier()
    return largest(found, lanes)


@row
def key_above(keys, limit, found, lane, lanes, barrier):
    """Return the smallest key of all lanes above `limit`, or ``HIGHEST``; `found` (int32, one per lane) is work space."""
    barrier()
    found[lane] = smallest_above(keys, limit, lane, lanes)
    barrier()
    return smallest(found, lanes)


@row
def select(keys, rank, counts, lane, lanes, barrier):
    """Return the key of a given rank among the keys below ``HIGHEST``.

    Pivots come in turn from linear interpolation of the counts and from the middle of the interval. A pivot that falls
    between the wanted key and its neighbor ends the search: this takes about six rounds, where plain bisection takes the 32
    bits of a key.

    Parameters
    ----------
    keys : int32 (P,)
    rank : int32
        0 is the smallest.
    counts : int32 (lanes,), work space

    Returns
    -------
    int32
        The same in every lane.
    """
    # the wanted key is from below to above
    below = key_above(keys, LOWEST, counts, lane, lanes, barrier)
    above = key_at_most(keys, np.int32(HIGHEST - np.int32(1)), counts, lane, lanes, barrier)
    # number of keys less than `below`, and up to `above`; that the latter counts HIGHEST at first changes only first guesses
    fewer, more = np.int32(0), np.int32(len(keys))
    for turn in range(64):  # every second turn halves the interval, which has 32 bits at most
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
    """Return the key of ``rank + 1``, where `key` is the key of `rank`; other parameters as in :func:`select`."""
    if count_keys(keys, key, counts, lane, lanes, barrier) > rank + 1:
        return key
    return key_above(keys, key, counts, lane, lanes, barrier)


@row
def good_percentile(flux, ivar, fraction, keys, counts, lane, lanes, barrier):
    """Return the flux below which a `fraction` of the good samples lies, by linear interpolation between samples.

    Parameters
    ----------
    flux, ivar : float32 (P,)
    fraction : float32
        From 0 to 1.
    keys : int32 (P,), work space
    counts : int32 (lanes,), work space

    Returns
    -------
    float32
        The same in every lane; 0 if there is no good sample.
    """
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

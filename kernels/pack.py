"""From any number of points to a row of fixed length: which are taken, and in what order."""

import math

import numpy as np
from numba import uint32, uint64

from .lanes import row, stage
from .philox import philox4x32
from .select import HIGHEST, count_keys, count_up, select

ZERO = np.float32(0.0)
CROP, RANDOM, STRATIFIED = 0, 1, 2
TAKEN, LEFT = np.int32(0), np.int32(1)


@stage
def random_keys(ivar, number, key, stream, view, epoch, keys, lane, lanes):
    """A random positive key for each good point, the highest of all for the others."""
    k0, k1 = uint32(key), uint32(uint64(key) >> uint64(32))
    for j in range(lane, number, lanes):
        word, _, _, _ = philox4x32(j, stream, view, epoch, k0, k1)
        drawn = np.int32(word >> uint32(2))
        keys[j] = drawn if ivar[j] > ZERO else HIGHEST


@stage
def band_keys(keys, band, wanted, own, lane, lanes):
    """The keys of one band, the highest of all for the others."""
    for j in range(lane, len(own), lanes):
        own[j] = keys[j] if band[j] == wanted else HIGHEST


@stage
def take_good(ivar, number, keys, lane, lanes):
    """Mark every good point as taken."""
    for j in range(lane, number, lanes):
        keys[j] = TAKEN if ivar[j] > ZERO else LEFT


@stage
def take_below(keys, limit, lane, lanes):
    """Mark as taken what has a key of at most `limit`."""
    for j in range(lane, len(keys), lanes):
        keys[j] = TAKEN if keys[j] <= limit and keys[j] < HIGHEST else LEFT


@stage
def take_band(keys, own, limit, lane, lanes):
    """Mark as taken, by a negative key, what one band has at or below `limit`."""
    for j in range(lane, len(keys), lanes):
        keys[j] = np.int32(-1) if own[j] <= limit and own[j] < HIGHEST else keys[j]


@row
def share_bands(counts, bands, length, quota, lane, barrier):
    """The number of points each band may fill: equal parts of `length`, what a band cannot fill going to the others."""
    if lane == 0:
        low, high = np.int32(0), np.int32(length)  # the largest level with sum(min(counts, level)) <= length
        while low < high:
            level = np.int32((low + high + np.int32(1)) // np.int32(2))
            total = np.int64(0)
            for b in range(bands):
                total += min(counts[b], level)
            if total <= length:
                low = level
            else:
                high = np.int32(level - np.int32(1))
        spare = np.int64(length)
        for b in range(bands):
            quota[b] = min(counts[b], low)
            spare -= quota[b]
        for b in range(bands):
            if spare > 0 and quota[b] < counts[b]:
                quota[b] = np.int32(quota[b] + np.int32(1))
                spare -= 1
    barrier()


@row
def take_stratified(band, bands, length, keys, own, in_band, quota, counts, lane, lanes, barrier):
    """Mark a random part of each band, by equal shares."""
    for b in range(bands):
        band_keys(keys, band, b, own, lane, lanes)
        found = count_keys(own, np.int32(HIGHEST - np.int32(1)), counts, lane, lanes, barrier)
        if lane == 0:
            in_band[b] = found
        barrier()
    share_bands(in_band, bands, length, quota, lane, barrier)
    for b in range(bands):
        if quota[b] > 0:
            band_keys(keys, band, b, own, lane, lanes)
            limit = select(own, np.int32(quota[b] - np.int32(1)), counts, lane, lanes, barrier)
            take_band(keys, own, limit, lane, lanes)
            barrier()
    take_below(keys, np.int32(-1), lane, lanes)


@stage
def count_taken(keys, lane, lanes):
    """How many points of a lane's own stretch are taken."""
    part = (len(keys) + lanes - 1) // lanes
    taken = np.int32(0)
    for j in range(lane * part, min((lane + 1) * part, len(keys))):
        taken = np.int32(taken + (np.int32(1) if keys[j] == TAKEN else np.int32(0)))
    return taken


@stage
def fill_slots(keys, counts, skip, slots, lane, lanes):
    """Write the numbers of the taken points, in order and but for the first `skip`, into `slots` as far as it reaches.

    The last of the slots takes what is skipped: without a branch that no one could predict.
    """
    part = (len(keys) + lanes - 1) // lanes
    spare = len(slots) - 1
    at = -skip
    for s in range(lane):
        at += counts[s]
    for j in range(lane * part, min((lane + 1) * part, len(keys))):
        taken = keys[j] == TAKEN
        slots[at if taken and 0 <= at < spare else spare] = np.int32(j)
        at += 1 if taken else 0


@row
def choose(now, number, bands, method, position, key, stream, view, epoch, work, lane, lanes, barrier):
    """Choose at most L good points, where `slots` holds L + 1 numbers: the number chosen. Their numbers are in `slots`."""
    keys, own, slots, in_band, quota, counts = work
    _, _, ivar, band = now
    keys, own = keys[:number], own[:number]
    length = len(slots) - 1
    take_good(ivar, number, keys, lane, lanes)
    barrier()
    counts[lane] = count_taken(keys, lane, lanes)
    barrier()
    good = count_up(counts, lanes)
    skip = int(position * np.float64(max(good - length, 0)) + 0.5) if method == CROP else 0
    if good > length and method != CROP:
        barrier()
        random_keys(ivar, number, key, stream, view, epoch, keys, lane, lanes)
        if method == RANDOM:
            take_below(keys, select(keys, np.int32(length - 1), counts, lane, lanes, barrier), lane, lanes)
        else:
            take_stratified(band, bands, length, keys, own, in_band, quota, counts, lane, lanes, barrier)
        barrier()
        counts[lane] = count_taken(keys, lane, lanes)
    barrier()
    fill_slots(keys, counts, skip, slots, lane, lanes)
    barrier()
    return min(int(good), length)


@stage
def gather(now, slots, chosen, origin, fold, phase, when, outputs, lane, lanes):
    """Copy the chosen points into the row, time from `origin` or as a phase; what is left of the row is empty."""
    time, flux, ivar, band = now
    out_time, out_flux, out_ivar, out_band = outputs
    for s in range(lane, chosen, lanes):
        j = slots[s]
        when[s] = np.float32(time[j])
        turns = (time[j] - origin) / fold + phase if fold > 0.0 else 0.0
        out_time[s] = np.float32(turns - math.floor(turns)) if fold > 0.0 else np.float32(time[j] - origin)
        out_flux[s] = flux[j]
        out_ivar[s] = ivar[j]
        out_band[s] = band[j]
    for s in range(chosen + (lane - chosen) % lanes, len(out_time), lanes):
        when[s] = out_time[s] = out_flux[s] = out_ivar[s] = ZERO
        out_band[s] = 0


@stage
def rank_times(time, chosen, slots, lane, lanes):
    """Where each point belongs in order of time."""
    for s in range(lane, chosen, lanes):
        own = time[s]
        rank = np.int32(0)
        for i in range(chosen):
            before = time[i] < own or (time[i] == own and i < s)
            rank = np.int32(rank + (np.int32(1) if before else np.int32(0)))
        slots[s] = rank


@stage
def scatter(values, chosen, slots, target, lane, lanes):
    """Write each value where it belongs."""
    for s in range(lane, chosen, lanes):
        target[slots[s]] = values[s]


@stage
def write_back(values, chosen, target, lane, lanes):
    """Copy a row's first `chosen` values."""
    for s in range(lane, chosen, lanes):
        target[s] = values[s]


@row
def sort_by_time(outputs, when, chosen, slots, scratch, band_scratch, lane, lanes, barrier):
    """Put the packed points in order of their time or phase."""
    time, flux, ivar, band = outputs
    rank_times(time, chosen, slots, lane, lanes)
    barrier()
    for values in (time, flux, ivar, when):
        scatter(values, chosen, slots, scratch, lane, lanes)
        barrier()
        write_back(scratch, chosen, values, lane, lanes)
        barrier()
    scatter(band, chosen, slots, band_scratch, lane, lanes)
    barrier()
    write_back(band_scratch, chosen, band, lane, lanes)
    barrier()

"""Pack a curve of any number of points into a row of fixed length: choose points, copy them, and put them in order.

To choose, each point has an int32 key. It is a random number first, and at the end a mark: ``TAKEN`` or ``LEFT``.
"""

import math

import numpy as np
from numba import uint32, uint64

from ..lanes import row, stage
from ..philox import philox4x32
from ..select import HIGHEST, count_keys, count_up, select

ZERO = np.float32(0.0)
CROP, RANDOM, STRATIFIED = 0, 1, 2  # methods
TAKEN, LEFT = np.int32(0), np.int32(1)  # marks


@stage
def random_keys(ivar, number, index, key, stream, view, epoch, keys, lane, lanes):
    """Write a random key of 0 or more for each good point, and ``HIGHEST`` for the others; each lane handles its own points.

    Parameters
    ----------
    ivar : float32 (n,)
    number : int
        n, points that are left of the curve.
    index : int32 (n or more,)
        Number of each point in its curve, from which its random number follows.
    key, stream, view, epoch : int
        Address of the random numbers.
    keys : int32 (n,), out
    """
    k0, k1 = uint32(key), uint32(uint64(key) >> uint64(32))
    for j in range(lane, number, lanes):
        word, _, _, _ = philox4x32(index[j], stream, view, epoch, k0, k1)
        drawn = np.int32(word >> uint32(2))
        keys[j] = drawn if ivar[j] > ZERO else HIGHEST


@stage
def band_keys(keys, band, wanted, own, lane, lanes):
    """Write into `own` the keys of band `wanted`, and ``HIGHEST`` for other points; each lane handles its own points."""
    for j in range(lane, len(own), lanes):
        own[j] = keys[j] if band[j] == wanted else HIGHEST


@stage
def take_good(ivar, number, keys, lane, lanes):
    """Mark each good point as ``TAKEN`` and the others as ``LEFT``; each lane handles its own points."""
    for j in range(lane, number, lanes):
        keys[j] = TAKEN if ivar[j] > ZERO else LEFT


@stage
def take_below(keys, limit, lane, lanes):
    """Replace each key of at most `limit` by ``TAKEN`` and the others by ``LEFT``; each lane handles its own points.

    ``HIGHEST`` is never taken.
    """
    for j in range(lane, len(keys), lanes):
        keys[j] = TAKEN if keys[j] <= limit and keys[j] < HIGHEST else LEFT


@stage
def take_band(keys, own, limit, lane, lanes):
    """Replace the keys that one band has at or below `limit` by -1; each lane handles its own points.

    The keys of other points stay, since other bands still need them.

    Parameters
    ----------
    keys : int32 (n,), in place
    own : int32 (n,)
        Keys of the one band, from :func:`band_keys`.
    limit : int32
    """
    for j in range(lane, len(keys), lanes):
        keys[j] = np.int32(-1) if own[j] <= limit and own[j] < HIGHEST else keys[j]


@row
def share_bands(counts, bands, length, quota, lane, barrier):
    """Write how many points each band may fill: equal shares, where what a band cannot fill goes to the others.

    Lane 0 does it alone, and a barrier follows.

    Parameters
    ----------
    counts : int32 (bands,)
        Good points of each band.
    bands : int
        Number of bands.
    length : int
        L, points of the row.
    quota : int32 (bands,), out
    """
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
    """Mark random points of each band as ``TAKEN``, in equal shares, and the others as ``LEFT``.

    Parameters
    ----------
    band : int8 (n,)
    bands : int
        Number of bands.
    length : int
        L, points of the row.
    keys : int32 (n,), in place
        Random keys before, marks after.
    own : int32 (n,), work space
    in_band, quota : int32 (bands,), work space
    counts : int32 (lanes,), work space
    """
    for b in range(bands):
        band_keys(keys, band, b, own, lane, lanes)
        found = count_keys(own, np.int32(HIGHEST - np.int32(1)), counts, lane, lanes, barrier)
        if lane == 0:  # which alone needs it
            in_band[b] = found
    share_bands(in_band, bands, length, quota, lane, barrier)
    for b in range(bands):
        if quota[b] > 0:
            band_keys(keys, band, b, own, lane, lanes)
            limit = select(own, np.int32(quota[b] - np.int32(1)), counts, lane, lanes, barrier)
            take_band(keys, own, limit, lane, lanes)
    take_below(keys, np.int32(-1), lane, lanes)


@stage
def count_taken(keys, lane, lanes):
    """Return how many points of the lane's part are ``TAKEN``; the parts are contiguous, not a lane's own points."""
    part = (len(keys) + lanes - 1) // lanes
    taken = np.int32(0)
    for j in range(lane * part, min((lane + 1) * part, len(keys))):
        taken = np.int32(taken + (np.int32(1) if keys[j] == TAKEN else np.int32(0)))
    return taken


@stage
def fill_slots(keys, counts, skip, slots, lane, lanes):
    """Write the indices of the taken points into `slots`, in order.

    A lane handles the contiguous part of the points that it counted in :func:`count_taken`.

    Parameters
    ----------
    keys : int32 (n,)
        Marks of all points.
    counts : int32 (lanes,)
        Taken points in the part of each lane.
    skip : int
        So many taken points are left out at the beginning.
    slots : int32 (L + 1,), out
        Index of each point of the row. All other writes go to the last slot, since a branch could not be predicted.
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
    """Choose at most L good points of a curve and write their indices into ``work.slots``.

    Parameters
    ----------
    now : Points
    number : int
        Points of the curve.
    bands : int
        Number of bands.
    method : int
        ``CROP`` takes neighbors, ``RANDOM`` any points, ``STRATIFIED`` random points in equal shares of the bands.
    position : float64
        For ``CROP``: where the row begins, from 0 (first points) to 1 (last points).
    key, stream, view, epoch : int
        Address of the random numbers.
    work : Numbers
        Overwritten but for `origin`; L + 1 is the length of ``work.slots``.

    Returns
    -------
    int
        Number of chosen points, the same in every lane.
    """
    keys, own, slots, counts = work.keys[:number], work.places[:number], work.slots, work.counts
    ivar, band = now.ivar, now.band
    length = len(slots) - 1
    take_good(ivar, number, keys, lane, lanes)
    barrier()
    counts[lane] = count_taken(keys, lane, lanes)
    barrier()
    good = count_up(counts, lanes)
    skip = int(position * np.float64(max(good - length, 0)) + 0.5) if method == CROP else 0
    if good > length and method != CROP:
        random_keys(ivar, number, work.origin, key, stream, view, epoch, keys, lane, lanes)
        if method == RANDOM:
            take_below(keys, select(keys, np.int32(length - 1), counts, lane, lanes, barrier), lane, lanes)
        else:
            take_stratified(band, bands, length, keys, own, work.starts, work.in_band, counts, lane, lanes, barrier)
        barrier()
        counts[lane] = count_taken(keys, lane, lanes)
    barrier()
    fill_slots(keys, counts, skip, slots, lane, lanes)
    barrier()
    return min(int(good), length)


@stage
def gather(now, slots, chosen, origin, fold, phase, when, outputs, lane, lanes):
    """Copy the chosen points into the row, and empty the rest of it; each lane handles its own places of the row.

    Parameters
    ----------
    now : Points
    slots : int32 (L + 1,)
        Indices of the chosen points.
    chosen : int
        Their number.
    origin : float64
        Time 0 of the view [day].
    fold : float64
        Period [day]; above 0 the time of the view is a phase in [0, 1).
    phase : float64
        Added to the phase.
    when : float32 (L,), out
        Days from the first point of the object.
    outputs : (time, flux, ivar, band), out
        float32, float32, float32, int8, (L,) each.
    """
    time, flux, ivar, band = now.time, now.flux, now.ivar, now.band
    out_time, out_flux, out_ivar, out_band = outputs
    for s in range(lane, chosen, lanes):
        j = slots[s]
        when[s] = np.float32(time[j])
        out_time[s] = np.float32(time[j] - origin)
        out_flux[s] = flux[j]
        out_ivar[s] = ivar[j]
        out_band[s] = band[j]
    if fold > 0.0:
        for s in range(lane, chosen, lanes):
            turns = (time[slots[s]] - origin) / fold + phase
            out_time[s] = np.float32(turns - math.floor(turns))
    empty = chosen + (lane - chosen) % lanes
    no_band = out_band[empty:]
    for rest in (when[empty:], out_time[empty:], out_flux[empty:], out_ivar[empty:]):
        for s in range(0, len(rest), lanes):  # LLVM does not vectorize row[empty + s]
            rest[s] = ZERO
    for s in range(0, len(no_band), lanes):
        no_band[s] = 0


@stage
def rank_times(time, chosen, slots, lane, lanes):
    """Write the rank of each point in order of time; each lane handles its own points but reads all.

    Parameters
    ----------
    time : float32 (L,)
    chosen : int
        Number of points.
    slots : int32 (L + 1,), out
        Rank of each point; points of one time keep their order.
    """
    for s in range(lane, chosen, lanes):
        own = time[s]
        rank = np.int32(0)
        for i in range(chosen):
            before = time[i] < own or (time[i] == own and i < s)
            rank = np.int32(rank + (np.int32(1) if before else np.int32(0)))
        slots[s] = rank


@stage
def scatter(values, chosen, slots, target, lane, lanes):
    """Write each of the first `chosen` values to the place in `target` that `slots` gives.

    Each lane reads its own points but writes places of other lanes, so that a barrier must follow.
    """
    for s in range(lane, chosen, lanes):
        target[slots[s]] = values[s]


@stage
def write_back(values, chosen, target, lane, lanes):
    """Copy the first `chosen` of `values` to `target`; each lane handles its own points."""
    for s in range(lane, chosen, lanes):
        target[s] = values[s]


@row
def sort_by_time(outputs, when, chosen, slots, scratch, band_scratch, lane, lanes, barrier):
    """Put the chosen points in order of the first array of `outputs`: of time, or of phase.

    Parameters
    ----------
    outputs : (time, flux, ivar, band), in place
        float32, float32, float32, int8, (L,) each.
    when : float32 (L,), in place
        One more row, moved with the others.
    chosen : int
        Number of points.
    slots : int32 (L + 1,), work space
    scratch, band_scratch : float32 and int8, work space
        L or more.
    """
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

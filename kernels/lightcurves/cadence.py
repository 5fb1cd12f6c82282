"""Move a light curve in time, and drop the points that seasons, nights, weather, Moon and gaps would have prevented.

To drop a point is to set its ivar to 0. Random numbers for a night are addressed by the number of the night, so that all
points of one night are kept or dropped together. Times are days from the first point of the object.
"""

import math

import numpy as np
from numba import njit, uint32, uint64

from ..elementary import floor32, log32, turn32
from ..lanes import stage
from ..philox import philox4x32, uniform_at, unit_interval
from .layout import MONTH

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
EIGHTH = np.uint32(1 << 29)  # an eighth of a turn, which turn32 takes off
HALF = np.float32(0.5)


@stage
def place(x, ivar, stretch, reference, shift, time, own_ivar, lane, lanes):
    """Move the times of one curve, and copy the ivar that the steps change; each lane handles its own points.

    The new time is ``reference + stretch (t - reference) + shift``, where t is counted from the first point.

    Parameters
    ----------
    x : float64 (n,)
        Times as they come in [day].
    ivar : float32 (n,)
    stretch : float64
        Below 0 time runs backwards.
    reference, shift : float64
        [day]
    time : float64 (n,), out
    own_ivar : float32 (n,), out
    """
    first = x[0] + reference
    for j in range(lane, len(x), lanes):
        time[j] = reference + stretch * (x[j] - first) + shift
    for j in range(lane, len(x), lanes):
        own_ivar[j] = ivar[j]


@stage
def keep_between(time, ivar, start, stop, lane, lanes):
    """Drop the points before `start` and after `stop`; each lane handles its own points.

    Parameters
    ----------
    time : float64 (n,)
        [day]
    ivar : float32 (n,), in place
    start, stop : float64
        [day]
    """
    for j in range(lane, len(time), lanes):
        ivar[j] = ivar[j] if time[j] >= start and time[j] <= stop else ZERO


@stage
def drop_between(time, ivar, start, stop, lane, lanes):
    """Drop the points from `start` to `stop`; parameters and lanes as in :func:`keep_between`."""
    for j in range(lane, len(time), lanes):
        ivar[j] = ivar[j] if time[j] < start or time[j] > stop else ZERO


@stage
def distance(time, period, inverse, center):
    """Return the days (float32) between a time and the nearest center of a cycle.

    Parameters
    ----------
    time : float64
        [day]
    period, inverse : float32
        Length of the cycle [day], and 1 / period.
    center : float32
        One center [day].
    """
    u = (np.float32(time) - center) * inverse
    return abs(u - np.float32(floor32(u + HALF))) * period


@stage
def keep_cycle(time, ivar, period, center, half, lane, lanes):
    """Keep the points near the centers of a cycle, such as seasons of a year; each lane handles its own points.

    Parameters
    ----------
    time : float64 (n,)
        [day]
    ivar : float32 (n,), in place
    period : float32
        Length of the cycle [day].
    center : float32
        One center [day].
    half : float32
        Largest distance from a center [day].
    """
    inverse = ONE / period
    for j in range(lane, len(time), lanes):
        ivar[j] = ivar[j] if distance(time[j], period, inverse, center) <= half else ZERO


@stage
def drop_cycle(time, ivar, period, center, half, lane, lanes):
    """Drop the points within `half` days of a center of a cycle, such as data downlinks; parameters as in :func:`keep_cycle`."""
    inverse = ONE / period
    for j in range(lane, len(time), lanes):
        ivar[j] = ivar[j] if distance(time[j], period, inverse, center) > half else ZERO


@stage
def night_of(time, center):
    """Return the number (int32) of the night that a time belongs to; `center` is the middle of night 0 [day]."""
    return floor32(np.float32(time) - center + HALF)


@stage
def normal_of(number, key, stream, view, epoch):
    """Return the standard normal deviate (float32) of one numbered thing, such as a night or a quarter.

    Parameters
    ----------
    number : int32
    key, stream, view, epoch : int
        The rest of the address.
    """
    a, b, _, _ = philox4x32(uint32(number), stream, view, epoch, uint32(key), uint32(uint64(key) >> uint64(32)))
    cosine, _ = turn32(b)
    return math.sqrt(np.float32(-2.0) * log32(unit_interval(a))) * cosine


@stage
def uniform_of(number, key, stream, view, epoch):
    """Return the uniform deviate (float32) in (0, 1] of one numbered thing; parameters as in :func:`normal_of`."""
    a, _, _, _ = philox4x32(uint32(number), stream, view, epoch, uint32(key), uint32(uint64(key) >> uint64(32)))
    return unit_interval(a)


@stage
def knot_before(time, center, inverse):
    """Return the number (int32) of the knot of the weather before a time, and the part (float32) of the way to the next one.

    Parameters
    ----------
    time : float64
        [day]
    center, inverse : float32
        Middle of night 0 [day], and 1 / the distance of two knots.
    """
    u = np.float32(night_of(time, center)) * inverse
    knot = floor32(u)
    return knot, u - np.float32(knot)


@stage
def is_clear(low, high, part, limit):
    """Return whether the weather between knots of deviates `low` and `high` (float32) is at most `limit`.

    The weather is a standard normal deviate: a straight line between the knots, divided by its standard deviation there.
    """
    rest = ONE - part
    return rest * low + part * high <= limit * math.sqrt(rest * rest + part * part)


@stage
def drop_cloudy(time, ivar, limit, spell, center, knots, places, low, high, lane, lanes):
    """Drop the nights whose weather is worse than a limit; each lane handles its own points.

    Parameters
    ----------
    time : float64 (n,)
        [day]
    ivar : float32 (n,), in place
    limit : float32
        A night is dropped where its deviate is above this.
    spell : float32
        Distance of two knots [day].
    center : float32
        Middle of night 0 [day].
    knots : float32
        Standard normal deviates. Their number is a power of two; a longer curve uses them again.
    places : int32, work space
        Room for n.
    low, high : float32, work space
        Room for n.
    """
    inverse = ONE / max(spell, ONE)
    last = np.int32(len(knots) - 1)  # a bit mask: the number of knots is a power of two
    # knots are looked up in a loop of their own, since LLVM does not vectorize the loop that does
    for j in range(lane, len(time), lanes):
        places[j], _ = knot_before(time[j], center, inverse)
    for j in range(lane, len(time), lanes):
        low[j], high[j] = knots[places[j] & last], knots[(places[j] + np.int32(1)) & last]
    for j in range(lane, len(time), lanes):
        _, part = knot_before(time[j], center, inverse)
        ivar[j] = ivar[j] if is_clear(low[j], high[j], part, limit) else ZERO


@stage
def drop_moonlit(time, ivar, fraction, full, center, key, stream, view, epoch, lane, lanes):
    """Drop nights at random, the more the brighter the Moon is; each lane handles its own points.

    Parameters
    ----------
    time : float64 (n,)
        [day]
    ivar : float32 (n,), in place
    fraction : float32
        Probability at full moon; otherwise it is multiplied by the lit part of the Moon.
    full : float32
        Time of a full moon [day].
    center : float32
        Middle of night 0 [day].
    key, stream, view, epoch : int
        Address of the random numbers.
    """
    inverse = np.float32(1.0 / MONTH)
    for j in range(lane, len(time), lanes):
        night = night_of(time[j], center)
        u = (np.float32(night) + center - full) * inverse
        # 4294967040 is the largest float32 below 2^32
        turn = np.int64((u - np.float32(floor32(u))) * np.float32(4294967040.0))
        cosine, _ = turn32(uint32(uint32(turn) + EIGHTH))
        lit = HALF * (ONE + cosine)
        lost = uniform_of(night, key, stream, view, epoch) <= fraction * lit
        ivar[j] = ZERO if lost else ivar[j]


@stage
def drop_points(ivar, fraction, index, key, stream, view, epoch, lane, lanes):
    """Drop each point whose uniform deviate is at most `fraction`; each lane handles its own points.

    Parameters
    ----------
    ivar : float32 (n,), in place
    fraction : float32
    index : int32 (n,)
        Number of each point in its curve, from which its deviate follows.
    key, stream, view, epoch : int
        The rest of the address of the random numbers.
    """
    for j in range(lane, len(ivar), lanes):
        ivar[j] = ivar[j] if uniform_at(index[j], key, stream, view, epoch) > fraction else ZERO


@stage
def drop_bands(ivar, band, lost, lane, lanes):
    """Drop every point in some bands; each lane handles its own points.

    Parameters
    ----------
    ivar : float32 (n,), in place
    band : int8 (n,)
    lost : int64
        Bit b is set if band b is dropped.
    """
    for j in range(lane, len(ivar), lanes):
        ivar[j] = ZERO if (lost >> np.int64(band[j])) & np.int64(1) else ivar[j]


@njit(cache=True, nogil=True)
def bands_present(band, ivar, offsets):
    """Return in which bands each curve has a good point.

    Parameters
    ----------
    band : int8 (S,)
    ivar : float32 (S,)
        Of all curves, one after the other.
    offsets : int64 (N + 1,)
        Points of curve i are ``offsets[i]`` to ``offsets[i + 1] - 1``.

    Returns
    -------
    int64 (N,)
        Bit b is set if there is a good point in band b.
    """
    out = np.zeros(len(offsets) - 1, np.int64)
    for i in range(len(out)):
        own_band, own_ivar = band[offsets[i] : offsets[i + 1]], ivar[offsets[i] : offsets[i + 1]]
        found = np.int64(0)
        for j in range(len(own_band)):  # LLVM does not vectorize band[offsets[i] + j]
            found |= np.int64(own_ivar[j] > ZERO) << np.int64(own_band[j])
        out[i] = found
    return out

"""When a light curve's points could have been taken: what seasons, nights, weather, Moon and gaps leave of them.

A lost point has ivar 0. Whatever belongs to a night is addressed by the number of the night, so that all
points of one night share its fate.
"""

import math

import numpy as np
from numba import njit, uint32, uint64

from .curve_layout import MONTH
from .elementary import floor32, log32, turn32
from .lanes import stage
from .philox import philox4x32, unit_interval

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
EIGHTH = np.uint32(1 << 29)  # of a turn, where turn32 begins
HALF = np.float32(0.5)


@stage
def place(x, flux, ivar, band, stretch, reference, shift, now, lane, lanes):
    """Copy one curve into the work space, with its times [day] moved."""
    time, own_flux, own_ivar, own_band = now
    first = x[0] + reference
    for j in range(lane, len(x), lanes):
        time[j] = reference + stretch * (x[j] - first) + shift
    for j in range(lane, len(x), lanes):
        own_flux[j] = flux[j]
        own_ivar[j] = ivar[j]
        own_band[j] = band[j]


@stage
def lose_outside(time, ivar, start, stop, lane, lanes):
    """Lose the points before `start` and after `stop`."""
    for j in range(lane, len(time), lanes):
        ivar[j] = ivar[j] if time[j] >= start and time[j] <= stop else ZERO


@stage
def lose_inside(time, ivar, start, stop, lane, lanes):
    """Lose the points between `start` and `stop`."""
    for j in range(lane, len(time), lanes):
        ivar[j] = ivar[j] if time[j] < start or time[j] > stop else ZERO


@stage
def distance(time, period, inverse, centre):
    """Days between a time and the nearest middle of a cycle."""
    u = (np.float32(time) - centre) * inverse
    return abs(u - np.float32(floor32(u + HALF))) * period


@stage
def keep_cycle(time, ivar, period, centre, half, lane, lanes):
    """Keep what is within `half` of the middle of a cycle: seasons of a year, nights of a day."""
    inverse = ONE / period
    for j in range(lane, len(time), lanes):
        ivar[j] = ivar[j] if distance(time[j], period, inverse, centre) <= half else ZERO


@stage
def lose_cycle(time, ivar, period, centre, half, lane, lanes):
    """Lose what is within `half` of the middle of a cycle: downlinks, full moons."""
    inverse = ONE / period
    for j in range(lane, len(time), lanes):
        ivar[j] = ivar[j] if distance(time[j], period, inverse, centre) > half else ZERO


@stage
def night_of(time, centre):
    """The number of the night that a time belongs to."""
    return floor32(np.float32(time) - centre + HALF)


@stage
def normal_of(number, key, stream, view, epoch):
    """The standard normal deviate that belongs to a numbered thing: a night, a quarter, a spell of weather."""
    a, b, _, _ = philox4x32(uint32(number), stream, view, epoch, uint32(key), uint32(uint64(key) >> uint64(32)))
    cosine, _ = turn32(b)
    return math.sqrt(np.float32(-2.0) * log32(unit_interval(a))) * cosine


@stage
def uniform_of(number, key, stream, view, epoch):
    """The uniform deviate in (0, 1] that belongs to a numbered thing."""
    a, _, _, _ = philox4x32(uint32(number), stream, view, epoch, uint32(key), uint32(uint64(key) >> uint64(32)))
    return unit_interval(a)


@stage
def lose_weather(time, ivar, limit, spell, centre, knots, lane, lanes):
    """Lose the nights whose weather is above `limit`: a standard normal deviate, by lines between knots a `spell` apart.

    The knots are used again where a curve is longer than they reach.
    """
    inverse = ONE / max(spell, ONE)
    last = np.int32(len(knots) - 1)  # their number is a power of two
    for j in range(lane, len(time), lanes):
        if ivar[j] > ZERO:
            u = np.float32(night_of(time[j], centre)) * inverse
            knot = floor32(u)
            part = u - np.float32(knot)
            rest = ONE - part
            sky = rest * knots[knot & last] + part * knots[(knot + np.int32(1)) & last]
            seen = sky <= limit * math.sqrt(rest * rest + part * part)
            ivar[j] *= ONE if seen else ZERO  # a branch here could not be predicted


@stage
def lose_moon(time, ivar, fraction, full, centre, key, stream, view, epoch, lane, lanes):
    """Lose nights with probability `fraction` times the lit part of the Moon; `full` is the time of a full moon."""
    inverse = np.float32(1.0 / MONTH)
    for j in range(lane, len(time), lanes):
        night = night_of(time[j], centre)
        u = (np.float32(night) + centre - full) * inverse
        turn = np.int64((u - np.float32(floor32(u))) * np.float32(4294967040.0))
        cosine, _ = turn32(uint32(uint32(turn) + EIGHTH))
        lit = HALF * (ONE + cosine)
        lost = uniform_of(night, key, stream, view, epoch) <= fraction * lit
        ivar[j] = ZERO if lost else ivar[j]


@stage
def lose_points(ivar, fraction, uniform, lane, lanes):
    """Lose each point whose uniform deviate is at most `fraction`."""
    for j in range(lane, len(ivar), lanes):
        ivar[j] = ivar[j] if uniform[j] > fraction else ZERO


@stage
def lose_bands(ivar, band, lost, lane, lanes):
    """Lose every point in the bands of the bit set `lost`."""
    for j in range(lane, len(ivar), lanes):
        ivar[j] = ZERO if (lost >> np.int64(band[j])) & np.int64(1) else ivar[j]


@njit(cache=True, nogil=True)
def bands_present(band, ivar, offsets):
    """For each curve the bit set of the bands in which it has a good point, int64 (N,)."""
    out = np.zeros(len(offsets) - 1, np.int64)
    for i in range(len(out)):
        found = np.int64(0)
        for j in range(offsets[i], offsets[i + 1]):
            found |= (np.int64(1) << np.int64(band[j])) if ivar[j] > ZERO else np.int64(0)
        out[i] = found
    return out

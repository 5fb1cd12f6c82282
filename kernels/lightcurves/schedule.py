"""Decide when a light curve is seen.

It is moved in time or put on the epochs of another survey, and points that could not be observed are dropped: first by what
costs little for each point. The points that are left are moved together before the nights and points that are lost at random.
"""

import numpy as np

from .. import streams
from ..lanes import row, stage
from ..philox import fill_normal, fill_uniform
from . import layout
from .cadence import (
    drop_bands,
    drop_between,
    drop_cloudy,
    drop_cycle,
    drop_moonlit,
    drop_points,
    keep_between,
    keep_cycle,
    place,
)
from .compress import compress
from .visits import Wanted, count_visits, visit

FEWEST_SPELLS = 64  # knots of the weather, a power of two
HALF = np.float32(0.5)


@row
def schedule(x, flux, ivar, band, params, tables, work, lane, lanes, barrier):
    """Write times and ivar of a curve into ``work.now``, moved in time, or put on the epochs of another survey.

    Parameters
    ----------
    x : float64 (n,)
        Times as they come in, ascending [day].
    flux, ivar : float32 (n,)
    band : int8 (n,)
    params : float64 (K,)
    tables : Tables
    work : Scratch

    Returns
    -------
    int, float32, int8
        Number of points; their flux, and their bands.
    """
    now, number = work.now, len(x)
    own_flux, own_band = flux, band
    stretch, reference, shift = params[layout.STRETCH], params[layout.REFERENCE], params[layout.SHIFT]
    if params[layout.VISITS] > 0.0:
        ends = (
            reference + stretch * (x[0] - x[0] - reference) + shift,
            reference + stretch * (x[number - 1] - x[0] - reference) + shift,
        )
        low, high = min(ends[0], ends[1]), max(ends[0], ends[1])
        number = count_visits(low, high, tables.cycle, len(tables.visit_time), len(now.time))
        wanted = Wanted(
            stretch,
            reference,
            shift,
            params[layout.VISIT_PHASE],
            params[layout.VISIT_REACH],
            int(params[layout.VISIT_METHOD]),
        )
        visit(x, flux, ivar, band, wanted, tables, low, number, now, lane, lanes)
        own_flux, own_band = now.flux, now.band
    else:
        place(x, ivar, stretch, reference, shift, now.time, now.ivar, lane, lanes)
    return number, own_flux, own_band


@row
def drop_unseen(time, flux, ivar, band, params, key, view, epoch, work, lane, lanes, barrier):
    """Write the points that could be observed into ``work.then``, and the index that each had into ``work.numbers.origin``.

    Points that are lost at random are still there, with ivar 0.

    Parameters
    ----------
    time : float64 (n,)
        Days from the first point of the object, in order, or in reverse order.
    flux : float32 (n,)
    ivar : float32 (n,), in place
    band : int8 (n,)
    params : float64 (K,)
    key, view, epoch : int
        Address of the random numbers.
    work : Scratch
        Overwritten.

    Returns
    -------
    int
        Number of points in ``work.then``.
    """
    then, index = work.then, work.numbers.origin
    drop_by_time(time, ivar, band, params, lane, lanes)
    number = compress(time, flux, ivar, band, index, work.numbers.counts, then, lane, lanes, barrier)
    drop_at_random(
        then.time[:number], then.ivar[:number], index, time[0], time[len(time) - 1], params, key, view, epoch, work,
        lane, lanes, barrier,
    )  # fmt: skip
    return number


@stage
def drop_by_time(time, ivar, band, params, lane, lanes):
    """Drop the points outside windows, seasons and nights, in gaps and in dropped bands; each lane handles its own points."""
    night = np.float32(params[layout.NIGHT_CENTER])
    if params[layout.WINDOW_START] > -np.inf or params[layout.WINDOW_STOP] < np.inf:
        keep_between(time, ivar, params[layout.WINDOW_START], params[layout.WINDOW_STOP], lane, lanes)
    if params[layout.SEASON_LENGTH] < np.inf:
        half = HALF * np.float32(params[layout.SEASON_LENGTH])
        keep_cycle(time, ivar, np.float32(layout.YEAR), np.float32(params[layout.SEASON_CENTER]), half, lane, lanes)
    if params[layout.NIGHT_LENGTH] < np.inf:
        keep_cycle(
            time, ivar, np.float32(layout.DAY), night, HALF * np.float32(params[layout.NIGHT_LENGTH]), lane, lanes
        )
    if params[layout.GAP_EVERY] > 0.0:
        half = HALF * np.float32(params[layout.GAP_LENGTH])
        drop_cycle(
            time, ivar, np.float32(params[layout.GAP_EVERY]), np.float32(params[layout.GAP_CENTER]), half, lane, lanes
        )
    if params[layout.DROPPED_BANDS] > 0.0:
        drop_bands(ivar, band, np.int64(params[layout.DROPPED_BANDS]), lane, lanes)


@row
def drop_at_random(time, ivar, index, first, last, params, key, view, epoch, work, lane, lanes, barrier):
    """Drop nights with bad weather or a bright Moon, runs of days, and single points.

    Parameters
    ----------
    time : float64 (n,)
        [day]
    ivar : float32 (n,), in place
    index : int32 (n or more,)
        Number of each point in its curve.
    first, last : float64
        Times of the first and of the last point of the whole curve [day].
    params : float64 (K,)
    key, view, epoch : int
        Address of the random numbers.
    work : Scratch
        Overwritten but for ``then`` and the times of ``now``.
    """
    knots, deviates = work.rows[1], work.rows[2]
    night, span = np.float32(params[layout.NIGHT_CENTER]), abs(last - first)
    if params[layout.WEATHER] < np.inf:
        limit, spell = np.float32(params[layout.WEATHER]), np.float32(params[layout.WEATHER_SPELL])
        needed = span / max(params[layout.WEATHER_SPELL], 1.0) + 2.0
        spells = FEWEST_SPELLS
        while spells < min(needed, layout.MOST_SPELLS):
            spells *= 2
        fill_normal(knots, spells, key, streams.WEATHER_SPELLS, view, epoch, lane, lanes)
        barrier()
        places, low, high = work.numbers.keys, work.now.flux, work.now.ivar
        drop_cloudy(time, ivar, limit, spell, night, knots[:spells], places, low, high, lane, lanes)
    if params[layout.MOON] > 0.0:
        fraction, full = np.float32(params[layout.MOON]), np.float32(params[layout.MOON_CENTER])
        drop_moonlit(time, ivar, fraction, full, night, key, streams.MOONLIT_NIGHTS, view, epoch, lane, lanes)
    if params[layout.DROPPED_RUNS] > 0.0:
        runs = min(int(params[layout.DROPPED_RUNS]), layout.MOST_RUNS)
        fill_uniform(deviates, runs, key, streams.DROPPED_DAYS, view, epoch, lane, lanes)
        barrier()
        low, length = min(first, last), params[layout.DROPPED_LENGTH]
        for r in range(runs):
            start = low + np.float64(deviates[r]) * (span + length) - length
            drop_between(time, ivar, start, start + length, lane, lanes)
    if params[layout.DROPPED_FRACTION] > 0.0:
        fraction = np.float32(params[layout.DROPPED_FRACTION])
        drop_points(ivar, fraction, index, key, streams.DROPPED_POINTS, view, epoch, lane, lanes)
    barrier()

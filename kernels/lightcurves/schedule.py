"""Decide when a light curve is seen.

It is moved in time or put on the epochs of another survey, and points that could not be observed are dropped.
"""

import numpy as np

from .. import streams
from ..lanes import row
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
from .visits import Wanted, count_visits, visit

FEWEST_SPELLS = 64  # knots of the weather, a power of two
HALF = np.float32(0.5)


@row
def schedule(x, flux, ivar, band, params, tables, work, lane, lanes, barrier):
    """Move a curve in time, or put it on the epochs of another survey, and write it to ``work.now``.

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
    int
        Number of points.
    """
    now, n = work.now, len(x)
    stretch, reference, shift = params[layout.STRETCH], params[layout.REFERENCE], params[layout.SHIFT]
    if params[layout.VISITS] > 0.0:
        ends = (
            reference + stretch * (x[0] - x[0] - reference) + shift,
            reference + stretch * (x[n - 1] - x[0] - reference) + shift,
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
    else:
        number = n
        place(x, flux, ivar, band, stretch, reference, shift, now, lane, lanes)
    barrier()
    return number


@row
def drop_unseen(time, ivar, band, params, key, view, epoch, deviates, knots, lane, lanes, barrier):
    """Drop the points of one curve that could not be observed.

    Parameters
    ----------
    time : float64 (n,)
        Days from the first point of the object, in order, or in reverse order.
    ivar : float32 (n,), in place
    band : int8 (n,)
    params : float64 (K,)
    key, view, epoch : int
        Address of the random numbers.
    deviates, knots : float32, work space
        Room for n numbers, and for ``MOST_SPELLS``.
    """
    n = len(time)
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
    if params[layout.WEATHER] < np.inf:
        limit, spell = np.float32(params[layout.WEATHER]), np.float32(params[layout.WEATHER_SPELL])
        needed = abs(time[n - 1] - time[0]) / max(params[layout.WEATHER_SPELL], 1.0) + 2.0
        spells = FEWEST_SPELLS
        while spells < min(needed, layout.MOST_SPELLS):
            spells *= 2
        fill_normal(knots, spells, key, streams.WEATHER_SPELLS, view, epoch, lane, lanes)
        barrier()
        drop_cloudy(time, ivar, limit, spell, night, knots[:spells], lane, lanes)
    if params[layout.MOON] > 0.0:
        full = np.float32(params[layout.MOON_CENTER])
        drop_moonlit(
            time,
            ivar,
            np.float32(params[layout.MOON]),
            full,
            night,
            key,
            streams.MOONLIT_NIGHTS,
            view,
            epoch,
            lane,
            lanes,
        )
    if params[layout.GAP_EVERY] > 0.0:
        half = HALF * np.float32(params[layout.GAP_LENGTH])
        drop_cycle(
            time, ivar, np.float32(params[layout.GAP_EVERY]), np.float32(params[layout.GAP_CENTER]), half, lane, lanes
        )
    if params[layout.DROPPED_BANDS] > 0.0:
        drop_bands(ivar, band, np.int64(params[layout.DROPPED_BANDS]), lane, lanes)
    if params[layout.DROPPED_RUNS] > 0.0:
        runs = min(int(params[layout.DROPPED_RUNS]), layout.MOST_RUNS)
        fill_uniform(deviates, runs, key, streams.DROPPED_DAYS, view, epoch, lane, lanes)
        barrier()
        low, length = min(time[0], time[n - 1]), params[layout.DROPPED_LENGTH]
        span = abs(time[n - 1] - time[0])
        for r in range(runs):
            start = low + np.float64(deviates[r]) * (span + length) - length
            drop_between(time, ivar, start, start + length, lane, lanes)
        barrier()  # deviates may be filled again below
    if params[layout.DROPPED_FRACTION] > 0.0:
        fill_uniform(deviates, n, key, streams.DROPPED_POINTS, view, epoch, lane, lanes)
        barrier()
        drop_points(ivar, np.float32(params[layout.DROPPED_FRACTION]), deviates, lane, lanes)
    barrier()

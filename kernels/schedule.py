"""When one light curve is seen: moved in time, put on other epochs, and without what could not have been taken."""

import numpy as np

from .cadence import (
    keep_cycle,
    lose_bands,
    lose_cycle,
    lose_inside,
    lose_moon,
    lose_outside,
    lose_points,
    lose_weather,
    place,
)
from .curve_layout import (
    BANDS_LOST,
    DAY,
    GAP_CENTRE,
    GAP_EVERY,
    GAP_LENGTH,
    LOST_LENGTH,
    LOST_RUNS,
    LOST_STREAM,
    MOON,
    MOON_CENTRE,
    MOON_STREAM,
    MOST_SPELLS,
    NIGHT_CENTRE,
    NIGHT_LENGTH,
    REFERENCE,
    SEASON_CENTRE,
    SEASON_LENGTH,
    SHIFT,
    STRETCH,
    THIN,
    THIN_STREAM,
    VISIT_METHOD,
    VISIT_PHASE,
    VISIT_REACH,
    VISITS,
    WEATHER,
    WEATHER_SPELL,
    WEATHER_STREAM,
    WINDOW_START,
    WINDOW_STOP,
    YEAR,
)
from .lanes import row
from .layout import MOST_RUNS
from .philox import fill_normal, fill_uniform
from .visits import count_visits, visit

FEWEST_SPELLS = 64
HALF = np.float32(0.5)


@row
def schedule(x, flux, ivar, band, draw, tables, work, lane, lanes, barrier):
    """Move the curve in time, and put it on the epochs of another survey if wanted; the number of points."""
    now = work[0]
    n = len(x)
    stretch, reference, shift = draw[STRETCH], draw[REFERENCE], draw[SHIFT]
    if draw[VISITS] > 0.0:
        ends = (
            reference + stretch * (x[0] - x[0] - reference) + shift,
            reference + stretch * (x[n - 1] - x[0] - reference) + shift,
        )
        low, high = min(ends[0], ends[1]), max(ends[0], ends[1])
        number = count_visits(low, high, tables.cycle, len(tables.visit_time), len(now[0]))
        wanted = (stretch, reference, shift, draw[VISIT_PHASE], draw[VISIT_REACH], int(draw[VISIT_METHOD]))
        visit(x, flux, ivar, band, wanted, tables, low, number, now, lane, lanes)
    else:
        number = n
        place(x, flux, ivar, band, stretch, reference, shift, (now[0], now[1], now[2], now[3]), lane, lanes)
    barrier()
    return number


@row
def lose_times(time, ivar, band, draw, key, view, epoch, deviates, knots, lane, lanes, barrier):
    """Lose the points that could not have been taken."""
    n = len(time)
    night = np.float32(draw[NIGHT_CENTRE])
    if draw[WINDOW_START] > -np.inf or draw[WINDOW_STOP] < np.inf:
        lose_outside(time, ivar, draw[WINDOW_START], draw[WINDOW_STOP], lane, lanes)
    if draw[SEASON_LENGTH] < np.inf:
        half = HALF * np.float32(draw[SEASON_LENGTH])
        keep_cycle(time, ivar, np.float32(YEAR), np.float32(draw[SEASON_CENTRE]), half, lane, lanes)
    if draw[NIGHT_LENGTH] < np.inf:
        keep_cycle(time, ivar, np.float32(DAY), night, HALF * np.float32(draw[NIGHT_LENGTH]), lane, lanes)
    if draw[WEATHER] < np.inf:
        limit, spell = np.float32(draw[WEATHER]), np.float32(draw[WEATHER_SPELL])
        needed = abs(time[n - 1] - time[0]) / max(draw[WEATHER_SPELL], 1.0) + 2.0
        spells = FEWEST_SPELLS
        while spells < min(needed, MOST_SPELLS):
            spells *= 2
        fill_normal(knots, spells, key, WEATHER_STREAM, view, epoch, lane, lanes)
        barrier()
        lose_weather(time, ivar, limit, spell, night, knots[:spells], lane, lanes)
    if draw[MOON] > 0.0:
        full = np.float32(draw[MOON_CENTRE])
        lose_moon(time, ivar, np.float32(draw[MOON]), full, night, key, MOON_STREAM, view, epoch, lane, lanes)
    if draw[GAP_EVERY] > 0.0:
        half = HALF * np.float32(draw[GAP_LENGTH])
        lose_cycle(time, ivar, np.float32(draw[GAP_EVERY]), np.float32(draw[GAP_CENTRE]), half, lane, lanes)
    if draw[BANDS_LOST] > 0.0:
        lose_bands(ivar, band, np.int64(draw[BANDS_LOST]), lane, lanes)
    if draw[LOST_RUNS] > 0.0:
        runs = min(int(draw[LOST_RUNS]), MOST_RUNS)
        fill_uniform(deviates, runs, key, LOST_STREAM, view, epoch, lane, lanes)
        barrier()
        low, length = min(time[0], time[n - 1]), draw[LOST_LENGTH]
        span = abs(time[n - 1] - time[0])
        for r in range(runs):
            start = low + np.float64(deviates[r]) * (span + length) - length
            lose_inside(time, ivar, start, start + length, lane, lanes)
        barrier()
    if draw[THIN] > 0.0:
        fill_uniform(deviates, n, key, THIN_STREAM, view, epoch, lane, lanes)
        barrier()
        lose_points(ivar, np.float32(draw[THIN]), deviates, lane, lanes)
    barrier()

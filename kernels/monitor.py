"""One light curve, observed again: every step from the source to a packed row, in one pass.

What decides *when* a point could be taken works on all points of the curve. Then at most L of them are packed
into the row, and what decides what is *measured* there works on the row. A view is described by one row of numbers,
the draw; see :mod:`curve_layout`.
"""

import numpy as np
from numba import njit

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
    AMPLIFY,
    BAND_STREAM,
    BANDS_LOST,
    BIN_PHASE,
    BIN_WIDTH,
    CURVATURE,
    DAY,
    DEPTH,
    DEPTH_FLOOR,
    DEPTH_SCATTER,
    DEPTH_SKY,
    DEPTH_STREAM,
    DETECTION,
    DETECTION_STREAM,
    FLARE_DECAY,
    FLARE_STREAM,
    FLARE_STRENGTH,
    FLARES,
    FLUX_SCALE,
    FOLD,
    FOLD_PHASE,
    GAP_CENTRE,
    GAP_EVERY,
    GAP_LENGTH,
    JUMP,
    JUMP_CENTRE,
    JUMP_EVERY,
    JUMP_STREAM,
    LOST_LENGTH,
    LOST_RUNS,
    LOST_STREAM,
    MOON,
    MOON_CENTRE,
    MOON_STREAM,
    MOST_BANDS,
    MOST_FLARES,
    MOST_SPELLS,
    MOST_STEPS,
    NIGHT_CENTRE,
    NIGHT_LENGTH,
    NIGHT_STREAM,
    NORMALIZE,
    NORMALIZE_BAND,
    ORIGIN,
    OUTLIER_SIZE,
    OUTLIER_STREAM,
    OUTLIERS,
    PACK,
    PACK_POSITION,
    PACK_STREAM,
    REFERENCE,
    SATURATION,
    SEASON_CENTRE,
    SEASON_LENGTH,
    SHIFT,
    SLOPE,
    SOFTENING,
    STRETCH,
    THIN,
    THIN_STREAM,
    UNDETECTED,
    VISIT_METHOD,
    VISIT_PHASE,
    VISIT_REACH,
    VISITS,
    WALK,
    WALK_LENGTH,
    WALK_STREAM,
    WEATHER,
    WEATHER_SPELL,
    WEATHER_STREAM,
    WINDOW_START,
    WINDOW_STOP,
    YEAR,
    ZERO_MAGNITUDE,
    ZERO_POINT,
)
from .depth import deepen, fill, lose_undetected, saturate, times_table, vary_by_night
from .elementary import log32
from .lanes import no_barrier, row
from .layout import MOST_RUNS
from .level import PART, blank, level_row, medians_of
from .pack import choose, gather, sort_by_time
from .philox import TILE, fill_normal, fill_uniform
from .response import clear, multiply
from .systematics import (
    add_flare,
    add_jumps,
    add_outliers,
    add_trend,
    add_walk,
    add_zero_points,
    pull_from_median,
    scale,
    sum_steps,
)
from .visits import bin_points, copy_points, count_visits, visit

FEWEST_SPELLS = 64
ZERO = np.float32(0.0)
ONE = np.float32(1.0)
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


@row
def disturb(draw, bands, key, view, epoch, work, when, out, lane, lanes, barrier):
    """Change the source's light, then add what a camera and a calibration do to it."""
    _, _, rows, integers, levels = work
    flux, ivar, band = out
    deviates, log_factor = rows[1], rows[2][: len(flux)]
    order = (integers[0], integers[1], integers[3], integers[4], integers[5])
    if draw[FLUX_SCALE] != 1.0:
        scale(flux, ivar, np.float32(draw[FLUX_SCALE]), lane, lanes)
    if draw[AMPLIFY] != 1.0:
        medians_of(flux, ivar, band, bands, False, levels[0], order, lane, lanes, barrier)
        pull_from_median(flux, ivar, band, np.float32(draw[AMPLIFY]), levels[0], lane, lanes)
    if draw[FLARES] > 0.0:
        flares = min(int(draw[FLARES]), MOST_FLARES)
        medians_of(flux, ivar, band, bands, True, levels[0], order, lane, lanes, barrier)
        size = abs(levels[0][0])
        fill_uniform(deviates, 2 * flares, key, FLARE_STREAM, view, epoch, lane, lanes)
        barrier()
        for k in range(flares):
            start = when[0] + deviates[2 * k] * (when[len(when) - 1] - when[0])
            height = -np.float32(draw[FLARE_STRENGTH]) * size * log32(deviates[2 * k + 1])
            add_flare(flux, ivar, when, start, height, np.float32(draw[FLARE_DECAY]), lane, lanes)
    barrier()
    clear(log_factor, lane, lanes)
    used = False
    if draw[ZERO_POINT] > 0.0:
        used = True
        fill_normal(deviates, bands, key, BAND_STREAM, view, epoch, lane, lanes)
        barrier()
        add_zero_points(log_factor, band, np.float32(draw[ZERO_POINT]), deviates, lane, lanes)
    if draw[JUMP] > 0.0:
        used = True
        every, centre = np.float32(draw[JUMP_EVERY]), np.float32(draw[JUMP_CENTRE])
        rms = np.float32(draw[JUMP])
        add_jumps(log_factor, when, rms, every, centre, key, JUMP_STREAM, view, epoch, lane, lanes)
    if draw[SLOPE] != 0.0 or draw[CURVATURE] != 0.0:
        used = True
        slope, curvature = np.float32(draw[SLOPE]), np.float32(draw[CURVATURE])
        add_trend(log_factor, when, when[0], when[len(when) - 1], slope, curvature, lane, lanes)
    if draw[WALK] > 0.0:
        used = True
        length = max(np.float32(draw[WALK_LENGTH]), (when[len(when) - 1] - when[0]) / np.float32(MOST_STEPS - 2))
        steps = min(int((when[len(when) - 1] - when[0]) / max(length, np.float32(1e-6))) + 2, MOST_STEPS)
        barrier()
        fill_normal(deviates, steps, key, WALK_STREAM, view, epoch, lane, lanes)
        barrier()
        sum_steps(deviates, steps, lane)
        barrier()
        add_walk(log_factor, when, when[0], np.float32(draw[WALK]), length, deviates, steps, lane, lanes)
    barrier()
    if used:
        multiply(log_factor, flux, ivar, lane, lanes)
        barrier()


@row
def measure(draw, tables, key, view, epoch, work, when, out, lane, lanes, barrier):
    """Noise to the wanted depth, outliers, and what is too bright or too faint."""
    _, _, rows, _, _ = work
    flux, ivar, band = out
    deviates, limit = rows[1], rows[2][: len(flux)]
    if draw[SATURATION] < np.inf:
        saturate(flux, ivar, band, tables.saturated, np.float32(draw[SATURATION]), lane, lanes)
    if draw[DEPTH] < np.inf:
        fill_normal(deviates, len(flux), key, DEPTH_STREAM, view, epoch, lane, lanes)
        if draw[DEPTH_SCATTER] > 0.0:
            scatter, night = np.float32(draw[DEPTH_SCATTER]), np.float32(draw[NIGHT_CENTRE])
            vary_by_night(limit, scatter, when, night, key, NIGHT_STREAM, view, epoch, lane, lanes)
        else:
            fill(limit, ONE, lane, lanes)
        times_table(limit, band, tables.five_sigma, np.float32(draw[DEPTH]), lane, lanes)
        barrier()
        deepen(flux, ivar, limit, np.float32(draw[DEPTH_SKY]), np.float32(draw[DEPTH_FLOOR]), deviates, lane, lanes)
        barrier()
    if draw[OUTLIERS] > 0.0:
        fill_uniform(deviates, len(flux), key, OUTLIER_STREAM, view, epoch, lane, lanes)
        barrier()
        add_outliers(flux, ivar, np.float32(draw[OUTLIERS]), np.float32(draw[OUTLIER_SIZE]), deviates, lane, lanes)
        barrier()
    if draw[DETECTION] > 0.0:
        fill_uniform(deviates, len(flux), key, DETECTION_STREAM, view, epoch, lane, lanes)
        barrier()
        snr, kept = np.float32(draw[DETECTION]), np.float32(draw[UNDETECTED])
        lose_undetected(flux, ivar, snr, kept, deviates, lane, lanes)
    barrier()


@row
def monitor_row(x, flux, ivar, band, bands, draw, tables, key, view, epoch, work, outputs, lane, lanes, barrier):
    """Write one view of one light curve into `outputs`: time, flux, ivar (float32, L) and band (int8, L)."""
    now, then, rows, integers, levels = work
    keys, places, slots, starts, in_band, counts = integers
    out_time, out_flux, out_ivar, out_band = outputs
    number = schedule(x, flux, ivar, band, draw, tables, work, lane, lanes, barrier)
    time, good = now[0][:number], now[2][:number]
    lose_times(time, good, now[3][:number], draw, key, view, epoch, then[1], rows[1], lane, lanes, barrier)
    if draw[BIN_WIDTH] > 0.0:
        bin_points(now, number, draw[BIN_WIDTH], draw[BIN_PHASE], then, lane, lanes)
        barrier()
        copy_points(number, then, now, lane, lanes)
        barrier()
    chosen = choose(
        now, number, bands, int(draw[PACK]), draw[PACK_POSITION], key, PACK_STREAM, view, epoch, integers, lane, lanes,
        barrier,
    )  # fmt: skip
    when = rows[0][: len(out_time)]
    gather(now, slots, chosen, draw[ORIGIN], draw[FOLD], draw[FOLD_PHASE], when, outputs, lane, lanes)
    barrier()
    if chosen > 0:
        if draw[STRETCH] < 0.0:  # the row's own times must rise for what follows
            sort_by_time(
                (when, out_flux, out_ivar, out_band), out_time, chosen, slots, rows[2], then[3], lane, lanes, barrier
            )
        out = (out_flux[:chosen], out_ivar[:chosen], out_band[:chosen])
        disturb(draw, bands, key, view, epoch, work, when[:chosen], out, lane, lanes, barrier)
        measure(draw, tables, key, view, epoch, work, when[:chosen], out, lane, lanes, barrier)
        if draw[NORMALIZE] > 0.0:
            level_row(
                out[0], out[1], out[2], bands, int(draw[NORMALIZE]), int(draw[NORMALIZE_BAND]),
                np.float32(draw[SOFTENING]), np.float32(draw[ZERO_MAGNITUDE]), levels[0], levels[1],
                (keys, places, starts, in_band, counts), lane, lanes, barrier,
            )  # fmt: skip
        if draw[FOLD] > 0.0:
            sort_by_time(outputs, when, chosen, slots, rows[2], then[3], lane, lanes, barrier)
    blank(out_time, out_flux, out_ivar, out_band, lane, lanes)


@njit(nogil=True)
def padded_points(most, length):
    """Room for a curve of `most` points, and for whole tiles of random numbers."""
    return (max(most, length + 1, MOST_BANDS) + TILE - 1) // TILE * TILE


@njit(nogil=True)
def padded_row(length):
    """Room for a row of `length` and for what else is kept in one."""
    return (max(length, MOST_STEPS, MOST_SPELLS, MOST_BANDS, 2 * MOST_FLARES) + TILE - 1) // TILE * TILE


@njit(nogil=True)
def curve_scratch(most, length):
    """Work space of one thread for curves of at most `most` points (or visits), in views of `length`."""
    most, row_length = padded_points(most, length), padded_row(length)
    return (
        (np.empty(most, np.float64), np.empty(most, np.float32), np.empty(most, np.float32), np.empty(most, np.int8)),
        (np.empty(most, np.float64), np.empty(most, np.float32), np.empty(most, np.float32), np.empty(most, np.int8)),
        (np.empty(row_length, np.float32), np.empty(row_length, np.float32), np.empty(row_length, np.float32)),
        (
            np.empty(most + MOST_BANDS * PART, np.int32),
            np.empty(most, np.int32),
            np.empty(length + 1, np.int32),
            np.empty(MOST_BANDS + 1, np.int32),
            np.empty(MOST_BANDS + 1, np.int32),
            np.empty(1, np.int32),
        ),
        (np.empty(2 * MOST_BANDS, np.float32), np.empty(MOST_BANDS, np.float32)),
    )


@njit(cache=True, nogil=True)
def monitor_rows(samples, offsets, bands, draw, tables, keys, epoch, most, first, last, outputs):
    """Views of light curves ``first`` to ``last - 1`` of a ragged batch.

    Parameters
    ----------
    samples : (x, flux, ivar, band)
        float64 [day], float32, float32, int8, (offsets[-1],) each.
    offsets : int64 (N + 1,)
    bands : int
        How many bands there are.
    draw : float64 (N, V, K)
        Columns as in :mod:`curve_layout`.
    tables : CurveTables
    keys : uint64 (N,)
    epoch : int
    most : int
        Room for points: that of the longest curve, or of the visits it may get.
    first, last : int
    outputs : (time, flux, ivar, band), out
        float32, float32, float32, int8, (N, V, L) each.
    """
    x, flux, ivar, band = samples
    out_time, out_flux, out_ivar, out_band = outputs
    work = curve_scratch(most, out_flux.shape[2])
    for i in range(first, last):
        a, b = offsets[i], offsets[i + 1]
        for view in range(draw.shape[1]):
            monitor_row(
                x[a:b], flux[a:b], ivar[a:b], band[a:b], bands, draw[i, view], tables, keys[i], view, epoch, work,
                (out_time[i, view], out_flux[i, view], out_ivar[i, view], out_band[i, view]), 0, 1, no_barrier,
            )  # fmt: skip

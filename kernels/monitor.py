"""One light curve, observed again: every step from the source to a packed row, in one pass.

What decides *when* a point could be taken works on all points of the curve. Then at most L of them are packed
into the row, and what decides what is *measured* there works on the row. A view is described by one row of numbers,
the draw; see :mod:`curve_layout`.
"""

import numpy as np
from numba import njit

from .curve_layout import (
    BIN_PHASE,
    BIN_WIDTH,
    FOLD,
    FOLD_PHASE,
    MOST_BANDS,
    MOST_FLARES,
    MOST_SPELLS,
    MOST_STEPS,
    NORMALIZE,
    NORMALIZE_BAND,
    ORIGIN,
    PACK,
    PACK_POSITION,
    PACK_STREAM,
    SOFTENING,
    STRETCH,
    ZERO_MAGNITUDE,
)
from .lanes import no_barrier, row
from .level import PART, blank, level_row
from .measure import disturb, measure
from .pack import choose, gather, sort_by_time
from .philox import TILE
from .schedule import lose_times, schedule
from .visits import bin_points, copy_points


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
                (keys, places, starts, in_band, slots, counts), lane, lanes, barrier,
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

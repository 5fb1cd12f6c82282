"""Make views of light curves: all steps from the source to a packed row, in one pass.

The steps that decide when a point is seen work on all points of the curve. Then at most L of them are packed into the row,
and the steps that decide what is measured work on the row. A view is described by its params, one row of numbers, and by the
tables that all views of a composition share (both in :mod:`clrseries.kernels.lightcurves.layout`).
"""

import numpy as np
from numba import njit

from .. import streams
from ..lanes import no_barrier, row
from ..prefetch import fetch_to_write
from . import layout
from .measure import change_light, measure
from .normalize import blank, normalize_row
from .origin import time_of_origin
from .pack import choose, gather, sort_by_time
from .schedule import drop_unseen, schedule
from .scratch import scratch
from .visits import bin_points, copy_points


@row
def observe_row(x, flux, ivar, band, bands, params, tables, key, view, epoch, work, outputs, lane, lanes, barrier):
    """Make one view of one light curve, with all steps in nature's order.

    Parameters
    ----------
    x : float64 (n,)
        Times as they come in, ascending [day].
    flux, ivar : float32 (n,)
    band : int8 (n,)
    bands : int
        Number of bands.
    params : float64 (K,)
    tables : Tables
    key, view, epoch : int
        Address of the random numbers.
    work : Scratch
    outputs : (time, flux, ivar, band), out
        float32, float32, float32, int8, (L,) each.
    """
    now, then, rows, numbers = work.now, work.then, work.rows, work.numbers
    slots = numbers.slots
    out_time, out_flux, out_ivar, out_band = outputs
    number, own_flux, own_band = schedule(x, flux, ivar, band, params, tables, work, lane, lanes, barrier)
    time, own_ivar = now.time[:number], now.ivar[:number]
    number = drop_unseen(time, own_flux, own_ivar, own_band, params, key, view, epoch, work, lane, lanes, barrier)
    if params[layout.BIN_WIDTH] > 0.0:
        bin_points(then, number, params[layout.BIN_WIDTH], params[layout.BIN_PHASE], now, lane, lanes)
        barrier()
        copy_points(number, now, then, lane, lanes)
    chosen = choose(
        then, number, bands, int(params[layout.PACK]), params[layout.PACK_POSITION], key, streams.PACKED_POINTS, view,
        epoch, numbers, lane, lanes, barrier,
    )  # fmt: skip
    origin = time_of_origin(then, number, int(params[layout.ORIGIN]), numbers.counts, lane, lanes, barrier)
    when = rows[0][: len(out_time)]
    gather(
        then, slots, chosen, origin + params[layout.JITTER], params[layout.FOLD], params[layout.FOLD_PHASE], when, outputs,
        lane, lanes,
    )  # fmt: skip
    barrier()
    if chosen > 0:
        if params[layout.STRETCH] < 0.0:  # time runs backwards, and the steps that follow need ascending `when`
            sort_by_time(
                (when, out_flux, out_ivar, out_band), out_time, chosen, slots, rows[2], now.band, lane, lanes, barrier
            )
        out = (out_flux[:chosen], out_ivar[:chosen], out_band[:chosen])
        change_light(params, bands, key, view, epoch, work, when[:chosen], out, lane, lanes, barrier)
        measure(params, tables, key, view, epoch, work, when[:chosen], out, lane, lanes, barrier)
        if params[layout.NORMALIZE] > 0.0:
            normalize_row(
                out[0], out[1], out[2], bands, int(params[layout.NORMALIZE]), int(params[layout.NORMALIZE_BAND]),
                np.float32(params[layout.SOFTENING]), np.float32(params[layout.ZERO_MAGNITUDE]), work, lane, lanes, barrier,
            )  # fmt: skip
        if params[layout.FOLD] > 0.0:
            sort_by_time(outputs, when, chosen, slots, rows[2], now.band, lane, lanes, barrier)
    blank(out_time, out_flux, out_ivar, out_band, lane, lanes)


@njit(cache=True, nogil=True)
def observe_light_curves(samples, offsets, params, tables, keys, epoch, bands, most, first, last, outputs):
    """Make the views of light curves ``first`` to ``last - 1`` of a ragged batch, on the CPU.

    Parameters
    ----------
    samples : (x, flux, ivar, band)
        float64 [day], float32, float32, int8, (offsets[-1],) each.
    offsets : int64 (N + 1,)
        Points of object i are ``offsets[i]`` to ``offsets[i + 1] - 1``.
    params : float64 (N, V, K)
        Columns as in :mod:`clrseries.kernels.lightcurves.layout`.
    tables : Tables
    keys : uint64 (N,)
        Key of the random numbers of each object, from its name and the seed.
    epoch : int
        Epoch of the training, a part of the address of each random number.
    bands : int
        Number of bands.
    most : int
        Room for points: those of the longest curve, or the epochs that it gets from Visit.
    first, last : int
    outputs : (time, flux, ivar, band), out
        float32, float32, float32, int8, (N, V, L) each.
    """
    x, flux, ivar, band = samples
    out_time, out_flux, out_ivar, out_band = outputs
    work = scratch(most, out_flux.shape[2])
    for i in range(first, last):
        a, b = offsets[i], offsets[i + 1]
        for view in range(params.shape[1]):
            for output in (out_time, out_flux, out_ivar):
                fetch_to_write(output[i, view], 0, output.shape[2])
            fetch_to_write(out_band[i, view], 0, out_band.shape[2])
            observe_row(
                x[a:b], flux[a:b], ivar[a:b], band[a:b], bands, params[i, view], tables, keys[i], view, epoch, work,
                (out_time[i, view], out_flux[i, view], out_ivar[i, view], out_band[i, view]), 0, 1, no_barrier,
            )  # fmt: skip

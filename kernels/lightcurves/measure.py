"""Change the light of the source, then disturb it and add noise, at the points of a packed row.

The row functions here share these arguments: `params` (float64, K), `bands` (number of bands), `tables` (Tables), `key`,
`view` and `epoch` (the address of the random numbers), `work` (Scratch, overwritten but for ``rows[0]``), `when` (float32,
days from the first point of the object, ascending) and `out`, the flux, ivar (float32) and band (int8) of the chosen points.
"""

import numpy as np

from .. import scale, streams
from ..elementary import log32
from ..factor import clear, multiply
from ..lanes import row
from ..philox import fill_normal, fill_uniform
from . import layout
from .calibration import (
    add_flare,
    add_jumps,
    add_outliers,
    add_trend,
    add_walk,
    add_zero_points,
    pull_from_median,
    sum_steps,
)
from .noise import add_noise, drop_undetected, fill, saturate, times_table, vary_by_night
from .normalize import medians_of

ONE = np.float32(1.0)


@row
def change_light(params, bands, key, view, epoch, work, when, out, lane, lanes, barrier):
    """Change the light of the source, and multiply flux by the errors of its calibration.

    Steps: scale, amplitude, flares; then zero points, jumps, trend and random walk in one factor.
    """
    flux, ivar, band = out
    deviates, log_factor = work.rows[1], work.rows[2][: len(flux)]
    numbers, medians = work.numbers, work.medians
    if params[layout.FLUX_SCALE] != 1.0:
        scale.multiply(flux, ivar, np.float32(params[layout.FLUX_SCALE]), lane, lanes)
    if params[layout.AMPLIFY] != 1.0:
        medians_of(flux, ivar, band, bands, False, medians, numbers, lane, lanes, barrier)
        pull_from_median(flux, ivar, band, np.float32(params[layout.AMPLIFY]), medians, lane, lanes)
    if params[layout.FLARES] > 0.0:
        flares = min(int(params[layout.FLARES]), layout.MOST_FLARES)
        medians_of(flux, ivar, band, bands, True, medians, numbers, lane, lanes, barrier)
        size = abs(medians[0])
        fill_uniform(deviates, 2 * flares, key, streams.FLARE_TIMES, view, epoch, lane, lanes)
        barrier()
        for k in range(flares):
            start = when[0] + deviates[2 * k] * (when[len(when) - 1] - when[0])
            height = -np.float32(params[layout.FLARE_STRENGTH]) * size * log32(deviates[2 * k + 1])
            add_flare(flux, ivar, when, start, height, np.float32(params[layout.FLARE_DECAY]), lane, lanes)
    barrier()
    clear(log_factor, lane, lanes)
    used = False
    if params[layout.ZERO_POINT] > 0.0:
        used = True
        fill_normal(deviates, bands, key, streams.ZERO_POINT_BANDS, view, epoch, lane, lanes)
        barrier()
        add_zero_points(log_factor, band, np.float32(params[layout.ZERO_POINT]), deviates, lane, lanes)
    if params[layout.JUMP] > 0.0:
        used = True
        every, center = np.float32(params[layout.JUMP_EVERY]), np.float32(params[layout.JUMP_CENTER])
        rms = np.float32(params[layout.JUMP])
        add_jumps(log_factor, when, rms, every, center, key, streams.JUMP_PARTS, view, epoch, lane, lanes)
    if params[layout.SLOPE] != 0.0 or params[layout.CURVATURE] != 0.0:
        used = True
        slope, curvature = np.float32(params[layout.SLOPE]), np.float32(params[layout.CURVATURE])
        add_trend(log_factor, when, when[0], when[len(when) - 1], slope, curvature, lane, lanes)
    if params[layout.WALK] > 0.0:
        used = True
        length = max(
            np.float32(params[layout.WALK_LENGTH]), (when[len(when) - 1] - when[0]) / np.float32(layout.MOST_STEPS - 2)
        )
        steps = min(int((when[len(when) - 1] - when[0]) / max(length, np.float32(1e-6))) + 2, layout.MOST_STEPS)
        barrier()  # add_zero_points may still read deviates
        fill_normal(deviates, steps, key, streams.WALK_STEPS, view, epoch, lane, lanes)
        barrier()
        sum_steps(deviates, steps, lane)
        barrier()
        add_walk(log_factor, when, when[0], np.float32(params[layout.WALK]), length, deviates, steps, lane, lanes)
    barrier()
    if used:
        multiply(log_factor, flux, ivar, lane, lanes)


@row
def measure(params, tables, key, view, epoch, work, when, out, lane, lanes, barrier):
    """Drop saturated points, add noise and outliers, and drop points that are not detected."""
    flux, ivar, band = out
    deviates, limit = work.rows[1], work.rows[2][: len(flux)]
    if params[layout.SATURATION] < np.inf:
        saturate(flux, ivar, band, tables.saturated, np.float32(params[layout.SATURATION]), lane, lanes)
    if params[layout.NOISE_SCALE] < np.inf:
        fill_normal(deviates, len(flux), key, streams.NOISE_POINTS, view, epoch, lane, lanes)
        if params[layout.NOISE_SCATTER] > 0.0:
            scatter, night = np.float32(params[layout.NOISE_SCATTER]), np.float32(params[layout.NIGHT_CENTER])
            vary_by_night(limit, scatter, when, night, key, streams.NOISE_NIGHTS, view, epoch, lane, lanes)
        else:
            fill(limit, ONE, lane, lanes)
        times_table(limit, band, tables.five_sigma, np.float32(params[layout.NOISE_SCALE]), lane, lanes)
        barrier()
        add_noise(
            flux,
            ivar,
            limit,
            np.float32(params[layout.NOISE_SKY]),
            np.float32(params[layout.NOISE_FLOOR]),
            deviates,
            lane,
            lanes,
        )
        barrier()
    if params[layout.OUTLIERS] > 0.0:
        fill_uniform(deviates, len(flux), key, streams.OUTLIER_POINTS, view, epoch, lane, lanes)
        barrier()
        add_outliers(
            flux,
            ivar,
            np.float32(params[layout.OUTLIERS]),
            np.float32(params[layout.OUTLIER_SIZE]),
            deviates,
            lane,
            lanes,
        )
        barrier()
    if params[layout.DETECTION] > 0.0:
        fill_uniform(deviates, len(flux), key, streams.DETECTED_POINTS, view, epoch, lane, lanes)
        barrier()
        snr, kept = np.float32(params[layout.DETECTION]), np.float32(params[layout.UNDETECTED])
        drop_undetected(flux, ivar, snr, kept, deviates, lane, lanes)

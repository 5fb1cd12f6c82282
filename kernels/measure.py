"""What is measured at the points of a packed row: the source's light changed, disturbed, and noise added to it."""

import numpy as np

from .curve_layout import (
    AMPLIFY,
    BAND_STREAM,
    CURVATURE,
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
    JUMP,
    JUMP_CENTRE,
    JUMP_EVERY,
    JUMP_STREAM,
    MOST_FLARES,
    MOST_STEPS,
    NIGHT_CENTRE,
    NIGHT_STREAM,
    OUTLIER_SIZE,
    OUTLIER_STREAM,
    OUTLIERS,
    SATURATION,
    SLOPE,
    UNDETECTED,
    WALK,
    WALK_LENGTH,
    WALK_STREAM,
    ZERO_POINT,
)
from .depth import deepen, fill, lose_undetected, saturate, times_table, vary_by_night
from .elementary import log32
from .lanes import row
from .level import medians_of
from .philox import fill_normal, fill_uniform
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

ONE = np.float32(1.0)


@row
def disturb(draw, bands, key, view, epoch, work, when, out, lane, lanes, barrier):
    """Change the source's light, then add what a camera and a calibration do to it."""
    _, _, rows, integers, levels = work
    flux, ivar, band = out
    deviates, log_factor = rows[1], rows[2][: len(flux)]
    order = (integers[0], integers[1], integers[3], integers[4], integers[2], integers[5])
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

"""One spectrum, observed again: every step of the forward model in one pass over a row.

A view is described by one row of numbers, the *draw*, and what all views of a composition
share, its :class:`~clrseries.kernels.layout.Tables`. A row stays in the cache of one core, or in the shared memory of one block, from input to output.
"""

import math

import numpy as np
from numba import njit

from .broaden import PAD, STRIP, broaden_row
from .close import close_flux, close_ivar
from .interpolate import CONSERVE, interpolate_sums
from .lanes import no_barrier, row, stage
from .layout import (
    ASINH,
    BASE,
    COSMIC_FLAGGED,
    COSMIC_HITS,
    COSMIC_STREAM,
    COSMIC_STRENGTH,
    CROP_BLUE,
    CROP_RED,
    CUSTOM,
    CUSTOM_STREAM,
    FLUX_SCALE,
    FRINGE_AMPLITUDE,
    FRINGE_CYCLES,
    FRINGE_PHASE,
    LIMB,
    LSF_ANGSTROM2,
    LSF_CURVE,
    LSF_VELOCITY2,
    MASK_FRACTION,
    MASK_LENGTH,
    MASK_RUNS,
    METHOD,
    MOST_HITS,
    MOST_RUNS,
    NOISE_CURVE,
    NOISE_SOURCE,
    NOISE_STREAM,
    NORMALIZE,
    NORMALIZE_FRACTION,
    NORMALIZE_HI,
    NORMALIZE_LO,
    NORMALIZE_WINDOW,
    OFFSET,
    PIXELS_STREAM,
    REST,
    RUNS_STREAM,
    SCATTER,
    SKY,
    SKY_STREAM,
    SNR,
    STRETCH,
    VSINI,
    WARP_AMPLITUDE,
    WARP_LENGTH,
    WARP_PHASE,
    WARP_STREAM,
)
from .masks import mask_pixels, mask_range, mask_runs
from .noise import add_constant, add_cosmic_rays, add_line, add_noise
from .normalize import compress, normalize_row
from .philox import TILE, fill_normal, fill_uniform
from .resample import resample_sums, tile_scratch
from .response import add_curve, add_fringe, add_rest_curve, add_warp, clear, multiply
from .rotate import rotate_sums
from .sums import SUMS, good_mean

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
ROTATION_VARIANCE = np.float32(
    0.25
)  # of the Gaussian that averages noise as a profile with v sin i = 1 does, limb darkening 0.6
TWO_ROOT_PI = np.float32(3.5449077018110318)


@stage
def clear_sums(rows, lane, lanes):
    """Zero the padded sums."""
    for one in rows:
        for j in range(lane, len(one), lanes):
            one[j] = ZERO


@stage
def profile_bounds(draw, tables):
    """Smallest and largest variance of the line-spread function on the grid [pixels^2]."""
    narrowest, widest = ZERO, ZERO
    for i in range(3):
        c = np.float32(draw[LSF_CURVE + i])
        lo, hi = c * tables.lsf_bounds[i, 0], c * tables.lsf_bounds[i, 1]
        narrowest += min(lo, hi)
        widest += max(lo, hi)
    return max(narrowest, ZERO), max(widest, ZERO)


@stage
def added_correlation(gauss, turned):
    """How much more variance two profiles in turn leave than the product of what each leaves, for wide Gaussians."""
    both = gauss * turned
    return max(TWO_ROOT_PI * math.sqrt(both / (gauss + turned)), ONE) if both > ZERO else ONE


@row
def record(x, flux, ivar, draw, tables, work, out_flux, out_ivar, lane, lanes, barrier):
    """From the source to the detector's pixels: shift, resample, rotate, convolve."""
    tile, rows, strip, _, _, _ = work
    pixels = len(out_flux)
    scale = np.float32(draw[FLUX_SCALE])
    narrowest, widest = profile_bounds(draw, tables)
    gauss = np.float32(0.5) * (narrowest + widest)
    vsini = np.float32(draw[VSINI])
    turned = ROTATION_VARIANCE * vsini * vsini * tables.lsf_bounds[1, 1]
    a, b, c = np.float32(draw[LSF_CURVE]), np.float32(draw[LSF_VELOCITY2]), np.float32(draw[LSF_ANGSTROM2])
    clear_sums(rows, lane, lanes)
    barrier()
    inner = (rows[0][PAD : PAD + pixels], rows[1][PAD : PAD + pixels], rows[2][PAD : PAD + pixels])
    method, stretch, offset = int(draw[METHOD]), draw[STRETCH], draw[OFFSET]
    if method == CONSERVE:
        profile = (tables.lsf, a, b, c, turned)
        resample_sums(x, flux, ivar, stretch, offset, tables.edges, profile, tile, inner, lane, lanes, barrier)
    else:
        interpolate_sums(x, flux, ivar, stretch, offset, tables.edges, method, inner, lane, lanes)
        barrier()
    sums = (rows[0], rows[1], rows[2])
    if vsini > ZERO:
        rotate_sums(
            sums, tables.velocities, vsini, np.float32(draw[LIMB]),
            ONE / math.sqrt(tables.lsf_bounds[1, 1]), added_correlation(gauss, turned),
            (rows[3], rows[4], rows[5]), lane, lanes,
        )  # fmt: skip
        barrier()
        sums = (rows[3], rows[4], rows[5])
    if widest > ZERO:
        broaden_row(
            sums, tables.lsf, a, b, c, narrowest, widest, scale, tables.widths, strip, out_flux, out_ivar, lane, lanes
        )
    else:
        close_flux(sums[0][PAD:], sums[1][PAD:], tables.widths, scale, out_flux, lane, lanes)
        close_ivar(sums[0][PAD:], sums[2][PAD:], tables.widths, ONE / (scale * scale), out_ivar, lane, lanes)
    barrier()


@row
def modulate(draw, tables, key, view, epoch, work, flux, ivar, lane, lanes, barrier):
    """Multiply by every smooth curve: dust, tilt, atmosphere, calibration, fringes."""
    _, rows, _, _, _, _ = work
    pixels = len(flux)
    knots, log_factor = rows[0], rows[1][:pixels]
    clear(log_factor, lane, lanes)
    used = False
    curves, rest_curves = len(tables.curves), len(tables.rest_curves)
    for m in range(curves):
        if draw[BASE + m] != 0.0:
            used = True
            add_curve(log_factor, np.float32(draw[BASE + m]), tables.curves[m], lane, lanes)
    for m in range(rest_curves):
        if draw[BASE + curves + m] != 0.0:
            used = True
            add_rest_curve(
                log_factor, np.float32(draw[BASE + curves + m]), tables.rest_curves[m], tables.rest_axis[0],
                tables.rest_axis[1], tables.log_wavelength, np.float32(math.log(draw[REST])), lane, lanes,
            )  # fmt: skip
    if draw[FRINGE_AMPLITUDE] > 0.0:
        used = True
        add_fringe(
            log_factor, np.float32(draw[FRINGE_AMPLITUDE]), np.float32(draw[FRINGE_CYCLES]),
            np.float32(draw[FRINGE_PHASE]), tables.fringe_envelope, tables.inverse_wavelength, lane, lanes,
        )  # fmt: skip
    if draw[WARP_AMPLITUDE] > 0.0:
        used = True
        length = np.float32(max(draw[WARP_LENGTH], 1.0))
        fill_normal(knots, int(np.float32(pixels) / length) + 6, key, WARP_STREAM, view, epoch, lane, lanes)
        barrier()
        # knot by knot: another lane may have written a pixel before
        add_warp(log_factor, np.float32(draw[WARP_AMPLITUDE]), length, np.float32(draw[WARP_PHASE]), knots, lane, lanes)
    if used:
        barrier()
        multiply(log_factor, flux, ivar, lane, lanes)
    barrier()


@row
def detect(draw, tables, key, view, epoch, work, flux, ivar, lane, lanes, barrier):
    """Add what a detector adds: scattered light, sky lines, noise, cosmic rays."""
    _, rows, _, partial, _, _ = work
    pixels, deviates = len(flux), rows[0]
    if draw[SCATTER] == 0.0 and draw[SKY] == 0.0 and draw[SNR] == np.inf and draw[COSMIC_HITS] == 0.0:
        return
    size = abs(good_mean(flux, ivar, 0, pixels, partial, lane, lanes, barrier))
    if draw[SCATTER] != 0.0:
        add_constant(flux, ivar, np.float32(draw[SCATTER]) * size, lane, lanes)
        barrier()
    if draw[SKY] > 0.0:
        fill_normal(deviates, len(tables.lines), key, SKY_STREAM, view, epoch, lane, lanes)
        barrier()
        for i in range(len(tables.lines)):
            height = np.float32(draw[SKY]) * size * deviates[i]
            add_line(flux, ivar, tables.lines[i, 0], tables.lines[i, 1], height, lane, lanes)
            barrier()
    if draw[SNR] < np.inf:
        fill_normal(deviates, pixels, key, NOISE_STREAM, view, epoch, lane, lanes)
        barrier()
        add_noise(
            flux, ivar, size, np.float32(draw[SNR]), np.float32(draw[NOISE_SOURCE]), tables.photon,
            tables.background[int(draw[NOISE_CURVE])], deviates, lane, lanes,
        )  # fmt: skip
        barrier()
    if draw[COSMIC_HITS] > 0.0:
        hits = min(int(draw[COSMIC_HITS]), MOST_HITS, (len(deviates) - TILE) // 4)
        fill_uniform(deviates, 4 * hits, key, COSMIC_STREAM, view, epoch, lane, lanes)
        barrier()
        add_cosmic_rays(
            flux, ivar, hits, np.float32(draw[COSMIC_STRENGTH]) * size, np.float32(draw[COSMIC_FLAGGED]), deviates, lane
        )
    barrier()


@row
def lose(draw, tables, key, view, epoch, work, flux, ivar, lane, lanes, barrier):
    """Mask what was not recorded."""
    _, rows, _, _, _, _ = work
    pixels, deviates = len(flux), rows[0]
    groups = BASE + len(tables.curves) + len(tables.rest_curves)
    mask_range(flux, ivar, 0, int(draw[CROP_BLUE]), lane, lanes)
    mask_range(flux, ivar, pixels - int(draw[CROP_RED]), pixels, lane, lanes)
    for q in range(len(tables.ranges)):
        if draw[groups + tables.ranges[q, 0]] > 0.0:
            mask_range(flux, ivar, tables.ranges[q, 1], tables.ranges[q, 2], lane, lanes)
    if draw[MASK_RUNS] > 0.0:
        runs = min(int(draw[MASK_RUNS]), MOST_RUNS)
        fill_uniform(deviates, runs, key, RUNS_STREAM, view, epoch, lane, lanes)
        barrier()
        mask_runs(flux, ivar, runs, int(draw[MASK_LENGTH]), deviates, lane, lanes)
        barrier()
    if draw[MASK_FRACTION] > 0.0:
        fill_uniform(deviates, pixels, key, PIXELS_STREAM, view, epoch, lane, lanes)
        barrier()
        mask_pixels(flux, ivar, np.float32(draw[MASK_FRACTION]), deviates, lane, lanes)
    barrier()


@row
def observe_row(x, flux, ivar, draw, tables, key, view, epoch, work, custom, out_flux, out_ivar, lane, lanes, barrier):
    """Write one view of one spectrum into ``out_flux``, ``out_ivar`` (float32, P)."""
    _, rows, _, partial, keys, counts = work
    pixels = len(out_flux)
    record(x, flux, ivar, draw, tables, work, out_flux, out_ivar, lane, lanes, barrier)
    modulate(draw, tables, key, view, epoch, work, out_flux, out_ivar, lane, lanes, barrier)
    if draw[CUSTOM] > 0.0:
        fill_normal(rows[0], pixels, key, CUSTOM_STREAM, view, epoch, lane, lanes)
        barrier()
        first = BASE + len(tables.curves) + len(tables.rest_curves) + int(tables.groups)
        custom(out_flux, out_ivar, tables.wavelength, draw[first:], rows[0][:pixels], lane, lanes)
        barrier()
    detect(draw, tables, key, view, epoch, work, out_flux, out_ivar, lane, lanes, barrier)
    lose(draw, tables, key, view, epoch, work, out_flux, out_ivar, lane, lanes, barrier)
    if draw[NORMALIZE] > 0.0:
        normalize_row(
            out_flux, out_ivar, int(draw[NORMALIZE]), int(draw[NORMALIZE_LO]), int(draw[NORMALIZE_HI]),
            int(draw[NORMALIZE_WINDOW]), np.float32(draw[NORMALIZE_FRACTION]),
            (rows[0], rows[1], rows[2], keys), counts, partial, lane, lanes, barrier,
        )  # fmt: skip
        barrier()
    if draw[ASINH] > 0.0:
        compress(out_flux, out_ivar, np.float32(draw[ASINH]), lane, lanes)


@stage
def padded(pixels):
    """Length of a padded row that also has room for whole tiles of random numbers."""
    return 2 * PAD + (pixels + TILE - 1) // TILE * TILE


@njit(nogil=True)
def scratch(pixels, rotates):
    """Work space of one thread."""
    width = padded(pixels)
    return (
        tile_scratch(),
        (
            np.empty(width, np.float32),
            np.empty(width, np.float32),
            np.empty(width, np.float32),
            np.empty(width if rotates else 0, np.float32),
            np.empty(width if rotates else 0, np.float32),
            np.empty(width if rotates else 0, np.float32),
        ),
        np.empty((6, STRIP), np.float32),
        np.empty((3, SUMS), np.float32),
        np.empty(pixels, np.int32),
        np.empty(1, np.int32),
    )


@njit(cache=True, nogil=True)
def observe_rows(x, flux, ivar, offsets, draw, tables, keys, epoch, rotates, custom, first, last, out_flux, out_ivar):
    """Views of objects ``first`` to ``last - 1`` of a ragged batch.

    Parameters
    ----------
    x, flux, ivar : float64, float32, float32 (offsets[-1],)
    offsets : int64 (N + 1,)
    draw : float64 (N, V, K)
        Columns as in :mod:`layout`.
    tables : Tables
    keys : uint64 (N,)
    epoch : int
    rotates : bool
        Whether any view has v sin i above 0.
    custom : first-class function
        A user's own step, see :mod:`custom`.
    first, last : int
    out_flux, out_ivar : float32 (N, V, P), out
    """
    work = scratch(out_flux.shape[2], rotates)
    for i in range(first, last):
        a, b = offsets[i], offsets[i + 1]
        for view in range(draw.shape[1]):
            observe_row(
                x[a:b], flux[a:b], ivar[a:b], draw[i, view], tables, keys[i], view, epoch, work, custom,
                out_flux[i, view], out_ivar[i, view], 0, 1, no_barrier,
            )  # fmt: skip

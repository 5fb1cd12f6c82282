"""Make views of spectra: all steps of the forward model in one pass over a row.

A view is described by its params, one row of numbers, and by the tables that all views of a composition share (both in
:mod:`clrseries.kernels.spectra.layout`). A row stays in the cache of one core, or in the shared memory of one block, from
input to output. The row functions here share these arguments: `params` (float64, K), `tables` (Tables), `key`, `view` and
`epoch` (the address of the random numbers), `work` (Scratch, overwritten), and flux and ivar of the view (float32, P),
changed in place.
"""

import math

import numpy as np
from numba import njit

from .. import streams
from ..factor import clear, multiply
from ..lanes import no_barrier, row, stage
from ..philox import TILE, fill_normal, fill_uniform
from ..sums import good_mean
from . import layout
from .masks import mask_pixels, mask_range, mask_runs
from .noise import add_constant, add_cosmic_rays, add_line, add_noise
from .normalize import compress, normalize_row
from .record import record, record_in_blocks
from .resample_blocks import FILLED, ObjectGrid, blocks_scratch
from .response import add_calibration_error, add_curve, add_fringe, add_rest_curve
from .scratch import scratch

ZERO = np.float32(0.0)
ONE = np.float32(1.0)


@stage
def has_factors(params, tables):
    """Return whether a view is multiplied by any smooth curve."""
    last = layout.BASE + len(tables.curves) + len(tables.rest_curves)
    for k in range(layout.BASE, last):
        if params[k] != 0.0:
            return True
    return params[layout.FRINGE_AMPLITUDE] > 0.0 or params[layout.CALIBRATION_AMPLITUDE] > 0.0


@row
def apply_factors(params, tables, key, view, epoch, work, flux, ivar, lane, lanes, barrier):
    """Multiply one view by all smooth curves: dust, tilt, atmosphere, arms, fringes and calibration errors."""
    if not has_factors(params, tables):
        return
    pixels = len(flux)
    knots, log_factor = work.rows[0], work.rows[1][:pixels]
    clear(log_factor, lane, lanes)
    curves, rest_curves = len(tables.curves), len(tables.rest_curves)
    for m in range(curves):
        if params[layout.BASE + m] != 0.0:
            add_curve(log_factor, np.float32(params[layout.BASE + m]), tables.curves[m], lane, lanes)
    for m in range(rest_curves):
        if params[layout.BASE + curves + m] != 0.0:
            add_rest_curve(
                log_factor, np.float32(params[layout.BASE + curves + m]), tables.rest_curves[m], tables.rest_axis[0],
                tables.rest_axis[1], tables.log_wavelength, np.float32(math.log(params[layout.REST])), lane, lanes,
            )  # fmt: skip
    if params[layout.FRINGE_AMPLITUDE] > 0.0:
        add_fringe(
            log_factor, np.float32(params[layout.FRINGE_AMPLITUDE]), np.float32(params[layout.FRINGE_CYCLES]),
            np.float32(params[layout.FRINGE_PHASE]), tables.fringe_envelope, tables.inverse_wavelength, lane, lanes,
        )  # fmt: skip
    if params[layout.CALIBRATION_AMPLITUDE] > 0.0:
        length = np.float32(max(params[layout.CALIBRATION_LENGTH], 1.0))
        fill_normal(
            knots, int(np.float32(pixels) / length) + 6, key, streams.CALIBRATION_KNOTS, view, epoch, lane, lanes
        )
        barrier()
        # the barrier also serves log_factor: here a lane does not handle its own pixels
        add_calibration_error(
            log_factor,
            np.float32(params[layout.CALIBRATION_AMPLITUDE]),
            length,
            np.float32(params[layout.CALIBRATION_PHASE]),
            knots,
            lane,
            lanes,
        )
    barrier()
    multiply(log_factor, flux, ivar, lane, lanes)
    barrier()


@row
def add_detector_effects(params, tables, key, view, epoch, work, flux, ivar, lane, lanes, barrier):
    """Add scattered light, sky lines, noise and cosmic rays to one view."""
    pixels, deviates = len(flux), work.rows[0]
    if (
        params[layout.SCATTER] == 0.0
        and params[layout.SKY] == 0.0
        and params[layout.SNR] == np.inf
        and params[layout.COSMIC_HITS] == 0.0
    ):
        return
    size = abs(good_mean(flux, ivar, 0, pixels, work.partial, lane, lanes, barrier))
    if params[layout.SCATTER] != 0.0:
        add_constant(flux, ivar, np.float32(params[layout.SCATTER]) * size, lane, lanes)
    if params[layout.SKY] > 0.0:
        fill_normal(deviates, len(tables.lines), key, streams.SKY_LINES, view, epoch, lane, lanes)
        barrier()
        for i in range(len(tables.lines)):
            height = np.float32(params[layout.SKY]) * size * deviates[i]
            add_line(flux, ivar, tables.lines[i, 0], tables.lines[i, 1], height, lane, lanes)
            barrier()
    if params[layout.SNR] < np.inf:
        fill_normal(deviates, pixels, key, streams.NOISE_PIXELS, view, epoch, lane, lanes)
        barrier()
        add_noise(
            flux, ivar, size, np.float32(params[layout.SNR]), np.float32(params[layout.NOISE_SOURCE]), tables.photon,
            tables.background[int(params[layout.NOISE_CURVE])], deviates, lane, lanes,
        )  # fmt: skip
        barrier()
    if params[layout.COSMIC_HITS] > 0.0:
        hits = min(int(params[layout.COSMIC_HITS]), layout.MOST_HITS, (len(deviates) - TILE) // 4)
        fill_uniform(deviates, 4 * hits, key, streams.COSMIC_HITS, view, epoch, lane, lanes)
        barrier()
        add_cosmic_rays(
            flux,
            ivar,
            hits,
            np.float32(params[layout.COSMIC_STRENGTH]) * size,
            np.float32(params[layout.COSMIC_FLAGGED]),
            deviates,
            lane,
        )
    barrier()


@row
def mask(params, tables, key, view, epoch, work, flux, ivar, lane, lanes, barrier):
    """Set flux and ivar of one view to 0 where pixels are lost: ends, ranges, runs and single pixels."""
    pixels, deviates = len(flux), work.rows[0]
    groups = layout.BASE + len(tables.curves) + len(tables.rest_curves)
    mask_range(flux, ivar, 0, int(params[layout.CROP_BLUE]), lane, lanes)
    mask_range(flux, ivar, pixels - int(params[layout.CROP_RED]), pixels, lane, lanes)
    for q in range(len(tables.ranges)):
        if params[groups + tables.ranges[q, 0]] > 0.0:
            mask_range(flux, ivar, tables.ranges[q, 1], tables.ranges[q, 2], lane, lanes)
    if params[layout.MASK_RUNS] > 0.0:
        runs = min(int(params[layout.MASK_RUNS]), layout.MOST_RUNS)
        fill_uniform(deviates, runs, key, streams.MASKED_RUNS, view, epoch, lane, lanes)
        barrier()
        mask_runs(flux, ivar, runs, int(params[layout.MASK_LENGTH]), deviates, lane, lanes)
        barrier()
    if params[layout.MASK_FRACTION] > 0.0:
        fill_uniform(deviates, pixels, key, streams.MASKED_PIXELS, view, epoch, lane, lanes)
        barrier()
        mask_pixels(flux, ivar, np.float32(params[layout.MASK_FRACTION]), deviates, lane, lanes)


@row
def observe_row(
    x, flux, ivar, params, tables, key, view, epoch, work, custom, out_flux, out_ivar, lane, lanes, barrier
):
    """Make one view of one spectrum, with all steps in nature's order.

    Parameters
    ----------
    x : float64 (n,)
        [Angstrom]
    flux, ivar : float32 (n,)
    custom : function
        A step of the user's own, or :func:`clrseries.kernels.spectra.custom.nothing`.
    out_flux, out_ivar : float32 (P,), out
    """
    record(x, flux, ivar, params, tables, work, out_flux, out_ivar, lane, lanes, barrier)
    change_row(params, tables, key, view, epoch, work, custom, out_flux, out_ivar, lane, lanes, barrier)


@row
def change_row(params, tables, key, view, epoch, work, custom, out_flux, out_ivar, lane, lanes, barrier):
    """Apply all steps behind the resampling to one view, in nature's order; parameters as in :func:`observe_row`."""
    rows, pixels = work.rows, len(out_flux)
    apply_factors(params, tables, key, view, epoch, work, out_flux, out_ivar, lane, lanes, barrier)
    if params[layout.CUSTOM] > 0.0:
        fill_normal(rows[0], pixels, key, streams.CUSTOM_PIXELS, view, epoch, lane, lanes)
        barrier()
        first = layout.BASE + len(tables.curves) + len(tables.rest_curves) + int(tables.groups)
        custom(out_flux, out_ivar, tables.wavelength, params[first:], rows[0][:pixels], lane, lanes)
        barrier()
    add_detector_effects(params, tables, key, view, epoch, work, out_flux, out_ivar, lane, lanes, barrier)
    mask(params, tables, key, view, epoch, work, out_flux, out_ivar, lane, lanes, barrier)
    if params[layout.NORMALIZE] > 0.0:
        normalize_row(
            out_flux, out_ivar, int(params[layout.NORMALIZE]), int(params[layout.NORMALIZE_LO]), int(params[layout.NORMALIZE_HI]),
            int(params[layout.NORMALIZE_WINDOW]), np.float32(params[layout.NORMALIZE_FRACTION]),
            work, lane, lanes, barrier,
        )  # fmt: skip
    if params[layout.ASINH] > 0.0:
        compress(out_flux, out_ivar, np.float32(params[layout.ASINH]), lane, lanes)


@njit(cache=True, nogil=True)
def observe_spectra(samples, offsets, params, tables, keys, epoch, rotates, custom, spacing, first, last, outputs):
    """Make the views of objects ``first`` to ``last - 1`` of a ragged batch, on the CPU.

    Parameters
    ----------
    samples : (x, flux, ivar)
        float64 [Angstrom], float32, float32, (offsets[-1],) each.
    offsets : int64 (N + 1,)
        Samples of object i are ``offsets[i]`` to ``offsets[i + 1] - 1``.
    params : float64 (N, V, K)
        Columns as in :mod:`clrseries.kernels.spectra.layout`.
    tables : Tables
    keys : uint64 (N,)
        Key of the random numbers of each object, from its name and the seed.
    epoch : int
        Epoch of the training, a part of the address of each random number.
    rotates : bool
        Whether any view has v sin i above 0.
    custom : first-class function
        A step of the user's own, see :mod:`clrseries.kernels.spectra.custom`.
    spacing : clrseries.kernels.input_grid.Spacing
        Of `x`.
    first, last : int
    outputs : (flux, ivar), out
        float32 (N, V, P) each.
    """
    x, flux, ivar = samples
    out_flux, out_ivar = outputs
    pixels, longest = out_flux.shape[2], 0
    for i in range(first, last):
        longest = max(longest, offsets[i + 1] - offsets[i])
    work, blocks = scratch(pixels, rotates), blocks_scratch(longest)
    for i in range(first, last):
        a, b = offsets[i], offsets[i + 1]
        grid = ObjectGrid(np.int64(spacing.kind[i]), spacing.start[i], spacing.step[i])
        if not spacing.same[i]:
            blocks.state[FILLED] = 0.0
        for view in range(params.shape[1]):
            record_in_blocks(
                x[a:b], flux[a:b], ivar[a:b], grid, params[i, view], tables, work, blocks, out_flux[i, view], out_ivar[i, view],
            )  # fmt: skip
            change_row(
                params[i, view], tables, keys[i], view, epoch, work, custom, out_flux[i, view], out_ivar[i, view],
                0, 1, no_barrier,
            )  # fmt: skip

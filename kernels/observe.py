"""One spectrum, observed again: every step of the forward model in one pass over a row.

A view is described by one row of numbers, the *draw*. Its columns are named in
``COLUMNS``; a neutral value switches a step off, so one compiled kernel serves
every composition. A row stays in the cache of one core from input to output.
"""

import numpy as np
from numba import njit

from .broaden import MAXIMUM_RADIUS, broaden_row
from .masks import crop_row, mask_pixels_row, mask_runs_row
from .noise import noise_row
from .normalize import normalize_row
from .philox import TILE, fill_normal, fill_uniform
from .resample import resample_row, resample_scratch
from .warp import warp_row

# name, neutral value. Widths and lengths are in output pixels.
COLUMNS = (
    ("stretch", 1.0),  # factor on wavelength
    ("flux_scale", 1.0),  # factor on flux density
    ("lsf_sigma", 0.0),
    ("warp_amplitude", 0.0),  # rms of ln(flux)
    ("warp_length", 1.0),
    ("warp_phase", 0.0),  # in [0, 1) knot intervals
    ("snr", np.inf),
    ("crop_blue", 0.0),
    ("crop_red", 0.0),
    ("mask_runs", 0.0),
    ("mask_length", 0.0),
    ("mask_fraction", 0.0),
    ("normalize", 0.0),
    ("normalize_half", 0.0),
)
NAMES = tuple(name for name, _ in COLUMNS)
NEUTRAL = np.array([value for _, value in COLUMNS])
(
    STRETCH, FLUX_SCALE, LSF_SIGMA, WARP_AMPLITUDE, WARP_LENGTH, WARP_PHASE,
    SNR, CROP_BLUE, CROP_RED, MASK_RUNS, MASK_LENGTH, MASK_FRACTION, NORMALIZE, NORMALIZE_HALF,
) = range(len(COLUMNS))  # fmt: skip

# which random stream a step's samples come from
WARP_STREAM, NOISE_STREAM, RUNS_STREAM, PIXELS_STREAM = 1, 2, 3, 4


@njit(cache=True, nogil=True)
def observe_row(x, flux, ivar, targets, draw, key, view, epoch, scratch, out_flux, out_ivar):
    """Write one view of one spectrum into ``out_flux``, ``out_ivar`` (float32, P)."""
    resampling, deviates, taps, values, sums, total, count = scratch
    pixels = len(out_flux)
    resample_row(x, flux, ivar, draw[STRETCH], draw[FLUX_SCALE], targets, resampling, out_flux, out_ivar)
    if draw[LSF_SIGMA] > 0.0:
        broaden_row(out_flux, out_ivar, draw[LSF_SIGMA], taps, values, sums)
    if draw[WARP_AMPLITUDE] > 0.0:
        length = max(draw[WARP_LENGTH], 1.0)
        fill_normal(deviates, int(pixels / length) + 6, key, WARP_STREAM, view, epoch)
        warp_row(out_flux, out_ivar, draw[WARP_AMPLITUDE], length, draw[WARP_PHASE], deviates)
    if draw[SNR] < np.inf:
        fill_normal(deviates, pixels, key, NOISE_STREAM, view, epoch)
        noise_row(out_flux, out_ivar, draw[SNR], deviates)
    if draw[CROP_BLUE] > 0.0 or draw[CROP_RED] > 0.0:
        crop_row(out_flux, out_ivar, int(draw[CROP_BLUE]), int(draw[CROP_RED]))
    if draw[MASK_RUNS] > 0.0:
        runs = min(int(draw[MASK_RUNS]), pixels)
        fill_uniform(deviates, runs, key, RUNS_STREAM, view, epoch)
        mask_runs_row(out_flux, out_ivar, runs, int(draw[MASK_LENGTH]), deviates)
    if draw[MASK_FRACTION] > 0.0:
        fill_uniform(deviates, pixels, key, PIXELS_STREAM, view, epoch)
        mask_pixels_row(out_flux, out_ivar, draw[MASK_FRACTION], deviates)
    if draw[NORMALIZE] > 0.0:
        half = int(draw[NORMALIZE_HALF])
        normalize_row(out_flux, out_ivar, int(draw[NORMALIZE]), half, deviates, total, count)


@njit(cache=True, nogil=True)
def observe_rows(x, flux, ivar, offsets, targets, draw, keys, epoch, first, last, out_flux, out_ivar):
    """Views of objects ``first`` to ``last - 1`` of a ragged batch.

    Parameters
    ----------
    x, flux, ivar : float64, float32, float32 (offsets[-1],)
    offsets : int64 (N + 1,)
    targets : float64 (P + 1,)
        Edges of the output grid.
    draw : float64 (N, V, K)
        Columns as in ``COLUMNS``.
    keys : uint64 (N,)
    epoch, first, last : int
    out_flux, out_ivar : float32 (N, V, P), out
    """
    longest, pixels = 1, len(targets) - 1
    for i in range(first, last):
        longest = max(longest, offsets[i + 1] - offsets[i])
    scratch = (
        resample_scratch(longest, pixels),
        np.empty(pixels + 8 + 2 * TILE, np.float32),
        np.empty(MAXIMUM_RADIUS + 1, np.float32),
        np.empty((3, pixels), np.float32),
        np.empty((3, pixels), np.float32),
        np.empty(pixels + 1, np.float64),
        np.empty(pixels + 1, np.float64),
    )
    for i in range(first, last):
        a, b = offsets[i], offsets[i + 1]
        for view in range(draw.shape[1]):
            observe_row(
                x[a:b], flux[a:b], ivar[a:b], targets, draw[i, view], keys[i], view, epoch,
                scratch, out_flux[i, view], out_ivar[i, view],
            )  # fmt: skip

"""Record a spectrum with the pixels of a detector: shift it, resample it, and convolve it with the profiles of star and instrument.

:func:`record` is for a GPU, where each lane has its own output pixels; :func:`record_in_blocks` is for a CPU. Both give the same
flux and ivar, up to rounding.
"""

import math

import numpy as np

from ..lanes import no_barrier, row, stage
from . import layout
from .broaden import PAD, broaden_row, radius_of
from .broaden_pixels import broaden_pixels
from .broaden_uniformly import broaden_uniformly, is_uniform
from .interpolate import CONSERVE, interpolate_sums
from .resample import Profile, Sums
from .resample_blocks import resample_in_blocks
from .resample_pixels import resample_pixels
from .rotate import rotate_sums
from .sums_to_flux import flux_from_sums, ivar_from_sums

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
# variance of the Gaussian that reduces noise as much as a rotational profile does, with v sin i = 1 and limb darkening 0.6
ROTATION_VARIANCE = np.float32(0.25)
TWO_ROOT_PI = np.float32(3.5449077018110318)  # 2 sqrt(pi)


@stage
def clear_sums(rows, lane, lanes):
    """Set the padded rows (tuple of float32 rows) to 0; each lane handles its own samples of each row."""
    for one in rows:
        for j in range(lane, len(one), lanes):
            one[j] = ZERO


@stage
def profile_bounds(params, tables):
    """Return bounds of the variance of the line-spread function over the grid: two float32, at least 0 [pixels^2]."""
    narrowest, widest = ZERO, ZERO
    for i in range(3):
        c = np.float32(params[layout.LSF_CURVE + i])
        lo, hi = c * tables.lsf_bounds[i, 0], c * tables.lsf_bounds[i, 1]
        narrowest += min(lo, hi)
        widest += max(lo, hi)
    return max(narrowest, ZERO), max(widest, ZERO)


@stage
def added_correlation(gauss, turned):
    """Return by how much two profiles in turn leave more variance than the product of what each leaves alone, at least 1.

    A Gaussian of variance s [pixels^2] leaves the fraction ``1 / (2 sqrt(pi s))`` of the variance of independent pixels. Two
    of them in turn leave that of ``gauss + turned``, which is ``2 sqrt(pi gauss turned / (gauss + turned))`` times the
    product of both fractions.

    Parameters
    ----------
    gauss, turned : float32
        Variances of the line-spread function and of the rotational profile [pixels^2].
    """
    both = gauss * turned
    return max(TWO_ROOT_PI * math.sqrt(both / (gauss + turned)), ONE) if both > ZERO else ONE


@stage
def profile_after(params, tables):
    """Return the profile that follows resampling (Profile)."""
    vsini = np.float32(params[layout.VSINI])
    turned = ROTATION_VARIANCE * vsini * vsini * tables.lsf_bounds[1, 1]
    a, b = np.float32(params[layout.LSF_CURVE]), np.float32(params[layout.LSF_VELOCITY2])
    return Profile(tables.lsf, a, b, np.float32(params[layout.LSF_ANGSTROM2]), turned)


@row
def rotated(params, tables, work, lane, lanes, barrier):
    """Return the sums of resampling, convolved with the rotational profile if there is one."""
    rows = work.rows
    sums, vsini = Sums(rows[0], rows[1], rows[2]), np.float32(params[layout.VSINI])
    if vsini > ZERO:
        narrowest, widest = profile_bounds(params, tables)
        turned = profile_after(params, tables).extra
        rotate_sums(
            sums, tables.velocities, vsini, np.float32(params[layout.LIMB_DARKENING]),
            ONE / math.sqrt(tables.lsf_bounds[1, 1]), added_correlation(np.float32(0.5) * (narrowest + widest), turned),
            Sums(rows[3], rows[4], rows[5]), lane, lanes,
        )  # fmt: skip
        barrier()
        sums = Sums(rows[3], rows[4], rows[5])
    return sums


@stage
def divide_sums(sums, scale, widths, flux, ivar, lane, lanes):
    """Divide padded sums into flux and ivar where no line-spread function follows; each lane handles its own pixels."""
    flux_from_sums(sums.length[PAD:], sums.flux[PAD:], widths, scale, flux, lane, lanes)
    ivar_from_sums(sums.length[PAD:], sums.variance[PAD:], widths, ONE / (scale * scale), ivar, lane, lanes)


@row
def record(x, flux, ivar, params, tables, work, out_flux, out_ivar, lane, lanes, barrier):
    """Write flux and ivar of the detector's pixels on a GPU: shift, resample, rotate, and convolve one spectrum.

    Parameters
    ----------
    x : float64 (n,)
        Wavelengths as they come in [Angstrom].
    flux, ivar : float32 (n,)
    out_flux, out_ivar : float32 (P,), out
    """
    rows, pixels = work.rows, len(out_flux)
    clear_sums(
        rows, lane, lanes
    )  # of the padded rows; as `PAD` is a multiple of `lanes`, the stages below have the same own samples
    inner = Sums(rows[0][PAD : PAD + pixels], rows[1][PAD : PAD + pixels], rows[2][PAD : PAD + pixels])
    method, stretch, offset = int(params[layout.METHOD]), params[layout.STRETCH], params[layout.OFFSET]
    profile = profile_after(params, tables)
    if method == CONSERVE:
        resample_pixels(
            x, flux, ivar, stretch, offset, tables.edges, profile, work.partial[0], inner, lane, lanes, barrier
        )
    else:
        interpolate_sums(x, flux, ivar, stretch, offset, tables.edges, method, inner, lane, lanes)
        barrier()
    sums, scale = rotated(params, tables, work, lane, lanes, barrier), np.float32(params[layout.FLUX_SCALE])
    _, widest = profile_bounds(params, tables)
    if widest > ZERO:
        broaden_pixels(
            sums, profile.curve, profile.a, profile.b, profile.c, widest, scale, tables.widths, out_flux, out_ivar, lane, lanes,
        )  # fmt: skip
    else:
        divide_sums(sums, scale, tables.widths, out_flux, out_ivar, lane, lanes)
    barrier()


@row
def record_in_blocks(x, flux, ivar, grid, params, tables, work, blocks, out_flux, out_ivar):
    """Do what :func:`record` does, on a CPU, in blocks of output pixels.

    Parameters
    ----------
    x : float64 (n,)
        Wavelengths as they come in [Angstrom].
    flux, ivar : float32 (n,)
    grid : clrseries.kernels.spectra.resample_blocks.ObjectGrid
    blocks : clrseries.kernels.spectra.resample_blocks.Blocks, work space
    out_flux, out_ivar : float32 (P,), out
    """
    rows, pixels = work.rows, len(out_flux)
    method, stretch, offset = int(params[layout.METHOD]), params[layout.STRETCH], params[layout.OFFSET]
    profile = profile_after(params, tables)
    if method == CONSERVE:
        clear_sums((rows[0][:PAD], rows[1][:PAD], rows[2][:PAD]), 0, 1)
        inner = Sums(rows[0][PAD:], rows[1][PAD:], rows[2][PAD:])
        resample_in_blocks(x, flux, ivar, grid, stretch, offset, tables, profile, work.tile, blocks, inner)
        clear_sums(rows[3:], 0, 1)
    else:
        clear_sums(rows, 0, 1)
        inner = Sums(rows[0][PAD : PAD + pixels], rows[1][PAD : PAD + pixels], rows[2][PAD : PAD + pixels])
        interpolate_sums(x, flux, ivar, stretch, offset, tables.edges, method, inner, 0, 1)
    sums, scale = rotated(params, tables, work, 0, 1, no_barrier), np.float32(params[layout.FLUX_SCALE])
    narrowest, widest = profile_bounds(params, tables)
    if widest > ZERO and is_uniform(narrowest, widest):
        broaden_uniformly(
            sums, np.float32(0.5) * (narrowest + widest), radius_of(widest), scale, tables.widths, work.strip, out_flux, out_ivar,
        )  # fmt: skip
    elif widest > ZERO:
        broaden_row(
            sums, profile.curve, profile.a, profile.b, profile.c, narrowest, widest, scale, tables.widths, work.strip,
            out_flux, out_ivar, 0, 1,
        )  # fmt: skip
    else:
        divide_sums(sums, scale, tables.widths, out_flux, out_ivar, 0, 1)

"""Add noise to the depth of a survey, and drop the points that it cannot record."""

import math

import numpy as np

from ..elementary import exp32
from ..lanes import stage
from .cadence import night_of, normal_of

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
FIFTH2 = np.float32(0.04)  # (1 / 5)^2


@stage
def vary_by_night(limit, scatter, when, center, key, stream, view, epoch, lane, lanes):
    """Write a log-normal factor for each point, the same for all points of one night; each lane handles its own points.

    Parameters
    ----------
    limit : float32 (n,), out
    scatter : float32
        Standard deviation of ln(factor).
    when : float32 (n,)
        [day]
    center : float32
        Middle of night 0 [day].
    key, stream, view, epoch : int
        Address of the random numbers.
    """
    for j in range(lane, len(limit), lanes):
        limit[j] = exp32(scatter * normal_of(night_of(when[j], center), key, stream, view, epoch))


@stage
def fill(limit, value, lane, lanes):
    """Write one `value` (float32) into each element of `limit` (float32, n); each lane handles its own points."""
    for j in range(lane, len(limit), lanes):
        limit[j] = value


@stage
def times_table(limit, band, table, factor, lane, lanes):
    """Multiply the number of each point by `factor` and by a number of its band; each lane handles its own points.

    Parameters
    ----------
    limit : float32 (n,), in place
    band : int8 (n,)
    table : float32 (MOST_BANDS,)
    factor : float32
    """
    for j in range(lane, len(limit), lanes):
        limit[j] *= factor * table[band[j]]


@stage
def add_noise(flux, ivar, limit, sky, floor, normal, lane, lanes):
    """Add Gaussian noise to the flux of one view, and lower ivar to match; each lane handles its own points.

    The wanted variance is ``f5^2 / 25 (s + (1 - s) f / f5) + (floor f)^2``, where s = `sky` (Ivezic et al. 2019, eq. 5, in
    flux: their gamma is s / 25). Only the variance that is missing is added: noise is never taken away.

    Parameters
    ----------
    flux, ivar : float32 (n,), in place
    limit : float32 (n,)
        f5, the flux that is measured with S/N 5 at each point.
    sky : float32
        Part of the variance at f5 that does not grow with the flux, from 0 to 1.
    floor : float32
        Systematic error [relative flux].
    normal : float32 (n,)
        Standard normal deviates.
    """
    for j in range(lane, len(flux), lanes):
        good = ivar[j] > ZERO
        variance = ONE / ivar[j] if good else ONE
        f5, f = limit[j], max(flux[j], ZERO)
        wanted = FIFTH2 * f5 * (sky * f5 + (ONE - sky) * f) + floor * floor * f * f
        added = max(wanted - variance, ZERO)
        flux[j] += math.sqrt(added) * normal[j] if good else ZERO
        ivar[j] = ONE / (variance + added) if good else ZERO


@stage
def saturate(flux, ivar, band, table, factor, lane, lanes):
    """Drop the points brighter than the limit of their band; each lane handles its own points.

    Parameters
    ----------
    flux : float32 (n,)
    ivar : float32 (n,), in place
    band : int8 (n,)
    table : float32 (MOST_BANDS,)
        [unit of flux]
    factor : float32
        Factor on the table.
    """
    for j in range(lane, len(flux), lanes):
        ivar[j] = ivar[j] if flux[j] <= factor * table[band[j]] else ZERO


@stage
def drop_undetected(flux, ivar, snr, kept, uniform, lane, lanes):
    """Drop points below a signal-to-noise ratio, but keep a random part of them; each lane handles its own points.

    Parameters
    ----------
    flux : float32 (n,)
    ivar : float32 (n,), in place
    snr : float32
    kept : float32
        Fraction of the points below `snr` that is kept, with flux and error as they are.
    uniform : float32 (n,)
        Uniform deviates in (0, 1].
    """
    for j in range(lane, len(flux), lanes):
        seen = flux[j] * math.sqrt(ivar[j]) >= snr or uniform[j] <= kept
        ivar[j] = ivar[j] if seen else ZERO

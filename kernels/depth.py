"""Noise to a survey's depth, and what the survey then cannot record."""

import math

import numpy as np

from .cadence import night_of, normal_of
from .elementary import exp32
from .lanes import stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
FIFTH2 = np.float32(0.04)  # (1 / 5)^2


@stage
def vary_by_night(limit, scatter, when, centre, key, stream, view, epoch, lane, lanes):
    """A factor for each point, the same for all of one night, log-normal with `scatter`."""
    for j in range(lane, len(limit), lanes):
        limit[j] = exp32(scatter * normal_of(night_of(when[j], centre), key, stream, view, epoch))


@stage
def fill(limit, value, lane, lanes):
    """The same number for each point."""
    for j in range(lane, len(limit), lanes):
        limit[j] = value


@stage
def times_table(limit, band, table, factor, lane, lanes):
    """Multiply each point's number by its band's in a table."""
    for j in range(lane, len(limit), lanes):
        limit[j] *= factor * table[band[j]]


@stage
def deepen(flux, ivar, limit, sky, floor, normal, lane, lanes):
    """Gaussian noise that brings each point down to a wanted variance, never up.

    The wanted variance is ``f5^2 / 25 (s + (1 - s) f / f5) + (floor f)^2``, where s = `sky`
    (Ivezic et al. 2019, eq. 5, in flux: their gamma is s / 25).
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
    """Lose what is brighter than its band allows."""
    for j in range(lane, len(flux), lanes):
        ivar[j] = ivar[j] if flux[j] <= factor * table[band[j]] else ZERO


@stage
def lose_undetected(flux, ivar, snr, kept, uniform, lane, lanes):
    """Of the points below `snr` keep the fraction `kept`, with their flux and error."""
    for j in range(lane, len(flux), lanes):
        seen = flux[j] * math.sqrt(ivar[j]) >= snr or uniform[j] <= kept
        ivar[j] = ivar[j] if seen else ZERO

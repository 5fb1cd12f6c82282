"""Add what a detector adds to one view: scattered light, residuals of sky lines, noise, and cosmic rays.

The caller passes heights in the unit of the flux; it scales them with the absolute value of the mean flux of the good pixels.
"""

import math

import numpy as np

from ..elementary import exp32, log32
from ..lanes import stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
HALF = np.float32(0.5)
PROFILE_REACH = np.float32(4.0)  # distance at which a line is cut off [sigma]


@stage
def add_constant(flux, ivar, value, lane, lanes):
    """Add scattered light, a constant, to the good pixels of one view; each lane handles its own pixels.

    Parameters
    ----------
    flux : float32 (P,), in place
    ivar : float32 (P,)
    value : float32
        [unit of flux]
    """
    for j in range(lane, len(flux), lanes):
        flux[j] += value if ivar[j] > ZERO else ZERO


@stage
def add_line(flux, ivar, position, sigma, height, lane, lanes):
    """Add the residual of one sky line, a Gaussian, to the good pixels of one view.

    The lanes share the pixels near the line; a lane does not handle its own pixels, so that a barrier must follow.

    Parameters
    ----------
    flux : float32 (P,), in place
    ivar : float32 (P,)
    position, sigma : float32
        Center and standard deviation of the line [pixels].
    height : float32
        [unit of flux]
    """
    inverse = ONE / sigma
    first = max(int(position - PROFILE_REACH * sigma), 0)
    last = min(int(position + PROFILE_REACH * sigma) + 2, len(flux))
    for j in range(first + lane, last, lanes):
        x = (np.float32(j) - position) * inverse
        flux[j] += height * exp32(-HALF * x * x) if ivar[j] > ZERO else ZERO


@stage
def add_noise(flux, ivar, level, snr, source, photon, background, normal, lane, lanes):
    """Add Gaussian noise to the flux of one view, and lower ivar to match; each lane handles its own pixels.

    The wanted variance is ``(level / snr)^2 (s f_j / level photon_j + (1 - s) background_j)``, where s = `source` is the part
    that the photons of the source make at the mean level. Only the variance that is missing is added: noise is never taken
    away.

    Parameters
    ----------
    flux, ivar : float32 (P,), in place
    level : float32
        Absolute value of the mean flux [unit of flux].
    snr : float32
        Wanted ratio of `level` to the standard deviation of the noise.
    source : float32
        From 0 to 1.
    photon, background : float32 (P,)
        Variance of the photon noise of the source, and of all other noise, each with mean 1.
    normal : float32 (P,)
        Standard normal deviates.
    """
    scale = level / snr
    shot = scale * scale * source / (level if level > ZERO else ONE)
    constant = scale * scale * (ONE - source)
    for j in range(lane, len(flux), lanes):
        good = ivar[j] > ZERO
        variance = ONE / ivar[j] if good else ONE
        wanted = shot * max(flux[j], ZERO) * photon[j] + constant * background[j]
        added = max(wanted - variance, ZERO)
        flux[j] += math.sqrt(added) * normal[j] if good else ZERO
        ivar[j] = ONE / (variance + added) if good else ZERO


@stage
def add_cosmic_rays(flux, ivar, hits, strength, flagged, uniform, lane):
    """Add cosmic rays to the flux of one view; lane 0 does it alone, since two hits may meet in a pixel.

    A hit gives an exponentially distributed excess to one pixel and the next; the next gets up to half of it. Hits that the
    pipeline finds set flux and ivar to 0 in both pixels instead.

    Parameters
    ----------
    flux, ivar : float32 (P,), in place
    hits : int
    strength : float32
        Mean excess of a hit [unit of flux].
    flagged : float32
        Fraction of the hits that the pipeline finds.
    uniform : float32 (4 hits,)
        Uniform deviates in (0, 1]; of each hit: pixel, whether it is found, excess, part of the next pixel.
    """
    if lane == 0:
        pixels = len(flux)
        for h in range(hits):
            j = min(int(uniform[4 * h] * np.float32(pixels)), pixels - 1)
            found = uniform[4 * h + 1] <= flagged
            excess = -strength * log32(uniform[4 * h + 2])
            shared = HALF * uniform[4 * h + 3]
            for k in range(j, min(j + 2, pixels)):
                part = ONE - shared if k == j else shared
                good = ivar[k] > ZERO
                flux[k] += part * excess if good and not found else ZERO
                if found:
                    flux[k] = ZERO
                    ivar[k] = ZERO

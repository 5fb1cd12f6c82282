"""What a detector adds: scattered light, residuals of sky lines, noise, cosmic rays.

Everything here is in units of the row's `level`, the mean flux of its good pixels.
"""

import math

import numpy as np

from .elementary import exp32, log32
from .lanes import stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
HALF = np.float32(0.5)
PROFILE_REACH = np.float32(4.0)  # sigma


@stage
def add_constant(flux, ivar, value, lane, lanes):
    """Scattered light: a constant on every pixel that holds data."""
    for j in range(lane, len(flux), lanes):
        flux[j] += value if ivar[j] > ZERO else ZERO


@stage
def add_line(flux, ivar, position, sigma, height, lane, lanes):
    """The residual of one sky line: a Gaussian around `position`, of width `sigma` (pixels)."""
    inverse = ONE / sigma
    first = max(int(position - PROFILE_REACH * sigma), 0)
    last = min(int(position + PROFILE_REACH * sigma) + 2, len(flux))
    for j in range(first + lane, last, lanes):
        x = (np.float32(j) - position) * inverse
        flux[j] += height * exp32(-HALF * x * x) if ivar[j] > ZERO else ZERO


@stage
def add_noise(flux, ivar, level, snr, source, photon, background, normal, lane, lanes):
    """Gaussian noise that brings a row down to a wanted signal-to-noise ratio, never up.

    The wanted variance is ``(level / snr)^2 (s f / level photon_j + (1 - s) background_j)``,
    where s = `source` is the part of the variance that the source's own photons make at the
    mean level. Added is what is missing of it; afterwards ivar states the sum of both.
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
    """`hits` pixels get an exponentially distributed excess of mean `strength`, and so in part does the next.

    A fraction `flagged` of them is found by the pipeline: ivar becomes 0 there. One lane
    does it, since two hits may meet.
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

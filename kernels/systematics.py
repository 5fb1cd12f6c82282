"""What is wrong with a light curve beyond its noise: zero points, jumps, trends, flares, outliers.

Smooth and step-like errors are summed as ln(flux factor), then applied once with :func:`response.multiply`.
"""

import math

import numpy as np

from .cadence import normal_of
from .elementary import exp32, floor32, log32
from .lanes import stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
TWO = np.float32(2.0)
HALF = np.float32(0.5)


@stage
def add_zero_points(log_factor, band, rms, normal, lane, lanes):
    """Each band has an offset of its own."""
    for j in range(lane, len(log_factor), lanes):
        log_factor[j] += rms * normal[band[j]]


@stage
def add_jumps(log_factor, when, rms, every, centre, key, stream, view, epoch, lane, lanes):
    """Each part of `every` days (a season, a quarter) has an offset of its own."""
    inverse = ONE / every
    for j in range(lane, len(log_factor), lanes):
        part = floor32((when[j] - centre) * inverse + HALF)
        log_factor[j] += rms * normal_of(part, key, stream, view, epoch)


@stage
def add_trend(log_factor, when, low, high, slope, curvature, lane, lanes):
    """A parabola over the span: from -`slope` to `slope`, with mean 0."""
    inverse = TWO / max(high - low, np.float32(1e-6))
    for j in range(lane, len(log_factor), lanes):
        u = (when[j] - low) * inverse - ONE
        log_factor[j] += slope * u + curvature * (u * u - np.float32(1.0 / 3.0))


@stage
def sum_steps(steps, number, lane):
    """Turn the steps of a random walk into its positions; one lane does it."""
    if lane == 0:
        for k in range(1, number):
            steps[k] += steps[k - 1]


@stage
def add_walk(log_factor, when, low, rms, length, position, number, lane, lanes):
    """A random walk with one step in `length` days and lines between the steps."""
    inverse = ONE / length
    last = np.float32(number - 1)
    for j in range(lane, len(log_factor), lanes):
        u = min(max((when[j] - low) * inverse, ZERO), last)
        k = min(np.int32(u), np.int32(number - 2))
        part = u - np.float32(k)
        log_factor[j] += rms * (position[k] + part * (position[k + 1] - position[k]))


@stage
def add_flare(flux, ivar, when, start, height, decay, lane, lanes):
    """A sudden rise by `height` and an exponential decay."""
    inverse = ONE / decay
    for j in range(lane, len(flux), lanes):
        since = when[j] - start
        seen = since >= ZERO and ivar[j] > ZERO
        flux[j] += height * exp32(-max(since, ZERO) * inverse) if seen else ZERO


@stage
def add_outliers(flux, ivar, fraction, size, uniform, lane, lanes):
    """A `fraction` of the points is off by an exponentially distributed multiple, of mean `size`, of its error.

    What is left of the deviate that chose a point gives side and distance.
    """
    inverse = ONE / fraction
    for j in range(lane, len(flux), lanes):
        u = uniform[j] * inverse
        up = u > HALF
        far = log32(max(TWO * u - (ONE if up else ZERO), np.float32(1e-6)))
        hit = u <= ONE and ivar[j] > ZERO
        error = math.sqrt(ONE / (ivar[j] if hit else ONE))
        flux[j] += (far if up else -far) * size * error if hit else ZERO


@stage
def pull_from_median(flux, ivar, band, factor, median, lane, lanes):
    """Multiply by `factor` what differs from the band's median."""
    inverse = ONE / (factor * factor)
    for j in range(lane, len(flux), lanes):
        m = median[band[j]]
        good = ivar[j] > ZERO
        flux[j] = m + factor * (flux[j] - m) if good else ZERO
        ivar[j] = ivar[j] * inverse if good else ZERO


@stage
def scale(flux, ivar, factor, lane, lanes):
    """Multiply a row by a number."""
    inverse = ONE / (factor * factor)
    for j in range(lane, len(flux), lanes):
        flux[j] *= factor
        ivar[j] *= inverse

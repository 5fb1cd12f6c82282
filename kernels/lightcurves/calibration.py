"""Disturb the flux of a packed view beyond its noise: zero points, jumps, trends, random walks, flares, outliers.

Errors of the calibration are summed as ln(flux factor) and applied once, with :func:`clrseries.kernels.factor.multiply`.
Times `when` are days from the first point of the object, ascending.
"""

import math

import numpy as np

from ..elementary import exp32, floor32, log32
from ..lanes import stage
from .cadence import normal_of

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
TWO = np.float32(2.0)
HALF = np.float32(0.5)


@stage
def add_zero_points(log_factor, band, rms, normal, lane, lanes):
    """Add one random offset per band to ln(factor); each lane handles its own points.

    Parameters
    ----------
    log_factor : float32 (n,), in place
    band : int8 (n,)
    rms : float32
        [ln flux]
    normal : float32 (bands,)
        Standard normal deviates.
    """
    for j in range(lane, len(log_factor), lanes):
        log_factor[j] += rms * normal[band[j]]


@stage
def add_jumps(log_factor, when, rms, every, center, key, stream, view, epoch, lane, lanes):
    """Add one random offset per part of the curve (season, quarter) to ln(factor); each lane handles its own points.

    Parameters
    ----------
    log_factor : float32 (n,), in place
    when : float32 (n,)
        [day]
    rms : float32
        [ln flux]
    every : float32
        Length of a part [day].
    center : float32
        Middle of part 0 [day].
    key, stream, view, epoch : int
        Address of the random numbers.
    """
    inverse = ONE / every
    for j in range(lane, len(log_factor), lanes):
        part = floor32((when[j] - center) * inverse + HALF)
        log_factor[j] += rms * normal_of(part, key, stream, view, epoch)


@stage
def add_trend(log_factor, when, low, high, slope, curvature, lane, lanes):
    """Add a parabola over the span of the view to ln(factor); each lane handles its own points.

    With u from -1 at `low` to 1 at `high` it is ``slope u + curvature (u^2 - 1/3)``, whose mean over the span is 0.

    Parameters
    ----------
    log_factor : float32 (n,), in place
    when : float32 (n,)
        [day]
    low, high : float32
        [day]
    slope, curvature : float32
        [ln flux]
    """
    inverse = TWO / max(high - low, np.float32(1e-6))
    for j in range(lane, len(log_factor), lanes):
        u = (when[j] - low) * inverse - ONE
        log_factor[j] += slope * u + curvature * (u * u - np.float32(1.0 / 3.0))


@stage
def sum_steps(steps, number, lane):
    """Turn the first `number` steps (float32) of a random walk into its positions, in place; lane 0 does it alone."""
    if lane == 0:
        for k in range(1, number):
            steps[k] += steps[k - 1]


@stage
def add_walk(log_factor, when, low, rms, length, position, number, lane, lanes):
    """Add a random walk with straight lines between its positions to ln(factor); each lane handles its own points.

    Parameters
    ----------
    log_factor : float32 (n,), in place
    when : float32 (n,)
        [day]
    low : float32
        Time of position 0 [day].
    rms : float32
        Of one step [ln flux].
    length : float32
        Time between two positions [day].
    position : float32 (number,)
        From :func:`sum_steps`, for steps of rms 1.
    number : int
        At least 2; the last position holds afterwards.
    """
    inverse = ONE / length
    last = np.float32(number - 1)
    for j in range(lane, len(log_factor), lanes):
        u = min(max((when[j] - low) * inverse, ZERO), last)
        k = min(np.int32(u), np.int32(number - 2))
        part = u - np.float32(k)
        log_factor[j] += rms * (position[k] + part * (position[k + 1] - position[k]))


@stage
def add_flare(flux, ivar, when, start, height, decay, lane, lanes):
    """Add a sudden rise with an exponential decay to the good points; each lane handles its own points.

    Parameters
    ----------
    flux : float32 (n,), in place
    ivar, when : float32 (n,)
        `when` in days.
    start : float32
        [day]
    height : float32
        [unit of flux]
    decay : float32
        Time in which the flare falls by a factor e [day].
    """
    inverse = ONE / decay
    for j in range(lane, len(flux), lanes):
        since = when[j] - start
        seen = since >= ZERO and ivar[j] > ZERO
        flux[j] += height * exp32(-max(since, ZERO) * inverse) if seen else ZERO


@stage
def add_outliers(flux, ivar, fraction, size, uniform, lane, lanes):
    """Move the flux of some points by many times their error, up or down alike; each lane handles its own points.

    The distance is exponentially distributed. One deviate serves twice: below `fraction` it chooses the point, and divided by
    `fraction` it is again uniform in (0, 1] and gives the side and the distance.

    Parameters
    ----------
    flux : float32 (n,), in place
    ivar : float32 (n,)
    fraction : float32
        Of the points.
    size : float32
        Mean distance [sigma].
    uniform : float32 (n,)
        Uniform deviates in (0, 1].
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
    """Multiply the difference of flux from the median of its band by `factor`; each lane handles its own points.

    Parameters
    ----------
    flux, ivar : float32 (n,), in place
        Ivar is divided by ``factor^2``.
    band : int8 (n,)
    factor : float32
    median : float32 (bands,)
        [unit of flux]
    """
    inverse = ONE / (factor * factor)
    for j in range(lane, len(flux), lanes):
        m = median[band[j]]
        good = ivar[j] > ZERO
        flux[j] = m + factor * (flux[j] - m) if good else ZERO
        ivar[j] = ivar[j] * inverse if good else ZERO

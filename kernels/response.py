"""Everything that multiplies a spectrum by a smooth curve, summed as logarithms and applied by one exponential.

Extinction, tilt, telluric absorption, steps between arms, calibration warps and
fringes each add to ``ln(factor)``; then ``flux *= exp``, ``ivar *= exp^-2``. It acts behind
the line-spread function: for curves smooth on the scale of the profile the two commute.
"""

import numpy as np

from .elementary import exp32, turn32
from .lanes import stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
SIXTH = np.float32(1.0 / 6.0)
UNIT_VARIANCE = np.float32(np.sqrt(315.0 / 151.0))  # mean over a knot interval of sum_k B_k(u)^2 is 151/315


@stage
def clear(log_factor, lane, lanes):
    """A factor of one."""
    for j in range(lane, len(log_factor), lanes):
        log_factor[j] = ZERO


@stage
def add_curve(log_factor, coefficient, curve, lane, lanes):
    """Add `coefficient` times one curve on the output grid."""
    for j in range(lane, len(log_factor), lanes):
        log_factor[j] += coefficient * curve[j]


@stage
def add_rest_curve(log_factor, coefficient, curve, start, step, log_wavelength, log_stretch, lane, lanes):
    """Add `coefficient` times a curve tabulated at ``start + i step`` of ln(rest wavelength), by linear interpolation."""
    inverse = ONE / step
    last = np.float32(len(curve) - 1) - np.float32(0.001)
    for j in range(lane, len(log_factor), lanes):
        position = min(max((log_wavelength[j] - log_stretch - start) * inverse, ZERO), last)
        i = np.int32(position)
        u = position - np.float32(i)
        log_factor[j] += coefficient * (curve[i] + u * (curve[i + 1] - curve[i]))


@stage
def add_warp(log_factor, amplitude, length, phase, knots, lane, lanes):
    """Add a random cubic B-spline of rms `amplitude`, its knots `length` pixels apart from a random `phase`.

    Knot by knot, so that the loop over pixels is a plain cubic.
    """
    pixels = len(log_factor)
    scale = amplitude * UNIT_VARIANCE * SIXTH
    step = ONE / length
    k = 0
    first = 0
    while first < pixels:
        # pixels with k <= phase + j step < k + 1
        last = min(max(int((np.float32(k + 1) - phase) * length) + 1, first), pixels)
        a, b, c, d = knots[k] * scale, knots[k + 1] * scale, knots[k + 2] * scale, knots[k + 3] * scale
        c0 = a + np.float32(4.0) * b + c
        c1 = np.float32(3.0) * (c - a)
        c2 = np.float32(3.0) * (a - np.float32(2.0) * b + c)
        c3 = d - a + np.float32(3.0) * (b - c)
        part = log_factor[first:last]
        begin = phase + np.float32(first) * step - np.float32(k)
        for j in range(lane, last - first, lanes):
            u = begin + np.float32(j) * step
            part[j] += c0 + u * (c1 + u * (c2 + u * c3))
        first = last
        k += 1


@stage
def add_fringe(log_factor, amplitude, cycles, phase, envelope, inverse_wavelength, lane, lanes):
    """Add an interference pattern: `cycles` periods a unit of inverse wavelength, its strength an `envelope`."""
    for j in range(lane, len(log_factor), lanes):
        turns = phase + cycles * inverse_wavelength[j]
        fraction = turns - np.float32(np.int32(turns))
        _, sine = turn32(np.uint32(np.int64(fraction * np.float32(4294967040.0))))
        log_factor[j] += amplitude * envelope[j] * sine


@stage
def multiply(log_factor, flux, ivar, lane, lanes):
    """Apply ``exp(log_factor)``."""
    for j in range(lane, len(flux), lanes):
        flux[j] *= exp32(log_factor[j])
    for j in range(lane, len(flux), lanes):
        ivar[j] *= exp32(np.float32(-2.0) * log_factor[j])

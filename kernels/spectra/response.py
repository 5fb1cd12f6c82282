"""Add the logarithms of smooth factors on a spectrum to one row, ln(factor).

The row is applied once, with :func:`clrseries.kernels.factor.multiply`. Extinction, tilt, telluric absorption, steps between
arms, calibration errors and fringes are applied behind the line-spread function. For curves that are smooth over the width of
the profile the order makes no difference.
"""

import numpy as np

from ..elementary import turn32
from ..lanes import stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
SIXTH = np.float32(1.0 / 6.0)
# Knots of variance 1 give a spline of variance sum_k B_k(u)^2, whose mean over an interval is 151/315; this makes it 1.
UNIT_VARIANCE = np.float32(np.sqrt(315.0 / 151.0))


@stage
def add_curve(log_factor, coefficient, curve, lane, lanes):
    """Add `coefficient` times one curve on the output pixels to ln(factor); each lane handles its own pixels.

    Parameters
    ----------
    log_factor : float32 (P,), in place
    coefficient : float32
    curve : float32 (P,)
        ln(factor) for a coefficient of 1.
    """
    for j in range(lane, len(log_factor), lanes):
        log_factor[j] += coefficient * curve[j]


@stage
def add_rest_curve(log_factor, coefficient, curve, start, step, log_wavelength, log_stretch, lane, lanes):
    """Add `coefficient` times one curve of the rest wavelength to ln(factor); each lane handles its own pixels.

    The curve is interpolated linearly.

    Parameters
    ----------
    log_factor : float32 (P,), in place
    coefficient : float32
    curve : float32 (T,)
        ln(factor) for a coefficient of 1, where ln(rest wavelength / 5000 Angstrom) is ``start + i step``.
    start, step : float32
    log_wavelength : float32 (P,)
        ln(wavelength / 5000 Angstrom) of the pixels.
    log_stretch : float32
        ln(observed / rest wavelength).
    """
    inverse = ONE / step
    last = np.float32(len(curve) - 1) - np.float32(0.001)  # so that i + 1 is in the curve
    for j in range(lane, len(log_factor), lanes):
        position = min(max((log_wavelength[j] - log_stretch - start) * inverse, ZERO), last)
        i = np.int32(position)
        u = position - np.float32(i)
        log_factor[j] += coefficient * (curve[i] + u * (curve[i + 1] - curve[i]))


@stage
def add_calibration_error(log_factor, amplitude, length, phase, knots, lane, lanes):
    """Add a random cubic B-spline to ln(factor).

    The loop over knots lets the inner loop over pixels be a plain cubic. Within each interval the lanes share the pixels;
    they are not a lane's own pixels, so that barriers must stand before and behind.

    Parameters
    ----------
    log_factor : float32 (P,), in place
    amplitude : float32
        Root mean square of the spline.
    length : float32
        Distance of the knots [pixels].
    phase : float32
        Position of the first pixel between two knots, from 0 to 1.
    knots : float32
        Standard normal deviates, ``P / length + 6`` or more.
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
    """Add an interference pattern, a sine in inverse wavelength, to ln(factor); each lane handles its own pixels.

    Parameters
    ----------
    log_factor : float32 (P,), in place
    amplitude : float32
    cycles : float32
        Periods per unit of inverse wavelength [Angstrom].
    phase : float32
        [turns]
    envelope : float32 (P,)
        Relative amplitude.
    inverse_wavelength : float32 (P,)
        [1 / Angstrom]
    """
    for j in range(lane, len(log_factor), lanes):
        turns = phase + cycles * inverse_wavelength[j]
        fraction = turns - np.float32(np.int32(turns))
        # 4294967040 is the largest float32 below 2^32; turn32 takes off an eighth of a turn, which a random phase hides
        _, sine = turn32(np.uint32(np.int64(fraction * np.float32(4294967040.0))))
        log_factor[j] += amplitude * envelope[j] * sine

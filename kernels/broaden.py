"""Gaussian line-spread function whose width may change from pixel to pixel.

It works on the sums that resampling left: with taps t, ``W' = sum_k t_k W_{j+k}`` and
likewise for ``W x flux``; ``W^2 x variance`` takes t^2. A pixel without data has W = 0, so it
neither leaks nor dims its neighbours.

Taps are powers, ``t_k = q^(k^2)``: two multiplications a tap and pixel instead of an
exponential. For wide profiles q = exp(-1 / 2 sigma^2); a profile narrower than a pixel is
undersampled by that, so there q is chosen to give the taps the variance sigma^2 exactly.
"""

import math

import numpy as np

from .close import MINIMUM_COVERAGE
from .elementary import exp32
from .lanes import row, stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
HALF = np.float32(0.5)
REACH = np.float32(5.0)  # sigma
NARROWEST = np.float32(0.006)  # pixels^2, where exp(-1 / 2 sigma^2) is still a normal float32
UNDERSAMPLED = np.float32(0.5)  # pixels^2
MAXIMUM_RADIUS = 255  # pixels
PAD = 256  # zeros on either side of a row of sums
STRIP = 256  # pixels that share a loop over taps


@stage
def narrow_tap(variance):
    """The tap q one pixel from the centre of an undersampled profile of `variance` [pixels^2]."""
    # 2 q + 8 q^4 + 18 q^9 = variance (1 + 2 q + 2 q^4 + 2 q^9), from q of the first two terms alone
    v = min(variance, UNDERSAMPLED)
    q = HALF * v / (ONE - v)
    linear, quartic = np.float32(2.0) - np.float32(2.0) * v, np.float32(8.0) - np.float32(2.0) * v
    ninth = np.float32(18.0) - np.float32(2.0) * v
    for _ in range(3):
        q3 = q * q * q
        q8 = q3 * q3 * q * q
        value = q * linear + q3 * q * quartic + q8 * q * ninth - v
        q -= value / (linear + np.float32(4.0) * q3 * quartic + np.float32(9.0) * q8 * ninth)
    return q


@stage
def strip_taps(first, number, curve, a, b, c, undersampled, powers, lane, lanes):
    """t_1 = q of every pixel of a strip, t_2 / t_1 and q^2."""
    tap, ratio, square = powers[0], powers[1], powers[2]
    curve_a, curve_b, curve_c = curve[0, first:], curve[1, first:], curve[2, first:]
    for s in range(lane, number, lanes):
        square[s] = max(a * curve_a[s] + b * curve_b[s] + c * curve_c[s], ZERO)
    for s in range(lane, number, lanes):
        tap[s] = exp32(-HALF / max(square[s], NARROWEST))
    if undersampled:
        for s in range(lane, number, lanes):
            v = square[s]
            tap[s] = tap[s] if v >= UNDERSAMPLED else narrow_tap(v)
    for s in range(lane, number, lanes):
        square[s] = tap[s] * tap[s]
    for s in range(lane, number, lanes):
        ratio[s] = square[s] * tap[s]


@stage
def add_taps(acc, tap, ratio, left, right, lane, lanes):
    """Add taps k and k + 1 on both sides: ``left[1:]`` and ``right`` are the sums k pixels away."""
    left_1, left_2, right_2 = left[1:], left, right[1:]
    for s in range(lane, len(acc), lanes):
        near = left_1[s] + right[s]
        far = left_2[s] + right_2[s]
        acc[s] += tap[s] * (near + ratio[s] * far)


@stage
def add_squared_taps(acc, tap, ratio, left, right, lane, lanes):
    """The same with the squares of the taps."""
    left_1, left_2, right_2 = left[1:], left, right[1:]
    for s in range(lane, len(acc), lanes):
        near = left_1[s] + right[s]
        far = left_2[s] + right_2[s]
        acc[s] += tap[s] * tap[s] * (near + ratio[s] * ratio[s] * far)


@stage
def next_taps(tap, ratio, square, lane, lanes):
    """From t_k and t_(k+1) / t_k to t_(k+2) and t_(k+3) / t_(k+2)."""
    for s in range(lane, len(tap), lanes):
        tap[s] *= ratio[s] * ratio[s] * square[s]
    for s in range(lane, len(tap), lanes):
        ratio[s] *= square[s] * square[s]


@stage
def copy(source, target, lane, lanes):
    """The central taps, which are 1."""
    for s in range(lane, len(target), lanes):
        target[s] = source[s]


@stage
def end_strip(own, widths, scale, good, acc_w, acc_f, acc_v, flux, ivar, lane, lanes):
    """Divide a strip's sums into flux and ivar; a pixel without data of its `own` stays so."""
    for s in range(lane, len(flux), lanes):
        good[s] = ONE if own[s] >= MINIMUM_COVERAGE * widths[s] else ZERO
    for s in range(lane, len(flux), lanes):
        flux[s] = scale * acc_f[s] / acc_w[s] if good[s] > ZERO else ZERO
    square = ONE / (scale * scale)
    for s in range(lane, len(flux), lanes):
        ivar[s] = square * acc_w[s] * acc_w[s] / acc_v[s] if good[s] > ZERO else ZERO


@row
def broaden_row(sums, curve, a, b, c, narrowest, widest, scale, widths, strip, flux, ivar, lane, lanes):
    """Convolve one row of padded `sums` and divide it into `flux` and `ivar`.

    The profile's variance at pixel j is ``a curve[0, j] + b curve[1, j] + c curve[2, j]``
    [pixels^2], between `narrowest` and `widest`. A lane works on its own pixels of a
    strip from beginning to end, so no barrier is needed. `strip` is work space, (6, STRIP).
    """
    sum_w, sum_f, sum_v = sums
    radius = min(int(REACH * math.sqrt(widest)) + 1, MAXIMUM_RADIUS)
    for first in range(0, len(flux), STRIP):
        number = min(STRIP, len(flux) - first)
        tap, ratio, square = strip[0, :number], strip[1, :number], strip[2, :number]
        acc_w, acc_f, acc_v = strip[3, :number], strip[4, :number], strip[5, :number]
        centre = PAD + first
        strip_taps(first, number, curve, a, b, c, narrowest < UNDERSAMPLED, (tap, ratio, square), lane, lanes)
        copy(sum_w[centre:], acc_w, lane, lanes)
        copy(sum_f[centre:], acc_f, lane, lanes)
        copy(sum_v[centre:], acc_v, lane, lanes)
        for k in range(1, radius + 1, 2):
            low, high = centre - k - 1, centre + k
            add_taps(acc_w, tap, ratio, sum_w[low:], sum_w[high:], lane, lanes)
            add_taps(acc_f, tap, ratio, sum_f[low:], sum_f[high:], lane, lanes)
            add_squared_taps(acc_v, tap, ratio, sum_v[low:], sum_v[high:], lane, lanes)
            next_taps(tap, ratio, square, lane, lanes)
        end_strip(
            sum_w[centre:], widths[first:], scale, tap, acc_w, acc_f, acc_v,
            flux[first : first + number], ivar[first : first + number], lane, lanes,
        )  # fmt: skip

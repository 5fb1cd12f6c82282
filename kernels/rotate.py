"""Rotational broadening of a star: convolution with the profile of a spinning, limb-darkened disc.

Gray (2005, *The Observation and Analysis of Stellar Photospheres*, eq. 18.14): with
x = v / (v sin i), ``G(x) = 2 (1 - e) sqrt(1 - x^2) + pi / 2 e (1 - x^2)`` up to a factor, for a
linear limb-darkening coefficient e. It works on the sums that resampling left, as :mod:`broaden` does.
"""

import math

import numpy as np

from .broaden import MAXIMUM_RADIUS, PAD
from .lanes import stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
TWO = np.float32(2.0)
HALF_PI = np.float32(1.5707963267948966)


@stage
def profile(x2, limb):
    """The profile at x^2, relative to nothing; 0 outside the disc."""
    inside = max(ONE - x2, ZERO)
    return TWO * (ONE - limb) * math.sqrt(inside) + HALF_PI * limb * inside


@stage
def rotate_sums(sums, velocities, vsini, limb, smallest, correlation, out, lane, lanes):
    """Convolve padded `sums` into padded `out`, for pixels `velocities` [km/s] wide, of which none below `smallest`.

    The variance is multiplied by `correlation`, for what follows to treat pixels as independent.
    """
    sum_w, sum_f, sum_v = sums
    out_w, out_f, out_v = out
    radius = min(int(vsini / smallest) + 1, MAXIMUM_RADIUS)
    inverse = ONE / vsini
    for j in range(lane, len(velocities), lanes):
        centre = PAD + j
        scale = velocities[j] * inverse
        tap = profile(ZERO, limb)
        w, f, v, total = tap * sum_w[centre], tap * sum_f[centre], tap * tap * sum_v[centre], tap
        for k in range(1, radius + 1):
            x = np.float32(k) * scale
            tap = profile(x * x, limb)
            w += tap * (sum_w[centre - k] + sum_w[centre + k])
            f += tap * (sum_f[centre - k] + sum_f[centre + k])
            v += tap * tap * (sum_v[centre - k] + sum_v[centre + k])
            total += TWO * tap
        # unit sum, so that coverage W still means length; a pixel without data stays so
        norm = ONE / total if sum_w[centre] > ZERO else ZERO
        out_w[centre] = w * norm
        out_f[centre] = f * norm
        out_v[centre] = v * norm * norm * correlation

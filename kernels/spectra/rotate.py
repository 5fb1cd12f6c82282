"""Broaden a view as the rotation of a star does: convolve it with the profile of a spinning, limb-darkened disk.

With x = v / (v sin i) and a linear limb-darkening coefficient e, the profile is
``G(x) = 2 (1 - e) sqrt(1 - x^2) + pi / 2 e (1 - x^2)`` up to a factor (Gray 2005, *The Observation and Analysis of Stellar
Photospheres*, eq. 18.14). As in :mod:`clrseries.kernels.spectra.broaden`, the convolution works on the sums that resampling
leaves.
"""

import math

import numpy as np

from ..lanes import stage
from .broaden import MAXIMUM_RADIUS, PAD

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
TWO = np.float32(2.0)
HALF_PI = np.float32(1.5707963267948966)


@stage
def profile(x2, limb_darkening):
    """Return the profile G(x), not normalized, from ``x2 = x^2``; it is 0 where x^2 is above 1."""
    inside = max(ONE - x2, ZERO)
    return TWO * (ONE - limb_darkening) * math.sqrt(inside) + HALF_PI * limb_darkening * inside


@stage
def rotate_sums(sums, velocities, vsini, limb_darkening, smallest, correlation, out, lane, lanes):
    """Convolve the padded sums of one view with the rotational profile; a lane writes its own pixels.

    A lane reads sums of other lanes, so that a barrier must stand before.

    Parameters
    ----------
    sums : Sums
        Three float32 rows with ``PAD`` zeros on either side.
    velocities : float32 (P,)
        Widths of the pixels [km/s].
    vsini : float32
        [km/s], above 0.
    limb_darkening : float32
        From 0 to 1.
    smallest : float32
        The smallest of `velocities` [km/s].
    correlation : float32
        Factor on the variance: the line-spread function that follows treats pixels as independent, and after this one they
        are not.
    out : Sums, out
        Padded as `sums`, with the same zeros.
    """
    sum_w, sum_f, sum_v = sums.length, sums.flux, sums.variance
    out_w, out_f, out_v = out.length, out.flux, out.variance
    radius = min(int(vsini / smallest) + 1, MAXIMUM_RADIUS)
    inverse = ONE / vsini
    for j in range(lane, len(velocities), lanes):
        center = PAD + j
        scale = velocities[j] * inverse
        tap = profile(ZERO, limb_darkening)
        w, f, v, total = tap * sum_w[center], tap * sum_f[center], tap * tap * sum_v[center], tap
        for k in range(1, radius + 1):
            x = np.float32(k) * scale
            tap = profile(x * x, limb_darkening)
            w += tap * (sum_w[center - k] + sum_w[center + k])
            f += tap * (sum_f[center - k] + sum_f[center + k])
            v += tap * tap * (sum_v[center - k] + sum_v[center + k])
            total += TWO * tap
        # taps with sum 1, so that W is still the covered length; a pixel without data of its own stays empty
        norm = ONE / total if sum_w[center] > ZERO else ZERO
        out_w[center] = w * norm
        out_f[center] = f * norm
        out_v[center] = v * norm * norm * correlation

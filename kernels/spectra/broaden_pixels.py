"""Convolve a view with the line-spread function on a GPU, where each thread keeps the taps of one pixel in registers.

The numbers are those of :mod:`clrseries.kernels.spectra.broaden`, up to rounding.
"""

import numpy as np

from ..elementary import exp32
from ..lanes import stage
from .broaden import NARROWEST, PAD, UNDERSAMPLED, narrow_tap, radius_of
from .sums_to_flux import MINIMUM_COVERAGE

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
HALF = np.float32(0.5)


@stage
def broaden_pixels(sums, curve, a, b, c, widest, scale, widths, flux, ivar, lane, lanes):
    """Convolve the sums of one view and divide them into flux and ivar; each lane writes its own pixels.

    A lane reads sums of other lanes, so that a barrier must stand before.

    Parameters
    ----------
    sums, curve, a, b, c, widest, scale, widths, flux, ivar
        As in :func:`clrseries.kernels.spectra.broaden.broaden_row`.
    """
    sum_w, sum_f, sum_v = sums.length, sums.flux, sums.variance
    radius = np.int32(radius_of(widest))
    square = ONE / (scale * scale)
    for j in range(np.int32(lane), np.int32(len(flux)), np.int32(lanes)):
        variance = max(a * curve[0, j] + b * curve[1, j] + c * curve[2, j], ZERO)
        tap = exp32(-HALF / max(variance, NARROWEST)) if variance >= UNDERSAMPLED else narrow_tap(variance)
        squared = tap * tap
        ratio = squared * tap
        center = np.uint32(PAD + j)
        w, f, v = sum_w[center], sum_f[center], sum_v[center]
        own = w
        left, right = center, center
        for _ in range(radius):
            left, right = np.uint32(left - np.uint32(1)), np.uint32(right + np.uint32(1))
            w += tap * (sum_w[left] + sum_w[right])
            f += tap * (sum_f[left] + sum_f[right])
            v += tap * tap * (sum_v[left] + sum_v[right])
            tap *= ratio
            ratio *= squared
        good = own >= MINIMUM_COVERAGE * widths[j]
        flux[j] = scale * f / w if good else ZERO
        ivar[j] = square * w * w / v if good else ZERO

"""From sums to flux and inverse variance: the last line of resampling and of the line-spread function."""

import numpy as np

from .lanes import stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
MINIMUM_COVERAGE = np.float32(0.5)  # an output pixel that good input covers to less than this has ivar 0


@stage
def close_flux(sum_w, sum_f, widths, scale, flux, lane, lanes):
    """``scale x sum_f / sum_w``; 0 where less than half of the pixel's width is covered."""
    for j in range(lane, len(flux), lanes):
        good = sum_w[j] >= MINIMUM_COVERAGE * widths[j]
        value = scale * sum_f[j] / (sum_w[j] if good else ONE)
        flux[j] = value if good else ZERO


@stage
def close_ivar(sum_w, sum_v, widths, scale, ivar, lane, lanes):
    """``scale x sum_w^2 / sum_v``; 0 where less than half of the pixel's width is covered."""
    for j in range(lane, len(ivar), lanes):
        good = sum_w[j] >= MINIMUM_COVERAGE * widths[j]
        value = scale * sum_w[j] * sum_w[j] / (sum_v[j] if good else ONE)
        ivar[j] = value if good else ZERO

"""Divide the sums that resampling leaves into flux and ivar, where no line-spread function follows."""

import numpy as np

from ..lanes import stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
MINIMUM_COVERAGE = np.float32(0.5)  # part of an output pixel that good input must cover, else its ivar is 0


@stage
def flux_from_sums(sum_w, sum_f, widths, scale, flux, lane, lanes):
    """Write ``flux = scale sum_f / sum_w``; each lane handles its own pixels.

    Flux is 0 where good input covers less than half of the pixel.

    Parameters
    ----------
    sum_w, sum_f : float32
        W [Angstrom] and W x flux, P pixels or more.
    widths : float32 (P,)
        Widths of the pixels [Angstrom].
    scale : float32
        Factor on flux.
    flux : float32 (P,), out
    """
    for j in range(lane, len(flux), lanes):
        good = sum_w[j] >= MINIMUM_COVERAGE * widths[j]
        value = scale * sum_f[j] / (sum_w[j] if good else ONE)
        flux[j] = value if good else ZERO


@stage
def ivar_from_sums(sum_w, sum_v, widths, scale, ivar, lane, lanes):
    """Write ``ivar = scale sum_w^2 / sum_v``; each lane handles its own pixels.

    Ivar is 0 where good input covers less than half of the pixel.

    Parameters
    ----------
    sum_w, sum_v : float32
        W [Angstrom] and W^2 x variance, P pixels or more.
    widths : float32 (P,)
        Widths of the pixels [Angstrom].
    scale : float32
        Factor on ivar: the inverse square of the factor on flux.
    ivar : float32 (P,), out
    """
    for j in range(lane, len(ivar), lanes):
        good = sum_w[j] >= MINIMUM_COVERAGE * widths[j]
        value = scale * sum_w[j] * sum_w[j] / (sum_v[j] if good else ONE)
        ivar[j] = value if good else ZERO

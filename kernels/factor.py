"""Multiply a view by smooth factors, whose logarithms are summed first so that all of them need one exponential per sample."""

import numpy as np

from .elementary import exp32
from .lanes import stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)


@stage
def clear(log_factor, lane, lanes):
    """Set ln(factor) to 0 in a whole row; each lane sets its own samples.

    Parameters
    ----------
    log_factor : float32 (P,), out
    """
    for j in range(lane, len(log_factor), lanes):
        log_factor[j] = ZERO


@stage
def multiply(log_factor, flux, ivar, lane, lanes):
    """Multiply flux by ``exp(log_factor)`` and ivar by ``exp(-2 log_factor)``; each lane changes its own samples.

    Parameters
    ----------
    log_factor : float32 (P,)
        ln(factor), the sum over all effects.
    flux, ivar : float32 (P,), in place
    """
    for j in range(lane, len(flux), lanes):
        factor = exp32(log_factor[j])  # from exp(-87) to exp(88), whose inverse is a float32
        inverse = ONE / factor
        flux[j] *= factor
        ivar[j] = ivar[j] * inverse * inverse

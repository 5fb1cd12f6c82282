"""Divide or multiply all samples of a view by one number."""

import numpy as np

from .lanes import stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
TINY = np.float32(1e-30)  # smallest scale that a row is divided by


@stage
def divide(flux, ivar, scale, lane, lanes):
    """Divide flux by `scale` and multiply ivar by its square; each lane changes its own samples.

    Parameters
    ----------
    flux, ivar : float32 (P,), in place
        Both become 0 where `scale` is 0 (up to ``TINY``) or negative.
    scale : float32
    """
    good = scale > TINY
    inverse = ONE / scale if good else ZERO
    square = scale * scale if good else ZERO
    for j in range(lane, len(flux), lanes):
        flux[j] *= inverse
        ivar[j] *= square


@stage
def multiply(flux, ivar, factor, lane, lanes):
    """Multiply flux by `factor` and divide ivar by its square; each lane changes its own samples.

    Parameters
    ----------
    flux, ivar : float32 (P,), in place
    factor : float32
    """
    inverse = ONE / (factor * factor)
    for j in range(lane, len(flux), lanes):
        flux[j] *= factor
        ivar[j] *= inverse

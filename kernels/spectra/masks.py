"""Set flux and ivar of lost pixels to 0: ends, fixed ranges (bands, arms), random runs (gaps, bad columns), single pixels."""

import numpy as np

from ..lanes import stage

ZERO = np.float32(0.0)


@stage
def mask_range(flux, ivar, first, last, lane, lanes):
    """Set pixels ``first`` to ``last - 1`` of one view to 0, as far as they exist; the lanes share them.

    A lane does not handle its own pixels here. Two of these stages need no barrier between them, since all that is written is
    0.

    Parameters
    ----------
    flux, ivar : float32 (P,), in place
    first, last : int
    """
    for j in range(max(first, 0) + lane, min(last, len(flux)), lanes):
        flux[j] = ZERO
        ivar[j] = ZERO


@stage
def mask_runs(flux, ivar, count, length, start, lane, lanes):
    """Set random runs of pixels of one view to 0, each by :func:`mask_range`.

    The starts are uniform over all positions at which a run touches the row, so that the ends are lost as often as the
    middle.

    Parameters
    ----------
    flux, ivar : float32 (P,), in place
    count : int
        Number of runs.
    length : int
        Length of each run [pixels].
    start : float32 (count,)
        Uniform deviates in (0, 1], one for each run.
    """
    pixels = len(flux)
    for r in range(count):
        first = int(start[r] * np.float32(pixels + length - 1)) - length + 1
        mask_range(flux, ivar, first, first + length, lane, lanes)


@stage
def mask_pixels(flux, ivar, fraction, uniform, lane, lanes):
    """Set each pixel of one view to 0 whose uniform deviate is at most `fraction`; each lane handles its own pixels.

    Parameters
    ----------
    flux, ivar : float32 (P,), in place
    fraction : float32
    uniform : float32 (P,)
        Uniform deviates in (0, 1].
    """
    for j in range(lane, len(flux), lanes):
        keep = uniform[j] > fraction
        flux[j] = flux[j] if keep else ZERO
        ivar[j] = ivar[j] if keep else ZERO

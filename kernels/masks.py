"""Pixels lost: the ends, fixed ranges (bands, arms), random runs (gaps, bad columns) and single pixels."""

import numpy as np

from .lanes import stage

ZERO = np.float32(0.0)


@stage
def mask_range(flux, ivar, first, last, lane, lanes):
    """Blank pixels ``first`` to ``last - 1`` as far as they exist."""
    for j in range(max(first, 0) + lane, min(last, len(flux)), lanes):
        flux[j] = ZERO
        ivar[j] = ZERO


@stage
def mask_runs(flux, ivar, count, length, start, lane, lanes):
    """Blank `count` runs of `length` pixels; run r begins where the uniform deviate ``start[r]`` says.

    Starts are uniform over every position at which the run touches the row, so
    that the ends are lost as often as the middle.
    """
    pixels = len(flux)
    for r in range(count):
        first = int(start[r] * np.float32(pixels + length - 1)) - length + 1
        mask_range(flux, ivar, first, first + length, lane, lanes)


@stage
def mask_pixels(flux, ivar, fraction, uniform, lane, lanes):
    """Blank each pixel whose uniform deviate in (0, 1] is at most `fraction`."""
    for j in range(lane, len(flux), lanes):
        keep = uniform[j] > fraction
        flux[j] = flux[j] if keep else ZERO
        ivar[j] = ivar[j] if keep else ZERO

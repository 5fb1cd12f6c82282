"""Find the point at which the time of a view is 0, among the points that are left of the curve.

A point that was dropped decides nothing: the times of a curve that is cut before its peak do not tell when the peak comes.
"""

import math

import numpy as np

from ..lanes import row, stage

ZERO = np.float32(0.0)
DETECTED = np.float32(5.0)  # signal-to-noise ratio of a detection
FIRST, MIDDLE, DETECTION, PEAK = 0, 1, 2, 3  # origins
LAST = 4  # with FIRST it gives MIDDLE


@stage
def score(now, j, kind):
    """Return how well point `j` fits a kind of origin (float64): the more the better, and -inf if it does not."""
    fits = now.ivar[j] > ZERO
    if kind == DETECTION or kind == PEAK:
        fits = fits and now.flux[j] * math.sqrt(now.ivar[j]) > DETECTED
    value = now.time[j] if kind == LAST else -now.time[j]
    if kind == PEAK:
        value = np.float64(now.flux[j])
    return value if fits else -np.inf


@stage
def best_own(now, number, kind, lane, lanes):
    """Return the index (int32) of the lane's own point that fits best, the first of several, or -1 if none does."""
    best, found = -np.inf, np.int32(-1)
    for j in range(lane, number, lanes):
        own = score(now, j, kind)
        if own > best:
            best, found = own, np.int32(j)
    return found


@stage
def best_of_all(now, kind, found, lanes):
    """Return the best of the points that the lanes found (int32), the first of several; every lane returns the same."""
    best, chosen = -np.inf, np.int32(-1)
    for s in range(lanes):
        j = found[s]
        own = score(now, j, kind) if j >= 0 else -np.inf
        if own > best or (own == best and 0 <= j < chosen):
            best, chosen = own, j
    return chosen


@row
def best_point(now, number, kind, found, lane, lanes, barrier):
    """Return the index of the point that fits a kind of origin best, or -1 if none does; `found` (int32, one per lane) is work space."""
    barrier()
    found[lane] = best_own(now, number, kind, lane, lanes)
    barrier()
    return best_of_all(now, kind, found, lanes)


@row
def time_of_origin(now, number, kind, found, lane, lanes, barrier):
    """Return the time of the origin of a view [day], the same in every lane; 0 if no point is left.

    Parameters
    ----------
    now : Points
        In any order.
    number : int
        Number of points; those with ivar 0 do not count.
    kind : int
        ``FIRST``, ``MIDDLE`` (between the first and the last), ``DETECTION`` (the first with S/N above 5) or ``PEAK`` (the
        brightest with S/N above 5); where no point has such an S/N, the first of all.
    found : int32 (lanes,), work space

    Returns
    -------
    float64
    """
    origin = 0.0
    for wanted in (
        FIRST,
        LAST if kind == MIDDLE else kind,
    ):  # one call in a loop takes fewer registers of a GPU than two
        at = best_point(now, number, wanted, found, lane, lanes, barrier)
        if at >= 0:
            origin = 0.5 * (origin + now.time[at]) if wanted == LAST else now.time[at]
    return origin

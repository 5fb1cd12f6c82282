"""Move the points that are left of a curve to the front, so that the steps that follow spend no time on the others.

Random numbers are addressed by the index that a point has in its curve, and these indices are kept: a view does not depend on
when the points before it were removed.
"""

import numpy as np

from ..lanes import row, stage
from ..select import count_up

ZERO = np.float32(0.0)


@stage
def count_good(ivar, lane, lanes):
    """Return how many good points the lane's part has; the parts are contiguous, not a lane's own points."""
    part = (len(ivar) + lanes - 1) // lanes
    good = np.int32(0)
    for j in range(lane * part, min((lane + 1) * part, len(ivar))):
        good = np.int32(good + (np.int32(1) if ivar[j] > ZERO else np.int32(0)))
    return good


@stage
def list_good(ivar, counts, index, lane, lanes):
    """Write the indices of the good points into `index`, in order.

    A lane handles the contiguous part of the points that it counted in :func:`count_good`.

    Parameters
    ----------
    ivar : float32 (n,)
    counts : int32 (lanes,)
        Good points in the part of each lane.
    index : int32 (n or more,), out
    """
    part = (len(ivar) + lanes - 1) // lanes
    at = np.int32(0)
    for s in range(lane):
        at = np.int32(at + counts[s])
    for j in range(lane * part, min((lane + 1) * part, len(ivar))):
        if ivar[j] > ZERO:
            index[at] = np.int32(j)
            at = np.int32(at + np.int32(1))


@stage
def list_all_good(ivar, index):
    """Write the indices of the good points into `index`, in order, and return their number; for a single lane.

    Every index is written, and overwritten by the next if its point is not good, since a branch could not be predicted.
    """
    at = 0
    for j in range(len(ivar)):
        index[at] = np.int32(j)
        at += 1 if ivar[j] > ZERO else 0
    return at


@stage
def take_points(time, flux, ivar, band, index, number, then, lane, lanes):
    """Copy the points that `index` lists; each lane handles its own places of `then` but reads others.

    Parameters
    ----------
    time : float64 (n,)
    flux, ivar : float32 (n,)
    band : int8 (n,)
    index : int32 (number or more,)
    number : int
    then : Points, out
    """
    for k in range(lane, number, lanes):
        j = index[k]
        then.time[k] = time[j]
        then.flux[k] = flux[j]
        then.ivar[k] = ivar[j]
        then.band[k] = band[j]


@row
def compress(time, flux, ivar, band, index, counts, then, lane, lanes, barrier):
    """Write the good points of a curve into `then`, in order, and the index of each into `index`.

    Each lane has then written its own places of `then`.

    Parameters
    ----------
    time : float64 (n,)
    flux, ivar : float32 (n,)
    band : int8 (n,)
    index : int32 (n or more,), out
    counts : int32 (lanes,), work space
    then : Points, out

    Returns
    -------
    int
        Number of good points, the same in every lane.
    """
    if lanes == 1:
        number = list_all_good(ivar, index)
    else:
        barrier()
        counts[lane] = count_good(ivar, lane, lanes)
        barrier()
        number = int(count_up(counts, lanes))
        list_good(ivar, counts, index, lane, lanes)
        barrier()
    take_points(time, flux, ivar, band, index, number, then, lane, lanes)
    return number

"""Make points from other points: a curve at the epochs of another survey, and a curve averaged in bins."""

import math
from collections import namedtuple

import numpy as np

from ..lanes import stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
NEAREST, LINEAR = 0, 1  # which measurement stands for an epoch

# How a curve is put on the epochs of another survey.
Wanted = namedtuple(
    "Wanted",
    [
        "stretch",  # float64: factor on time, about the reference
        "reference",  # float64 [day]
        "shift",  # float64: added to time [day]
        "phase",  # float64: how long before the first point the first cycle begins [cycles]
        "reach",  # float64: largest distance of a measurement from an epoch, in the time of the input [day]
        "method",  # int: NEAREST or LINEAR
    ],
)


@stage
def first_not_before(x, value):
    """Return the index of the first element of the ascending `x` that is not below `value`, or its length if there is none."""
    low, high = 0, len(x)
    while low < high:
        middle = (low + high) // 2
        if x[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@stage
def neighbor(x, ivar, band, wanted, start, step, limit):
    """Return the index of the next good point of one band, or -1 if there is none.

    Parameters
    ----------
    x : float64 (n,)
        Ascending [day].
    ivar : float32 (n,)
    band : int8 (n,)
    wanted : int8
        Number of the band.
    start : int
        Index at which the search begins.
    step : int
        1 to search forward, -1 to search backward.
    limit : float64
        Time beyond which the search ends [day].
    """
    j = start
    while 0 <= j < len(x) and (x[j] - limit) * step <= 0.0:
        if band[j] == wanted and ivar[j] > ZERO:
            return j
        j += step
    return -1


@stage
def count_visits(low, high, cycle, epochs, most):
    """Return the number of epochs in the cycles that cover the times from `low` to `high` [day], but at most `most`."""
    if epochs == 0:
        return 0
    return min((int((high - low) / cycle) + 2) * epochs, most)


@stage
def nearer_to_another(point, own, e, number, epochs, start, tables):
    """Return whether another epoch of the same band is nearer to a point than epoch `e`; of two as near, the earlier one counts.

    Parameters
    ----------
    point : float64
        Time of the point in the view [day].
    own : float64
        Distance of the point from epoch `e` [day].
    e, number, epochs : int
        Index of the epoch, number of all epochs, and of those in one cycle.
    start : float64
        Time at which the first cycle begins [day].
    tables : Tables
    """
    found = False
    for step in (-1, 1):
        k = e + step
        while 0 <= k < number and tables.visit_band[k % epochs] != tables.visit_band[e % epochs]:
            k += step
        if 0 <= k < number:
            other = abs(start + (k // epochs) * tables.cycle + tables.visit_time[k % epochs] - point)
            found = found or other < own or (other == own and k < e)
    return found


@stage
def visit(x, flux, ivar, band, wanted, tables, low, number, then, lane, lanes):
    """Write a point for each epoch of another survey, made from the measurements of its band; each lane handles its own epochs.

    With ``NEAREST`` the nearest measurement stands for the epoch, unless it is nearer to another epoch: none is used twice.
    With ``LINEAR`` it is the straight line through the measurements before and after, whose variance follows from the weights
    of the two. An epoch without a measurement within `reach` (for a line: on both sides) gets ivar 0.

    Parameters
    ----------
    x : float64 (n,)
        Times as they come in, ascending [day].
    flux, ivar : float32 (n,)
    band : int8 (n,)
    wanted : Wanted
    tables : Tables
    low : float64
        First time of the curve in the view [day].
    number : int
        Number of epochs, from :func:`count_visits`.
    then : Points, out
    """
    stretch, reference, shift = wanted.stretch, wanted.reference, wanted.shift
    phase, reach, method = wanted.phase, wanted.reach, wanted.method
    time, own_flux, own_ivar, own_band = then.time, then.flux, then.ivar, then.band
    epochs = len(tables.visit_time)
    for e in range(lane, number, lanes):
        when = low - phase * tables.cycle + (e // epochs) * tables.cycle + tables.visit_time[e % epochs]
        color = tables.visit_band[e % epochs]
        source = x[0] + reference + (when - shift - reference) / stretch
        at = first_not_before(x, source)
        left = neighbor(x, ivar, band, color, at - 1, -1, source - reach)
        right = neighbor(x, ivar, band, color, at, 1, source + reach)
        weight = ZERO
        if method == NEAREST:
            if left < 0 or (right >= 0 and x[right] - source < source - x[left]):
                left = right
            right = left
        elif left >= 0 and right >= 0 and x[right] > x[left]:
            weight = np.float32((source - x[left]) / (x[right] - x[left]))
        seen = left >= 0 and right >= 0
        if seen and method == NEAREST:
            point = reference + stretch * (x[left] - x[0] - reference) + shift
            start = low - phase * tables.cycle
            seen = not nearer_to_another(point, abs(point - when), e, number, epochs, start, tables)
        i, k = max(left, 0), max(right, 0)
        own = ONE - weight
        v = own * own / ivar[i] + weight * weight / ivar[k] if seen else ONE
        time[e] = when
        own_flux[e] = own * flux[i] + weight * flux[k] if seen else ZERO
        own_ivar[e] = ONE / v if seen else ZERO
        own_band[e] = color


@stage
def copy_points(number, source, target, lane, lanes):
    """Copy the first `number` of one set of Points to another; each lane handles its own points."""
    for j in range(lane, number, lanes):
        target.time[j] = source.time[j]
        target.flux[j] = source.flux[j]
        target.ivar[j] = source.ivar[j]
        target.band[j] = source.band[j]


@stage
def bin_of(time, inverse, phase):
    """Return the number of the bin that a time [day] lies in; `inverse` is 1 / width, and `phase` is in bins."""
    return math.floor(time * inverse + phase)


@stage
def bin_points(now, number, width, phase, then, lane, lanes):
    """Average each band in bins of time, weighted with ivar; each lane handles its own points but reads others.

    The first good point of a band in a bin becomes the mean of flux and time, with the sum of ivar; the others are dropped.

    Parameters
    ----------
    now : Points
        In order of time, or in reverse order.
    number : int
        Number of points.
    width : float64
        Of a bin [day].
    phase : float64
        [bins]
    then : Points, out
    """
    time, flux, ivar, band = now.time, now.flux, now.ivar, now.band
    own_time, own_flux, own_ivar, own_band = then.time, then.flux, then.ivar, then.band
    inverse = 1.0 / width
    for j in range(lane, number, lanes):
        own_time[j], own_flux[j], own_ivar[j], own_band[j] = time[j], ZERO, ZERO, band[j]
        if ivar[j] > ZERO:
            cell = bin_of(time[j], inverse, phase)
            leads = True
            i = j - 1
            while leads and i >= 0 and bin_of(time[i], inverse, phase) == cell:
                leads = not (band[i] == band[j] and ivar[i] > ZERO)
                i -= 1
            if leads:
                weight, total, moment = ZERO, ZERO, ZERO
                i = j
                while i < number and bin_of(time[i], inverse, phase) == cell:
                    if band[i] == band[j] and ivar[i] > ZERO:
                        weight += ivar[i]
                        total += ivar[i] * flux[i]
                        moment += ivar[i] * np.float32(time[i] - time[j])
                    i += 1
                own_time[j] = time[j] + np.float64(moment / weight)
                own_flux[j] = total / weight
                own_ivar[j] = weight

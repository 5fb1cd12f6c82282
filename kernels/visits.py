"""Points made of others: a curve seen at the epochs of another survey, and a curve binned."""

import math

import numpy as np

from .lanes import stage

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
NEAREST, LINEAR = 0, 1  # which measurement stands for an epoch


@stage
def first_not_before(x, value):
    """Index of the first of the ascending `x` that is not below `value`."""
    low, high = 0, len(x)
    while low < high:
        middle = (low + high) // 2
        if x[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@stage
def neighbour(x, ivar, band, wanted, start, step, limit):
    """The next good point of one band from `start` in direction `step`, no farther than time `limit`; -1 if none."""
    j = start
    while 0 <= j < len(x) and (x[j] - limit) * step <= 0.0:
        if band[j] == wanted and ivar[j] > ZERO:
            return j
        j += step
    return -1


@stage
def count_visits(low, high, cycle, epochs, most):
    """How many epochs of the table lie in the cycles that cover the times from `low` to `high`."""
    if epochs == 0:
        return 0
    return min((int((high - low) / cycle) + 2) * epochs, most)


@stage
def nearer_to_another(point, own, e, number, epochs, start, tables):
    """Whether another epoch of the same band is nearer to a point than epoch `e`, which is `own` days from it."""
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
def visit(x, flux, ivar, band, draw, tables, low, number, then, lane, lanes):
    """Give each epoch the measurement of its band that is nearest, or the line through the two around it.

    `draw` is (stretch, reference, shift, phase, reach, method). An epoch without a measurement within the reach
    (for a line: on both sides) is lost, and so is one whose nearest measurement is nearer to another epoch: none is
    used twice. Variance follows the line's weights.
    """
    stretch, reference, shift, phase, reach, method = draw
    time, own_flux, own_ivar, own_band = then
    epochs = len(tables.visit_time)
    for e in range(lane, number, lanes):
        when = low - phase * tables.cycle + (e // epochs) * tables.cycle + tables.visit_time[e % epochs]
        wanted = tables.visit_band[e % epochs]
        source = x[0] + reference + (when - shift - reference) / stretch
        at = first_not_before(x, source)
        left = neighbour(x, ivar, band, wanted, at - 1, -1, source - reach)
        right = neighbour(x, ivar, band, wanted, at, 1, source + reach)
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
        own_band[e] = wanted


@stage
def copy_points(number, source, target, lane, lanes):
    """Copy the first `number` points from one work space to another."""
    for j in range(lane, number, lanes):
        target[0][j] = source[0][j]
        target[1][j] = source[1][j]
        target[2][j] = source[2][j]
        target[3][j] = source[3][j]


@stage
def bin_of(time, inverse, phase):
    """The number of the bin that a time lies in."""
    return math.floor(time * inverse + phase)


@stage
def bin_points(now, number, width, phase, then, lane, lanes):
    """Average each band within bins of `width` days, weighted with ivar.

    The first good point of a band in a bin becomes the mean of flux and time with the summed ivar; the others are lost.
    Points are in order of time (or reversed).
    """
    time, flux, ivar, band = now
    own_time, own_flux, own_ivar, own_band = then
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

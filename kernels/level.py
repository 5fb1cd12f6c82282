"""Bring a light curve to one scale: by median and scatter, by one band, or as magnitudes."""

import math

import numpy as np

from .curve_layout import MOST_BANDS
from .elementary import asinh32, log32
from .lanes import row, stage
from .normalize import divide
from .select import HIGHEST, from_ordered, ordered, select, select_next

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
HALF = np.float32(0.5)
OBJECT, BAND, COLOUR, MAGNITUDE = 1, 2, 3, 4  # 0: none
SIGMA_OF_MAD = np.float32(1.4826022185056018)
POGSON = np.float32(1.0857362047581296)  # 2.5 / ln 10
TINY = np.float32(1e-30)
FEW, FOUR = 24, 16  # up to so many keys each is counted for itself; keys in one vector
PART = 64  # keys in the four vectors that LLVM's loops take at once


@stage
def order_bands(ivar, band, bands, places, starts, number, lane):
    """Where each good point stands among those of its band; a point without information gets the place behind all.

    Band b has ``number[b]`` places from ``starts[b]``, which is a multiple of PART, so that loops over a
    band are whole vectors. One lane does it, in one pass of counting and one of placing.
    """
    if lane == 0:
        for b in range(bands):
            number[b] = 0
        for j in range(len(band)):
            number[band[j]] += np.int32(1) if ivar[j] > ZERO else np.int32(0)
        starts[0] = 0
        for b in range(bands):
            starts[b + 1] = starts[b] + (number[b] + np.int32(PART - 1)) // np.int32(PART) * np.int32(PART)
            number[b] = 0
        for j in range(len(band)):
            good = ivar[j] > ZERO
            b = band[j]
            places[j] = starts[b] + number[b] if good else starts[bands]
            number[b] += np.int32(1) if good else np.int32(0)


@stage
def no_keys(keys, lane, lanes):
    """The highest key of all everywhere."""
    for j in range(lane, len(keys), lanes):
        keys[j] = HIGHEST


@stage
def value_keys(flux, places, keys, lane, lanes):
    """Ordered keys of the good points, band by band."""
    for j in range(lane, len(flux), lanes):
        keys[places[j]] = ordered(flux[j])


@stage
def deviation_keys(flux, band, median, places, keys, lane, lanes):
    """The same of the distances from each band's `median`."""
    for j in range(lane, len(flux), lanes):
        keys[places[j]] = ordered(abs(flux[j] - median[band[j]]))


@stage
def error_keys(ivar, places, keys, lane, lanes):
    """The same of the points' own errors."""
    for j in range(lane, len(ivar), lanes):
        keys[places[j]] = ordered(ONE / math.sqrt(max(ivar[j], TINY)))


@stage
def pick_ranks(keys, number, rank, picked, lane, lanes):
    """Write the keys of `rank` and ``rank + 1`` into `picked`, by counting for each key those before it."""
    for i in range(lane, number, lanes):
        own = keys[i]
        before = np.int32(0)
        for j in range(len(keys)):
            before += np.int32(1) if keys[j] < own else np.int32(0)
        for j in range(i):
            before += np.int32(1) if keys[j] == own else np.int32(0)
        if before == rank:
            picked[0] = own
        if before == rank + 1:
            picked[1] = own


@row
def middle(keys, number, together, picked, counts, lane, lanes, barrier):
    """The median of what the `number` keys stand for, 0 where there are none.

    Among them, or if they stand `together` behind them, are highest keys that stand for nothing.
    """
    if number == 0:
        return ZERO
    rank = np.int32((number - np.int32(1)) // np.int32(2))
    odd = number % np.int32(2) == 1
    if together and number <= FEW:
        barrier()
        pick_ranks(keys[: (number + FOUR - 1) // FOUR * FOUR], number, rank, picked, lane, lanes)
        barrier()
        low = from_ordered(picked[0])
        return low if odd else HALF * (low + from_ordered(picked[1]))
    key = select(keys, rank, counts, lane, lanes, barrier)
    low = from_ordered(key)
    return low if odd else HALF * (low + from_ordered(select_next(keys, key, rank, counts, lane, lanes, barrier)))


@row
def middles(bands, whole, values, work, lane, lanes, barrier):
    """The median of each band's keys, or (if `whole`) that of all in the place of each."""
    keys, _, starts, number, picked, counts = work
    barrier()
    if whole:
        total = np.int32(0)
        for b in range(bands):
            total = np.int32(total + number[b])
        value = middle(keys[: starts[bands]], total, False, picked, counts, lane, lanes, barrier)
        if lane == 0:
            for b in range(bands):
                values[b] = value
    else:
        for b in range(bands):
            value = middle(keys[starts[b] : starts[b + 1]], number[b], True, picked, counts, lane, lanes, barrier)
            if lane == 0:
                values[b] = value
    barrier()


@row
def medians_of(flux, ivar, band, bands, whole, medians, work, lane, lanes, barrier):
    """The median of each band, or of all points in the place of each; `work` knows their order after that."""
    keys, places, starts, number, _, _ = work
    barrier()
    order_bands(ivar, band, bands, places, starts, number, lane)
    barrier()
    no_keys(keys[: starts[bands]], lane, lanes)
    barrier()
    value_keys(flux, places, keys, lane, lanes)
    barrier()
    middles(bands, whole, medians, work, lane, lanes, barrier)


@row
def scatters_of(flux, ivar, band, bands, whole, medians, scatters, work, lane, lanes, barrier):
    """The median distance from the median; the median error over 1.48 where that is 0, as of a single point."""
    keys, places, _, number, _, _ = work
    barrier()
    deviation_keys(flux, band, medians, places, keys, lane, lanes)
    middles(bands, whole, scatters, work, lane, lanes, barrier)
    still = False
    for b in range(bands):
        still = still or (scatters[b] == ZERO and number[b] > 0)
    if still:
        barrier()
        error_keys(ivar, places, keys, lane, lanes)
        middles(bands, whole, medians[MOST_BANDS:], work, lane, lanes, barrier)
        for b in range(lane, bands, lanes):
            scatters[b] = medians[MOST_BANDS + b] / SIGMA_OF_MAD if scatters[b] == ZERO else scatters[b]
    barrier()


@stage
def standardize(flux, ivar, band, median, scatter, lane, lanes):
    """Subtract each band's median and divide by its scatter."""
    for j in range(lane, len(flux), lanes):
        size = SIGMA_OF_MAD * scatter[band[j]]
        flux[j] = (flux[j] - median[band[j]]) / max(size, TINY)
        ivar[j] *= size * size


@stage
def magnitudes(flux, ivar, softening, zero, lane, lanes):
    """asinh magnitudes (Lupton et al. 1999, AJ 118, 1406), finite for any flux."""
    inverse = HALF / softening
    offset = zero - POGSON * log32(softening)
    for j in range(lane, len(flux), lanes):
        good = ivar[j] > ZERO
        x = flux[j] * inverse
        root = math.sqrt(ONE + x * x)
        slope = POGSON * inverse / root
        flux[j] = offset - POGSON * asinh32(x, root) if good else ZERO
        ivar[j] = ivar[j] / (slope * slope) if good else ZERO


@row
def level_row(flux, ivar, band, bands, kind, reference, softening, zero, medians, scatters, work, lane, lanes, barrier):
    """Normalise one curve in place; `kind` is one of the module's constants."""
    if kind == MAGNITUDE:
        magnitudes(flux, ivar, softening, zero, lane, lanes)
    else:
        whole = kind == OBJECT
        medians_of(flux, ivar, band, bands, whole, medians, work, lane, lanes, barrier)
        if kind == COLOUR:
            divide(flux, ivar, medians[reference], lane, lanes)
        else:
            scatters_of(flux, ivar, band, bands, whole, medians, scatters, work, lane, lanes, barrier)
            standardize(flux, ivar, band, medians, scatters, lane, lanes)
    barrier()


@stage
def blank(time, flux, ivar, band, lane, lanes):
    """Clear whatever a point without information still holds."""
    for j in range(lane, len(flux), lanes):
        good = ivar[j] > ZERO
        time[j] = time[j] if good else ZERO
        flux[j] = flux[j] if good else ZERO
        band[j] = band[j] if good else np.int8(0)

"""Bring a packed view to one scale: by median and scatter, by the median of one band, or as asinh magnitudes.

Medians are selected on ordered integer keys (:mod:`clrseries.kernels.select`), which are sorted into bands first.
"""

import math

import numpy as np

from ..elementary import asinh32, log32
from ..few_keys import keys_of_ranks
from ..lanes import row, stage
from ..scale import TINY, divide
from ..select import HIGHEST, from_ordered, ordered, select, select_next
from .layout import MOST_BANDS
from .scratch import PART

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
HALF = np.float32(0.5)
OBJECT, BAND, COLOR, MAGNITUDE = 1, 2, 3, 4  # kinds; 0: none
SIGMA_OF_MAD = np.float32(1.4826022185056018)  # standard deviation / median distance from the median, of a Gaussian
POGSON = np.float32(1.0857362047581296)  # 2.5 / ln 10
# Most keys for pick_ranks, and for keys_of_ranks, whose time grows with their square; and the multiple of keys that the inner
# loop of pick_ranks takes, whole vectors.
FEW, FEW_ALONE, VECTORS = 24, 48, 16


@stage
def order_bands(ivar, band, bands, places, starts, number, lane):
    """Write the place of the key of each point, such that the keys of one band stand together; lane 0 does it alone.

    Band b has ``number[b]`` places from ``starts[b]`` on, which is a multiple of ``PART``, so that loops over a band are
    whole vectors.

    Parameters
    ----------
    ivar : float32 (n,)
    band : int8 (n,)
    bands : int
        Number of bands.
    places : int32 (n,), out
        A point without information gets the place ``starts[bands]``, behind all bands.
    starts : int32 (bands + 1,), out
    number : int32 (bands,), out
        Good points of each band.
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
    """Set all `keys` (int32) to ``HIGHEST``, which stands for no point; each lane sets its own keys."""
    for j in range(lane, len(keys), lanes):
        keys[j] = HIGHEST


@stage
def value_keys(flux, places, keys, lane, lanes):
    """Write the key of each flux (float32, n) to its place; each lane handles its own points but writes anywhere in `keys`.

    Points without information all write to one place that is never read.
    """
    for j in range(lane, len(flux), lanes):
        keys[places[j]] = ordered(flux[j])


@stage
def deviation_keys(flux, band, median, places, keys, lane, lanes):
    """Write the keys of the distances of flux from the median (float32) of its band; else as :func:`value_keys`."""
    for j in range(lane, len(flux), lanes):
        keys[places[j]] = ordered(abs(flux[j] - median[band[j]]))


@stage
def error_keys(ivar, places, keys, lane, lanes):
    """Write the keys of the errors of the points, ``1 / sqrt(ivar)``; else as :func:`value_keys`."""
    for j in range(lane, len(ivar), lanes):
        keys[places[j]] = ordered(ONE / math.sqrt(max(ivar[j], TINY)))


@stage
def pick_ranks(keys, number, rank, picked, lane, lanes):
    """Find the keys of two neighboring ranks, by counting for each key the keys that stand before it in order.

    Each lane counts for its own keys among the first `number`, but reads all; the lane that has the wanted key writes it.

    Parameters
    ----------
    keys : int32
        The first `number` stand for points; the others are ``HIGHEST``.
    number, rank : int32
    picked : int32 (2 or more,), out
        The keys of `rank` and ``rank + 1``.
    """
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
    """Return the median of the values that keys stand for.

    Parameters
    ----------
    keys : int32
        `number` of them stand for points; the others are ``HIGHEST``.
    number : int32
    together : bool
        Whether the keys that stand for points come first.
    picked : int32 (2 or more,), work space
    counts : int32 (lanes,), work space

    Returns
    -------
    float32
        The same in every lane; 0 if `number` is 0.
    """
    if number == 0:
        return ZERO
    rank = np.int32((number - np.int32(1)) // np.int32(2))
    odd = number % np.int32(2) == 1
    if lanes == 1 and together and number <= FEW_ALONE:
        lower, upper = keys_of_ranks(keys, number, rank)
        return from_ordered(lower) if odd else HALF * (from_ordered(lower) + from_ordered(upper))
    if together and number <= FEW:
        barrier()
        pick_ranks(keys[: (number + VECTORS - 1) // VECTORS * VECTORS], number, rank, picked, lane, lanes)
        barrier()
        low = from_ordered(picked[0])
        return low if odd else HALF * (low + from_ordered(picked[1]))
    key = select(keys, rank, counts, lane, lanes, barrier)
    low = from_ordered(key)
    return low if odd else HALF * (low + from_ordered(select_next(keys, key, rank, counts, lane, lanes, barrier)))


@row
def middles(bands, whole, values, work, lane, lanes, barrier):
    """Write the median of the keys of each band, or the median of all keys for each band if `whole`.

    Each median has a barrier before it looks at keys, so that none is needed between this and what writes them.

    Parameters
    ----------
    bands : int
        Number of bands.
    whole : bool
    values : float32 (bands,), out
    work : Numbers
        Keys as :func:`order_bands` and :func:`value_keys` leave them.
    """
    keys, starts, number, picked, counts = work.keys, work.starts, work.in_band, work.slots, work.counts
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
    """Write the median flux of each band, or of all points for each band if `whole`.

    Parameters
    ----------
    flux, ivar : float32 (n,)
    band : int8 (n,)
    bands : int
        Number of bands.
    whole : bool
    medians : float32 (bands,), out
    work : Numbers
        Overwritten; places, starts and in_band then hold the order of the points, which :func:`scatters_of` uses.
    """
    keys, places, starts, number = work.keys, work.places, work.starts, work.in_band
    barrier()
    order_bands(ivar, band, bands, places, starts, number, lane)
    barrier()
    no_keys(keys[: starts[bands]], lane, lanes)
    barrier()
    value_keys(flux, places, keys, lane, lanes)
    middles(bands, whole, medians, work, lane, lanes, barrier)


@row
def scatters_of(flux, ivar, band, bands, whole, medians, scatters, work, lane, lanes, barrier):
    """Write the median distance from the median for each band, or of all points for each band if `whole`.

    Where it is 0, as for a single point, it becomes the median error of the points / 1.48, so that the scale is the error.

    Parameters
    ----------
    flux, ivar : float32 (n,)
    band : int8 (n,)
    bands : int
        Number of bands.
    whole : bool
    medians : float32 (2 MOST_BANDS,)
        From :func:`medians_of`, called just before; the second half is work space.
    scatters : float32 (bands,), out
    work : Numbers
        As :func:`medians_of` leaves it.
    """
    keys, places, number = work.keys, work.places, work.in_band
    deviation_keys(flux, band, medians, places, keys, lane, lanes)
    middles(bands, whole, scatters, work, lane, lanes, barrier)
    still = False
    for b in range(bands):
        still = still or (scatters[b] == ZERO and number[b] > 0)
    if still:
        error_keys(ivar, places, keys, lane, lanes)
        middles(bands, whole, medians[MOST_BANDS:], work, lane, lanes, barrier)
        for b in range(lane, bands, lanes):
            scatters[b] = medians[MOST_BANDS + b] / SIGMA_OF_MAD if scatters[b] == ZERO else scatters[b]
    barrier()


@stage
def standardize(flux, ivar, band, median, scatter, lane, lanes):
    """Subtract the median of its band from each flux and divide by 1.48 times its scatter; each lane handles its own points.

    Parameters
    ----------
    flux, ivar : float32 (n,), in place
    band : int8 (n,)
    median, scatter : float32 (bands,)
    """
    for j in range(lane, len(flux), lanes):
        size = SIGMA_OF_MAD * scatter[band[j]]
        flux[j] = (flux[j] - median[band[j]]) / max(size, TINY)
        ivar[j] *= size * size


@stage
def magnitudes(flux, ivar, softening, zero, lane, lanes):
    """Turn flux into asinh magnitudes (Lupton et al. 1999, AJ 118, 1406), finite for any flux; each lane handles its own points.

    With b = `softening` they are ``zero - 2.5 / ln(10) (asinh(f / (2 b)) + ln(b))``; ivar is divided by the square of the
    slope.

    Parameters
    ----------
    flux, ivar : float32 (n,), in place
    softening : float32
        [unit of flux]
    zero : float32
        Magnitude of flux 1.
    """
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
def normalize_row(flux, ivar, band, bands, kind, reference, softening, zero, work, lane, lanes, barrier):
    """Bring one view to one scale, in place.

    Parameters
    ----------
    flux, ivar : float32 (n,), in place
    band : int8 (n,)
    bands : int
        Number of bands.
    kind : int
        ``OBJECT``, ``BAND``, ``COLOR`` or ``MAGNITUDE``.
    reference : int
        For ``COLOR``: the band whose median becomes 1.
    softening, zero : float32
        For ``MAGNITUDE``, see :func:`magnitudes`.
    work : Scratch
        Numbers, medians and scatters are overwritten.
    """
    if kind == MAGNITUDE:
        magnitudes(flux, ivar, softening, zero, lane, lanes)
    else:
        whole, medians, scatters, numbers = kind == OBJECT, work.medians, work.scatters, work.numbers
        medians_of(flux, ivar, band, bands, whole, medians, numbers, lane, lanes, barrier)
        if kind == COLOR:
            divide(flux, ivar, medians[reference], lane, lanes)
        else:
            scatters_of(flux, ivar, band, bands, whole, medians, scatters, numbers, lane, lanes, barrier)
            standardize(flux, ivar, band, medians, scatters, lane, lanes)


@stage
def blank(time, flux, ivar, band, lane, lanes):
    """Set time, flux and band of points without information to 0; each lane handles its own points.

    Parameters
    ----------
    time, flux : float32 (L,), in place
    ivar : float32 (L,)
    band : int8 (L,), in place
    """
    for j in range(lane, len(flux), lanes):
        good = ivar[j] > ZERO
        time[j] = time[j] if good else ZERO
        flux[j] = flux[j] if good else ZERO
        band[j] = band[j] if good else np.int8(0)

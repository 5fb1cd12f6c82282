"""Put every row on one scale, by a number or by its own continuum, and compress what is left."""

import math

import numpy as np

from .elementary import asinh32, exp32
from .lanes import row, stage
from .select import HIGHEST, LOWEST, count_at_most, from_ordered, good_percentile, order_keys
from .sums import good_mean, good_rms

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
HALF = np.float32(0.5)
TINY = np.float32(1e-30)
MEAN, MEDIAN, L2, PERCENTILE_CONTINUUM, GAUSSIAN_CONTINUUM = 1, 2, 3, 4, 5  # 0: none
NODES, PERCENTILE_NODES = 8, 4  # nodes of a continuum in its window
FLOOR = np.float32(1e-3)  # of the mean flux: below this a continuum divides by noise


@stage
def divide(flux, ivar, scale, lane, lanes):
    """Divide one row by `scale`; a scale of zero or below blanks the row."""
    good = scale > TINY
    inverse = ONE / scale if good else ZERO
    square = scale * scale if good else ZERO
    for j in range(lane, len(flux), lanes):
        flux[j] *= inverse
        ivar[j] *= square


@stage
def bin_sums(flux, ivar, width, nodes, weight, total, lane, lanes):
    """Ivar and ivar x flux of the good pixels in bins of `width` pixels."""
    for i in range(lane, nodes, lanes):
        w, t = ZERO, ZERO
        f, v = flux[i * width : (i + 1) * width], ivar[i * width : (i + 1) * width]
        for j in range(len(f)):
            w += v[j]
            t += v[j] * f[j] if v[j] > ZERO else ZERO
        weight[i] = w
        total[i] = t


@stage
def gaussian_taps(sigma, taps, lane, lanes):
    """One side of a Gaussian of `sigma` bins."""
    scale = -HALF / (sigma * sigma)
    for k in range(lane, len(taps), lanes):
        taps[k] = exp32(scale * np.float32(k) * np.float32(k))


@stage
def smooth_bins(bins, taps, smooth, lane, lanes):
    """Convolve `bins` with the taps; a lane works on its own bins from beginning to end."""
    n = len(bins)
    for i in range(lane, n, lanes):
        smooth[i] = taps[0] * bins[i]
    for k in range(1, min(len(taps), n)):
        tap = taps[k]
        right, left = bins[k:], smooth[k:]
        for i in range(lane, n - k, lanes):
            smooth[i] += tap * right[i]
        first = (lane - k) % lanes  # so that smooth[k + i] is this lane's own
        for i in range(first, n - k, lanes):
            left[i] += tap * bins[i]


@stage
def divide_bins(total, weight, lane, lanes):
    """Weighted means, in place of `total`; 0 where nothing is."""
    for i in range(lane, len(total), lanes):
        total[i] = total[i] / weight[i] if weight[i] > ZERO else ZERO


@stage
def node_percentiles(keys, window, width, nodes, fraction, node, lane, lanes):
    """Percentile of the good pixels in the `window` around each bin's centre; 0 where there is none."""
    pixels = len(keys)
    for i in range(lane, nodes, lanes):
        centre = i * width + width // 2
        lo, hi = max(centre - window // 2, 0), min(centre + window // 2 + 1, pixels)
        near = keys[lo:hi]
        good = count_at_most(near, np.int32(HIGHEST - np.int32(1)), 0, 1)
        rank = np.int32(fraction * np.float32(good - np.int32(1)) + HALF)
        below, above = LOWEST, HIGHEST
        while below < above:
            pivot = np.int32((np.int64(below) + np.int64(above)) >> np.int64(1))
            if count_at_most(near, pivot, 0, 1) > rank:
                above = pivot
            else:
                below = np.int32(pivot + np.int32(1))
        node[i] = from_ordered(below) if good > 0 else ZERO


@stage
def divide_by_nodes(flux, ivar, node, nodes, width, floor, lane, lanes):
    """Divide by the line through the nodes, which stand in the middle of their bins; blank where it is below `floor`."""
    inverse = ONE / np.float32(width)
    middle = HALF * np.float32(width - 1)
    last = np.float32(nodes - 1)
    for j in range(lane, len(flux), lanes):
        position = min(max((np.float32(j) - middle) * inverse, ZERO), last)
        i = min(np.int32(position), np.int32(max(nodes - 2, 0)))
        u = position - np.float32(i)
        right = node[min(i + 1, nodes - 1)]
        continuum = node[i] + u * (right - node[i])
        good = ivar[j] > ZERO and continuum > floor
        flux[j] = flux[j] / continuum if good else ZERO
        ivar[j] = ivar[j] * continuum * continuum if good else ZERO


@row
def divide_by_continuum(flux, ivar, kind, window, fraction, rows, partial, lane, lanes, barrier):
    """Divide one row by a continuum on nodes, an eighth (percentile: a quarter) of `window` apart [pixels].

    Either the running percentile in the window, or a Gaussian, ivar-weighted mean whose
    full width at half maximum is the window.
    """
    first, second, third, keys = rows
    pixels = len(flux)
    floor = max(FLOOR * good_mean(flux, ivar, 0, pixels, partial, lane, lanes, barrier), TINY)
    width = max(window // (NODES if kind == GAUSSIAN_CONTINUUM else PERCENTILE_NODES), 2)
    nodes = (pixels + width - 1) // width
    node = second[nodes : 2 * nodes]
    barrier()
    if kind == GAUSSIAN_CONTINUUM:
        weight, total, smooth = first[:nodes], first[nodes : 2 * nodes], second[:nodes]
        # a bin and a line between nodes widen the profile by 1/12 and 1/6 bins^2
        sigma = np.float32(window) / np.float32(width) / np.float32(2.3548200450309493)
        sigma = math.sqrt(max(sigma * sigma - np.float32(0.25), np.float32(0.1)))
        taps = third[: int(np.float32(4.0) * sigma) + 2]
        gaussian_taps(sigma, taps, lane, lanes)
        bin_sums(flux, ivar, width, nodes, weight, total, lane, lanes)
        barrier()
        smooth_bins(weight, taps, smooth, lane, lanes)
        smooth_bins(total, taps, node, lane, lanes)
        divide_bins(node, smooth, lane, lanes)
    else:
        order_keys(flux, ivar, keys, lane, lanes)
        barrier()
        node_percentiles(keys, window, width, nodes, fraction, node, lane, lanes)
    barrier()
    divide_by_nodes(flux, ivar, node, nodes, width, floor, lane, lanes)


@row
def normalize_row(flux, ivar, kind, lo, hi, window, fraction, rows, counts, partial, lane, lanes, barrier):
    """Normalise one row in place; `kind` is one of the module's constants, ``lo <= j < hi`` where a number is taken."""
    if kind == MEAN:
        scale = good_mean(flux, ivar, lo, hi, partial, lane, lanes, barrier)
    elif kind == MEDIAN:
        scale = good_percentile(flux[lo:hi], ivar[lo:hi], HALF, rows[3][lo:hi], counts, lane, lanes, barrier)
    elif kind == L2:
        scale = good_rms(flux, ivar, lo, hi, partial, lane, lanes, barrier)
    else:
        scale = ONE
        divide_by_continuum(flux, ivar, kind, window, fraction, rows, partial, lane, lanes, barrier)
    barrier()
    divide(flux, ivar, scale, lane, lanes)


@stage
def compress(flux, ivar, softening, lane, lanes):
    """``asinh(flux / softening) x softening``; ivar follows the slope."""
    inverse = ONE / softening
    for j in range(lane, len(flux), lanes):
        x = flux[j] * inverse
        root = math.sqrt(ONE + x * x)
        flux[j] = softening * asinh32(x, root)
        ivar[j] *= root * root

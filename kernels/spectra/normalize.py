"""Divide a view by one number or by its own continuum, and compress its range with asinh."""

import math

import numpy as np

from ..elementary import asinh32, exp32
from ..lanes import row, stage
from ..scale import TINY, divide
from ..select import HIGHEST, LOWEST, count_at_most, from_ordered, good_percentile, order_keys
from ..sums import good_mean, good_rms

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
HALF = np.float32(0.5)
MEAN, MEDIAN, L2, PERCENTILE_CONTINUUM, GAUSSIAN_CONTINUUM = 1, 2, 3, 4, 5  # kinds; 0: none
NODES, PERCENTILE_NODES = 8, 4  # nodes in the window of a Gaussian, and of a percentile continuum
FLOOR = np.float32(1e-3)  # smallest continuum that is divided by, since lower ones are noise [mean flux]


@stage
def bin_sums(flux, ivar, width, nodes, weight, total, lane, lanes):
    """Write the sums of ivar and of ivar x flux over the good pixels of each bin; each lane handles its own bins.

    A lane reads pixels of other lanes, so that a barrier must stand before.

    Parameters
    ----------
    flux, ivar : float32 (P,)
    width : int
        Pixels of a bin.
    nodes : int
        Number of bins.
    weight, total : float32 (nodes,), out
        Sum of ivar, and of ivar x flux.
    """
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
    """Write one side of a Gaussian, 1 at its center; each lane handles its own taps.

    Parameters
    ----------
    sigma : float32
        Standard deviation [bins].
    taps : float32, out
    """
    scale = -HALF / (sigma * sigma)
    for k in range(lane, len(taps), lanes):
        taps[k] = exp32(scale * np.float32(k) * np.float32(k))


@stage
def smooth_bins(bins, taps, smooth, lane, lanes):
    """Convolve a row of bins with symmetric taps; a lane writes its own bins from beginning to end.

    A lane reads the bins of other lanes, so that a barrier must stand before.

    Parameters
    ----------
    bins : float32 (nodes,)
    taps : float32
        The tap at distance k is ``taps[k]``.
    smooth : float32 (nodes,), out
    """
    n = len(bins)
    for i in range(lane, n, lanes):
        smooth[i] = taps[0] * bins[i]
    for k in range(1, min(len(taps), n)):
        tap = taps[k]
        right, left = bins[k:], smooth[k:]
        for i in range(lane, n - k, lanes):
            smooth[i] += tap * right[i]
        first = (lane - k) % lanes  # so that smooth[k + i] is one of the lane's own bins
        for i in range(first, n - k, lanes):
            left[i] += tap * bins[i]


@stage
def divide_bins(total, weight, lane, lanes):
    """Divide each sum by its weight, or set it to 0 where there is no weight; each lane handles its own bins.

    Parameters
    ----------
    total : float32 (nodes,), in place
    weight : float32 (nodes,)
    """
    for i in range(lane, len(total), lanes):
        total[i] = total[i] / weight[i] if weight[i] > ZERO else ZERO


@stage
def node_percentiles(keys, window, width, nodes, fraction, node, lane, lanes):
    """Write a percentile of the good pixels in the window around each node; each lane handles its own nodes.

    A lane reads the keys of other lanes, so that a barrier must stand before.

    Parameters
    ----------
    keys : int32 (P,)
        From :func:`clrseries.kernels.select.order_keys`.
    window : int
        Full width of the window [pixels].
    width : int
        Distance of two nodes [pixels].
    nodes : int
    fraction : float32
        From 0 to 1; the sample of the nearest rank is taken.
    node : float32 (nodes,), out
        0 where the window has no good pixel.
    """
    pixels = len(keys)
    for i in range(lane, nodes, lanes):
        center = i * width + width // 2
        lo, hi = max(center - window // 2, 0), min(center + window // 2 + 1, pixels)
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
    """Divide one view by the straight lines between nodes, or blank it where they are too low; each lane handles its own pixels.

    A lane reads nodes of other lanes, so that a barrier must stand before.

    Parameters
    ----------
    flux, ivar : float32 (P,), in place
    node : float32 (nodes,)
        Values in the middle of each bin; beyond the first and the last node theirs hold.
    nodes, width : int
        Number of nodes, and pixels of a bin.
    floor : float32
        Pixels with a continuum at or below this get flux 0 and ivar 0 [unit of flux].
    """
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
def divide_by_continuum(flux, ivar, kind, window, fraction, work, lane, lanes, barrier):
    """Divide one view by its continuum, which is computed on nodes with straight lines between them.

    The continuum is a Gaussian running mean, weighted with ivar, whose full width at half maximum is the window, on nodes an
    eighth of the window apart; or a running percentile in the window, on nodes a quarter of it apart.

    Parameters
    ----------
    flux, ivar : float32 (P,), in place
    kind : int
        ``GAUSSIAN_CONTINUUM`` or ``PERCENTILE_CONTINUUM``.
    window : int
        [pixels]
    fraction : float32
        Which percentile, from 0 to 1.
    work : Scratch
        Rows, keys and partial sums are overwritten.
    """
    first, second, third, keys = work.rows[0], work.rows[1], work.rows[2], work.keys
    pixels = len(flux)
    floor = max(FLOOR * good_mean(flux, ivar, 0, pixels, work.partial, lane, lanes, barrier), TINY)
    width = max(window // (NODES if kind == GAUSSIAN_CONTINUUM else PERCENTILE_NODES), 2)
    nodes = (pixels + width - 1) // width
    node = second[nodes : 2 * nodes]
    if kind == GAUSSIAN_CONTINUUM:
        weight, total, smooth = first[:nodes], first[nodes : 2 * nodes], second[:nodes]
        # averaging in bins and straight lines between nodes add 1/12 and 1/6 bins^2 to the variance of the Gaussian
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
def normalize_row(flux, ivar, kind, lo, hi, window, fraction, work, lane, lanes, barrier):
    """Divide one view by a number or by its continuum, in place.

    Parameters
    ----------
    flux, ivar : float32 (P,), in place
    kind : int
        ``MEAN``, ``MEDIAN``, ``L2``, ``PERCENTILE_CONTINUUM`` or ``GAUSSIAN_CONTINUUM``.
    lo, hi : int
        The number is taken from the good pixels in ``lo <= j < hi``.
    window : int
        Of a continuum [pixels].
    fraction : float32
        Which percentile, from 0 to 1.
    work : Scratch
        Overwritten.
    """
    if kind == MEAN:
        scale = good_mean(flux, ivar, lo, hi, work.partial, lane, lanes, barrier)
    elif kind == MEDIAN:
        scale = good_percentile(flux[lo:hi], ivar[lo:hi], HALF, work.keys[lo:hi], work.counts, lane, lanes, barrier)
    elif kind == L2:
        scale = good_rms(flux, ivar, lo, hi, work.partial, lane, lanes, barrier)
    else:
        scale = ONE
        divide_by_continuum(flux, ivar, kind, window, fraction, work, lane, lanes, barrier)
    divide(flux, ivar, scale, lane, lanes)


@stage
def compress(flux, ivar, softening, lane, lanes):
    """Replace flux by ``softening asinh(flux / softening)``; each lane handles its own pixels.

    Ivar is divided by the square of the slope.

    Parameters
    ----------
    flux, ivar : float32 (P,), in place
    softening : float32
        The flux at which the function turns from linear to logarithmic.
    """
    inverse = ONE / softening
    for j in range(lane, len(flux), lanes):
        x = flux[j] * inverse
        root = math.sqrt(ONE + x * x)
        flux[j] = softening * asinh32(x, root)
        ivar[j] *= root * root

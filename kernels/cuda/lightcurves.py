"""Run the forward model of light curves on a GPU, with the stages and row functions that the CPU uses.

The row of a view lies in shared memory where it fits. The curve before packing may have any number of points, so these lie in
a work space in global memory, one part for each block.
"""

import numpy as np
from numba import cuda, float32, int32, types

from ..lightcurves.layout import MOST_BANDS
from ..lightcurves.observe import observe_row
from ..lightcurves.scratch import PART, Numbers, Points, Scratch, padded_points, padded_row
from . import driver
from .driver import CACHED, THREADS, barrier

STARTS, MEDIANS = MOST_BANDS + 1, 2 * MOST_BANDS  # lengths of shared arrays
# bytes of the shared arrays of one block besides its rows: counts, starts and in_band, medians and scatters
STATIC_BYTES = 4 * THREADS + 8 * STARTS + 4 * (MEDIANS + MOST_BANDS)
ROWS = 6  # three of work, and time, flux and ivar of the view
BLOCKS = 4  # for each multiprocessor
KINDS = (np.float64, np.float32, np.int32, np.int8)  # of the global work space


def sizes(most, length):
    """Return how many elements of each type in ``KINDS`` one block needs for the points of a curve.

    Parameters
    ----------
    most : int
        Room for points: those of the longest curve, or the epochs that it gets from Visit.
    length : int
        L, points of a view.

    Returns
    -------
    tuple of int
        Numbers of float64, float32, int32 and int8.
    """
    points = padded_points(most, length)
    return 2 * points, 4 * points, 3 * points + MOST_BANDS * PART + length + 1, 2 * points


@cuda.jit(device=True)
def make_views(batch, tables, epoch, bands, most, workers, spaces, rows, outputs):
    """Make the views of one block: number ``blockIdx.x``, and every `workers`-th after it; `rows` is room for its rows."""
    x, flux, ivar, band, offsets, params, keys = batch
    doubles, floats, integers, bytes_, _ = spaces
    out_time, out_flux, out_ivar, out_band = outputs
    lane, lanes = cuda.threadIdx.x, THREADS  # a number known to the compiler
    counts = cuda.shared.array(THREADS, int32)
    starts = cuda.shared.array(STARTS, int32)
    in_band = cuda.shared.array(STARTS, int32)
    medians = cuda.shared.array(MEDIANS, float32)
    scatters = cuda.shared.array(MOST_BANDS, float32)
    views, length = params.shape[1], out_flux.shape[2]
    n, width = padded_points(most, length), padded_row(length)
    d, f = doubles[cuda.blockIdx.x], floats[cuda.blockIdx.x]
    i4, i1 = integers[cuda.blockIdx.x], bytes_[cuda.blockIdx.x]
    now = Points(d[:n], f[:n], f[n : 2 * n], i1[:n])
    then = Points(d[n : 2 * n], f[2 * n : 3 * n], f[3 * n : 4 * n], i1[n : 2 * n])
    second = n + MOST_BANDS * PART
    places, slots = i4[second : second + n], i4[second + n : second + n + length + 1]
    origin = i4[second + n + length + 1 :]
    numbers = Numbers(i4[:second], origin, places, slots, starts, in_band, counts)
    work_rows = (rows[:width], rows[width : 2 * width], rows[2 * width : 3 * width])
    work = Scratch(now, then, work_rows, numbers, medians, scatters)
    own_time, own_flux, own_ivar = rows[3 * width :], rows[4 * width :], rows[5 * width :]
    for r in range(cuda.blockIdx.x, params.shape[0] * views, workers):
        i, view = r // views, r % views
        a, b = offsets[i], offsets[i + 1]
        own = (own_time[:length], own_flux[:length], own_ivar[:length], out_band[i, view])
        observe_row(
            x[a:b], flux[a:b], ivar[a:b], band[a:b], bands, params[i, view], tables, keys[i], view, epoch, work,
            own, lane, lanes, barrier,
        )  # fmt: skip
        # no barrier: the lanes copy their own samples, and the next view has one before it overwrites those of others
        for j in range(lane, length, lanes):
            out_time[i, view, j] = own_time[j]
            out_flux[i, view, j] = own_flux[j]
            out_ivar[i, view, j] = own_ivar[j]


# Two kernels, because the compiler makes better code where it knows in which memory the rows lie.
@cuda.jit(cache=CACHED)
def observe_in_shared(batch, tables, epoch, bands, most, workers, spaces, outputs):
    """Make all views with rows in shared memory; Numba keeps the compiled kernel on disk."""
    if cuda.blockIdx.x < workers:
        make_views(batch, tables, epoch, bands, most, workers, spaces, cuda.shared.array(0, float32), outputs)


@cuda.jit(cache=CACHED)
def observe_in_global(batch, tables, epoch, bands, most, workers, spaces, outputs):
    """Make all views with rows in global memory; Numba keeps the compiled kernel on disk."""
    if cuda.blockIdx.x < workers:
        make_views(batch, tables, epoch, bands, most, workers, spaces, spaces[4][cuda.blockIdx.x], outputs)


def signature(tables):
    """Return the types of the arguments of the kernels, to compile them where there is no device.

    Parameters
    ----------
    tables : clrseries.kernels.lightcurves.layout.Tables

    Returns
    -------
    numba signature
    """
    samples, outputs = (np.float64, np.float32, np.float32, np.int8), (np.float32, np.float32, np.float32, np.int8)
    return driver.signature(samples, tables, [types.int64, types.int64], KINDS, outputs)


def launch(samples, offsets, params, tables, keys, epoch, bands, most, outputs, empty=np.empty, stream=0, blocks=None):
    """Make views of light curves from device arrays.

    Parameters
    ----------
    samples, offsets, params, tables, keys, epoch, bands, most : arrays on the device, int
        As in :func:`clrseries.kernels.lightcurves.observe.observe_light_curves`.
    outputs, empty, stream, blocks : arrays on the device, function, CUDA stream, int, optional
        As in :func:`clrseries.kernels.cuda.driver.launch`.
    """
    length = outputs[0].shape[2]
    spaces = tuple(zip(sizes(most, length), KINDS, strict=True))
    plan = driver.Plan((observe_in_global, observe_in_shared), ROWS * padded_row(length), STATIC_BYTES, spaces, BLOCKS)
    driver.launch(plan, samples, offsets, params, tables, keys, epoch, (bands, most), outputs, empty, stream, blocks)

"""The CUDA driver for light curves: one block a view, its row in shared memory, the same stages as on the CPU.

The points of a curve may be any number, so they lie in a workspace in global memory, one part for each block. What is
shared with the driver for spectra is taken from there.
"""

from functools import lru_cache

import numpy as np
from numba import cuda, float32, from_dtype, int32, types

from .cuda import THREADS, UNASKED_BYTES, barrier
from .curve_layout import MOST_BANDS
from .lanes import SIMULATED
from .level import PART
from .monitor import monitor_row, padded_points, padded_row

STARTS, MEDIANS = MOST_BANDS + 1, 2 * MOST_BANDS
STATIC_BYTES = 4 * THREADS + 8 * STARTS + 4 * (MEDIANS + MOST_BANDS)
ROWS = 6  # three of work, and time, flux and ivar of the view


def sizes(most, length):
    """How many float64, float32, int32 and int8 one block's points need, and how many float32 its rows."""
    points = padded_points(most, length)
    return (2 * points, 4 * points, 2 * points + MOST_BANDS * PART + length + 1, 2 * points), ROWS * padded_row(length)


@lru_cache
def kernel_for():
    """The compiled kernel."""

    @cuda.jit
    def monitor_blocks(batch, bands, tables, epoch, most, staged, spaces, outputs):
        (x, flux, ivar, band), offsets, draw, keys = batch
        doubles, floats, integers, bytes_, more_rows = spaces
        out_time, out_flux, out_ivar, out_band = outputs
        lane, lanes = cuda.threadIdx.x, cuda.blockDim.x
        counts = cuda.shared.array(THREADS, int32)
        starts = cuda.shared.array(STARTS, int32)
        quota = cuda.shared.array(STARTS, int32)
        medians = cuda.shared.array(MEDIANS, float32)
        scatters = cuda.shared.array(MOST_BANDS, float32)
        rows = cuda.shared.array(0, float32)
        if not staged:
            rows = more_rows[cuda.blockIdx.x]
        views, length = draw.shape[1], out_flux.shape[2]
        n, width = padded_points(most, length), padded_row(length)
        d, f, i4, i1 = (
            doubles[cuda.blockIdx.x],
            floats[cuda.blockIdx.x],
            integers[cuda.blockIdx.x],
            bytes_[cuda.blockIdx.x],
        )
        now = (d[:n], f[:n], f[n : 2 * n], i1[:n])
        then = (d[n : 2 * n], f[2 * n : 3 * n], f[3 * n : 4 * n], i1[n : 2 * n])
        second = n + MOST_BANDS * PART
        numbers = (
            i4[:second],
            i4[second : second + n],
            i4[second + n : second + n + length + 1],
            starts,
            quota,
            counts,
        )
        work = (
            now,
            then,
            (rows[:width], rows[width : 2 * width], rows[2 * width : 3 * width]),
            numbers,
            (medians, scatters),
        )
        own_time, own_flux, own_ivar = rows[3 * width :], rows[4 * width :], rows[5 * width :]
        for r in range(cuda.blockIdx.x, draw.shape[0] * views, cuda.gridDim.x):
            i, view = r // views, r % views
            a, b = offsets[i], offsets[i + 1]
            own = (own_time[:length], own_flux[:length], own_ivar[:length], out_band[i, view])
            monitor_row(
                x[a:b], flux[a:b], ivar[a:b], band[a:b], bands, draw[i, view], tables, keys[i], view, epoch, work,
                own, lane, lanes, barrier,
            )  # fmt: skip
            cuda.syncthreads()
            for j in range(lane, length, lanes):
                out_time[i, view, j] = own_time[j]
                out_flux[i, view, j] = own_flux[j]
                out_ivar[i, view, j] = own_ivar[j]
            cuda.syncthreads()

    return monitor_blocks


def signature(tables):
    """The kernel's argument types: what is compiled, also where there is no device to compile for."""

    def c(dtype, ndim=1):
        return types.Array(dtype, ndim, "C")

    f32, f64, i32, i8, i64 = types.float32, types.float64, types.int32, types.int8, types.int64
    table_types = types.NamedTuple(
        [f64 if np.ndim(t) == 0 else c(from_dtype(t.dtype), np.ndim(t)) for t in tables], type(tables)
    )
    samples = types.Tuple((c(f64), c(f32), c(f32), c(i8)))
    batch = types.Tuple((samples, c(i64), c(f64, 3), c(types.uint64)))
    spaces = types.Tuple((c(f64, 2), c(f32, 2), c(i32, 2), c(i8, 2), c(f32, 2)))
    outputs = types.Tuple((c(f32, 3), c(f32, 3), c(f32, 3), c(i8, 3)))
    return types.void(batch, i64, table_types, i64, i64, types.boolean, spaces, outputs)


def launch(samples, offsets, bands, draw, tables, keys, epoch, most, outputs, stream=0, blocks=None):
    """Run the kernel on device arrays (or, in the simulator, on numpy arrays).

    Parameters are those of :func:`clrseries.kernels.monitor.monitor_rows`. `blocks` defaults to four for each
    multiprocessor, fewer where the workspace would pass a gibibyte.
    """
    length, count = outputs[0].shape[2], draw.shape[0] * draw.shape[1]
    needed, row_words = sizes(most, length)
    staged = 4 * row_words + STATIC_BYTES <= UNASKED_BYTES
    if blocks is None:
        blocks = 2 if SIMULATED else 4 * cuda.get_current_device().MULTIPROCESSOR_COUNT
    bytes_each = 8 * needed[0] + 4 * needed[1] + 4 * needed[2] + needed[3]
    blocks = max(min(blocks, count, 2**30 // bytes_each), 1)
    empty = np.empty if SIMULATED else cuda.device_array
    kinds = (np.float64, np.float32, np.int32, np.int8)
    spaces = (
        *(empty((blocks, size), kind) for size, kind in zip(needed, kinds, strict=True)),
        empty((1, 1) if staged else (blocks, row_words), np.float32),
    )
    kernel_for()[blocks, THREADS, stream, 4 * row_words if staged else 0](
        (samples, offsets, draw, keys), bands, tables, np.int64(epoch), most, staged, spaces, outputs
    )

"""Run the forward model of spectra on a GPU, with the stages and row functions that the CPU uses.

The rows of a view lie in shared memory where they fit.
"""

from functools import lru_cache

import numpy as np
from numba import cuda, float32, float64, int32, types

from ..spectra.broaden import PAD
from ..spectra.custom import nothing
from ..spectra.observe import observe_row
from ..spectra.resample import Tile
from ..spectra.scratch import Scratch, padded
from ..sums import SUMS
from . import driver
from .driver import CACHED, THREADS, TWO_BLOCKS, barrier

ROWS = 3  # padded rows of work; three more where a view rotates
STATIC_BYTES = 12 * SUMS + 4 * THREADS + 16  # shared arrays of one block besides its rows: partial sums, counts, unused
BLOCKS = 8  # for each multiprocessor


def row_words(pixels, rotates):
    """Return the size of the rows of one block: padded work rows, flux and ivar.

    Parameters
    ----------
    pixels : int
        P, pixels of a view.
    rotates : bool
        Whether any view has v sin i above 0, which takes three more padded rows.

    Returns
    -------
    int
        In words of four bytes.
    """
    return (2 * ROWS if rotates else ROWS) * padded(pixels) + 2 * pixels


assert PAD % THREADS == 0  # see record


@cuda.jit(device=True)
def make_views(batch, tables, epoch, rotates, workers, row, outputs, step):
    """Make the views of one block: number ``blockIdx.x``, and every `workers`-th after it; `row` is room for its rows."""
    x, flux, ivar, offsets, params, keys = batch
    out_flux, out_ivar = outputs
    lane, lanes = cuda.threadIdx.x, THREADS  # a number known to the compiler
    unused = cuda.shared.array((1, 1), float32)  # where a CPU keeps what a GPU keeps in registers
    tile = Tile(cuda.shared.array(1, float64), unused)
    partial = cuda.shared.array((3, SUMS), float32)
    counts = cuda.shared.array(THREADS, int32)
    views, pixels = params.shape[1], out_flux.shape[2]
    width = padded(pixels)
    second = width if rotates else 0
    more = ROWS * width
    own = more + 3 * second
    rows = (
        row[:width],
        row[width : 2 * width],
        row[2 * width : 3 * width],
        row[more : more + second],
        row[more + second : more + 2 * second],
        row[more + 2 * second : own],
    )
    # the keys of normalize.py share the memory of the third row: no normalization needs both
    sorting = row[2 * width : 2 * width + pixels].view(np.int32)
    work = Scratch(tile, rows, unused, partial, sorting, counts)
    own_flux, own_ivar = row[own : own + pixels], row[own + pixels : own + 2 * pixels]
    for r in range(cuda.blockIdx.x, params.shape[0] * views, workers):
        i, view = r // views, r % views
        a, b = offsets[i], offsets[i + 1]
        observe_row(
            x[a:b], flux[a:b], ivar[a:b], params[i, view], tables, keys[i], view, epoch, work, step,
            own_flux, own_ivar, lane, lanes, barrier,
        )  # fmt: skip
        cuda.syncthreads()  # observe_row ends without a barrier, and the next view overwrites the rows
        for j in range(lane, pixels, lanes):
            out_flux[i, view, j] = own_flux[j]
            out_ivar[i, view, j] = own_ivar[j]


# Two kernels, because the compiler makes better code where it knows in which memory the rows lie.
@cuda.jit(cache=CACHED, **TWO_BLOCKS)
def observe_in_shared(batch, tables, epoch, rotates, workers, spaces, outputs):
    """Make all views, with no step of the user's own and rows in shared memory; Numba keeps the compiled kernel on disk."""
    if cuda.blockIdx.x < workers:
        make_views(batch, tables, epoch, rotates, workers, cuda.shared.array(0, float32), outputs, nothing)


@cuda.jit(cache=CACHED, **TWO_BLOCKS)
def observe_in_global(batch, tables, epoch, rotates, workers, spaces, outputs):
    """Make all views with rows in global memory, otherwise as :func:`observe_in_shared`."""
    if cuda.blockIdx.x < workers:
        make_views(batch, tables, epoch, rotates, workers, spaces[0][cuda.blockIdx.x], outputs, nothing)


@lru_cache(maxsize=16)
def kernels_for(custom=None):
    """Return the CUDA kernels of a composition; Numba compiles one, or loads it from disk, when it is launched.

    Parameters
    ----------
    custom : function, optional
        A step of the user's own, plain or ``@njit``. The kernels are compiled with it in every process, because Numba cannot
        know what other functions it calls.

    Returns
    -------
    CUDA kernel, CUDA kernel
        For rows in global and in shared memory.
    """
    if custom is None:
        return observe_in_global, observe_in_shared
    step = cuda.jit(device=True)(getattr(custom, "py_func", custom))

    @cuda.jit(**TWO_BLOCKS)
    def custom_in_shared(batch, tables, epoch, rotates, workers, spaces, outputs):
        if cuda.blockIdx.x < workers:
            make_views(batch, tables, epoch, rotates, workers, cuda.shared.array(0, float32), outputs, step)

    @cuda.jit(**TWO_BLOCKS)
    def custom_in_global(batch, tables, epoch, rotates, workers, spaces, outputs):
        if cuda.blockIdx.x < workers:
            make_views(batch, tables, epoch, rotates, workers, spaces[0][cuda.blockIdx.x], outputs, step)

    return custom_in_global, custom_in_shared


def signature(tables):
    """Return the types of the arguments of the kernels, to compile them where there is no device.

    Parameters
    ----------
    tables : clrseries.kernels.spectra.layout.Tables

    Returns
    -------
    numba signature
    """
    samples = (np.float64, np.float32, np.float32)
    return driver.signature(samples, tables, [types.boolean], (), (np.float32, np.float32))


def launch(
    samples, offsets, params, tables, keys, epoch, rotates, custom, outputs, empty=np.empty, stream=0, blocks=None
):
    """Make views of spectra from device arrays.

    Parameters
    ----------
    samples, offsets, params, tables, keys, epoch, rotates : arrays on the device, int, bool
        As in :func:`clrseries.kernels.spectra.observe.observe_spectra`.
    custom : function or None
        A step of the user's own, as a Python function and not by its address.
    outputs, empty, stream, blocks : arrays on the device, function, CUDA stream, int, optional
        As in :func:`clrseries.kernels.cuda.driver.launch`.
    """
    needed = row_words(outputs[0].shape[2], rotates)
    plan = driver.Plan(kernels_for(custom), needed, STATIC_BYTES, (), BLOCKS)
    driver.launch(plan, samples, offsets, params, tables, keys, epoch, (rotates,), outputs, empty, stream, blocks)

"""The CUDA driver: one block a view, its row staged in shared memory, the same stages as on the CPU.

Only this file knows of CUDA, and it is imported only where a GPU (or Numba's CUDA simulator) is asked for.
Where a row does not fit into shared memory, it is kept in a workspace in global memory instead.
"""

from functools import lru_cache

import numpy as np
from numba import cuda, float32, float64, from_dtype, int32, types

from .broaden import STRIP
from .custom import nothing
from .lanes import SIMULATED
from .observe import observe_row, padded
from .resample import CHUNK
from .sums import SUMS

THREADS = 32 if SIMULATED else 256  # a multiple of philox.LANES
ROWS = 3  # padded rows of work; three more where a view rotates
EDGES, PRODUCTS = CHUNK + 2, CHUNK + 1
UNASKED_BYTES = 48 * 1024  # of shared memory
STATIC_BYTES = 8 * EDGES + 16 * PRODUCTS + 24 * STRIP + 12 * SUMS + 4 * THREADS


@cuda.jit(device=True)
def barrier():
    """Wait for every lane of the block."""
    cuda.syncthreads()


def row_words(pixels, rotates):
    """Words of four bytes that one block needs for its rows: padded work rows, flux and ivar."""
    return (2 * ROWS if rotates else ROWS) * padded(pixels) + 2 * pixels


@lru_cache
def kernel_for(custom=nothing):
    """The compiled kernel of a composition whose own step is `custom` (plain or ``@njit``)."""
    step = custom if SIMULATED else cuda.jit(device=True)(getattr(custom, "py_func", custom))

    @cuda.jit
    def observe_blocks(batch, tables, epoch, rotates, staged, spaces, outputs):
        x, flux, ivar, offsets, draw, keys = batch
        space, words = spaces
        out_flux, out_ivar = outputs
        lane, lanes = cuda.threadIdx.x, cuda.blockDim.x
        edges = cuda.shared.array(EDGES, float64)
        products = cuda.shared.array((4, PRODUCTS), float32)
        strip = cuda.shared.array((6, STRIP), float32)
        partial = cuda.shared.array((3, SUMS), float32)
        counts = cuda.shared.array(THREADS, int32)
        views, pixels = draw.shape[1], out_flux.shape[2]
        width = padded(pixels)
        second = width if rotates else 0
        row, order = cuda.shared.array(0, float32), cuda.shared.array(0, int32)
        if not staged:
            row, order = space[cuda.blockIdx.x], words[cuda.blockIdx.x]
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
        # sorting keys share the third row, which is free by then
        work = ((edges, products), rows, strip, partial, order[2 * width : 2 * width + pixels], counts)
        own_flux, own_ivar = row[own : own + pixels], row[own + pixels : own + 2 * pixels]
        for r in range(cuda.blockIdx.x, draw.shape[0] * views, cuda.gridDim.x):
            i, view = r // views, r % views
            a, b = offsets[i], offsets[i + 1]
            observe_row(
                x[a:b], flux[a:b], ivar[a:b], draw[i, view], tables, keys[i], view, epoch, work, step,
                own_flux, own_ivar, lane, lanes, barrier,
            )  # fmt: skip
            cuda.syncthreads()
            for j in range(lane, pixels, lanes):
                out_flux[i, view, j] = own_flux[j]
                out_ivar[i, view, j] = own_ivar[j]
            cuda.syncthreads()

    return observe_blocks


def signature(tables):
    """The kernel's argument types: what is compiled, also where there is no device to compile for."""

    def c(dtype, ndim=1):
        return types.Array(dtype, ndim, "C")

    f32, f64, i64, b1 = types.float32, types.float64, types.int64, types.boolean
    table_types = types.NamedTuple(
        [i64 if np.ndim(t) == 0 else c(from_dtype(t.dtype), np.ndim(t)) for t in tables], type(tables)
    )
    batch = types.Tuple((c(f64), c(f32), c(f32), c(i64), c(f64, 3), c(types.uint64)))
    spaces, outputs = types.Tuple((c(f32, 2), c(types.int32, 2))), types.UniTuple(c(f32, 3), 2)
    return types.void(batch, table_types, i64, b1, b1, spaces, outputs)


def launch(
    x,
    flux,
    ivar,
    offsets,
    draw,
    tables,
    keys,
    epoch,
    rotates,
    out_flux,
    out_ivar,
    custom=nothing,
    stream=0,
    blocks=None,
):
    """Run the kernel on device arrays (or, in the simulator, on numpy arrays).

    Parameters are those of :func:`clrseries.kernels.observe.observe_rows`; `custom` is the function
    itself. `blocks` defaults to eight for each multiprocessor.
    """
    pixels, count = out_flux.shape[2], out_flux.shape[0] * out_flux.shape[1]
    needed = row_words(pixels, rotates)
    staged = 4 * needed + STATIC_BYTES <= shared_limit()
    if blocks is None:
        blocks = 2 if SIMULATED else 8 * cuda.get_current_device().MULTIPROCESSOR_COUNT
    blocks = max(min(blocks, count), 1)
    shape = (1, 1) if staged else (blocks, needed)
    empty = np.empty if SIMULATED else cuda.device_array
    space, words = empty(shape, np.float32), empty(shape, np.int32)
    kernel = kernel_for(custom)
    outputs = (out_flux, out_ivar)
    arguments = (
        (x, flux, ivar, offsets, draw, keys),
        tables,
        np.int64(epoch),
        rotates,
        staged,
        (space, words),
        outputs,
    )
    dynamic = 4 * needed if staged else 0
    if dynamic + STATIC_BYTES > UNASKED_BYTES and not SIMULATED:
        ask_for_shared(kernel, arguments, dynamic)
    kernel[blocks, THREADS, stream, dynamic](*arguments)


def ask_for_shared(kernel, arguments, dynamic):
    """Let the kernel have `dynamic` bytes of shared memory, beyond what a launch may take unasked.

    Numba has no call for this; it is what Numba itself does for a kernel's carve-out.
    """
    from numba.cuda.cudadrv.driver import binding, driver

    compiled = kernel.compile(tuple(kernel.typeof_pyval(a) for a in arguments))
    function = compiled._codelibrary.get_cufunc()
    attribute = binding.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
    driver.cuKernelSetAttribute(attribute, dynamic, function.handle, function.device.id)


def shared_limit():
    """Bytes of shared memory that one block may ask for."""
    return 227 * 1024 if SIMULATED else cuda.get_current_device().MAX_SHARED_MEMORY_PER_BLOCK_OPTIN

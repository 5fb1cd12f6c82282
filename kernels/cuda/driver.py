"""Launch the CUDA kernels for spectra and for light curves.

One block makes one view at a time. The rows of a block lie in shared memory where they fit, else in global memory. This file
decides how many blocks run, allocates their work space, and asks the CUDA driver for more shared memory where it is needed.
"""

from collections import namedtuple

import numpy as np
from numba import cuda, from_dtype, types

from ..cache import cache_directory

THREADS = 256  # of a block, its lanes: a multiple of philox.LANES
LEAST_BLOCKS = 128  # Numba warns of fewer; those without a view return at once
TWO_BLOCKS = {"launch_bounds": (THREADS, 2)}  # registers are dealt out such that two blocks fit a multiprocessor
CACHED = cache_directory() is not None  # whether Numba keeps the compiled kernels on disk
UNASKED_BYTES = 48 * 1024  # shared memory that a block may use without asking the driver for more
MOST_SPACE = 2**30  # most bytes of global work space in one launch

Plan = namedtuple(
    "Plan",
    [
        "kernels",  # (CUDA kernel, CUDA kernel): for rows in global memory, and for rows in shared memory
        "row_words",  # int: size of all rows of one block, in shared or in global memory [words of 4 bytes]
        "static_bytes",  # int: shared memory of one block besides its rows [bytes]
        "spaces",  # ((number, dtype), ...): arrays of global work space of one block besides its rows
        "blocks",  # int: blocks for each multiprocessor
    ],
)


@cuda.jit(device=True)
def barrier():
    """Wait until all lanes of the block are here."""
    cuda.syncthreads()


def launch(plan, samples, offsets, params, tables, keys, epoch, extra, outputs, empty=np.empty, stream=0, blocks=None):
    """Run a kernel on device arrays.

    Parameters
    ----------
    plan : Plan
    samples : tuple of arrays (S,)
        Samples of all objects, one object after the other, in the order that the kernel expects.
    offsets : int64 (N + 1,)
        Samples of object i are ``offsets[i]`` to ``offsets[i + 1] - 1``.
    params : float64 (N, V, K)
        One row of numbers for each view.
    tables : namedtuple of arrays
        What all views share.
    keys : uint64 (N,)
        Key of the random numbers of each object.
    epoch : int
        Epoch of the training, a part of the address of each random number.
    extra : tuple
        Further arguments of this kernel, between `epoch` and `workers`.
    outputs : tuple of arrays (N, V, L), out
    empty : function of a shape and a dtype
        Makes a device array for work space that may be used in `stream` until the kernel ends.
    stream : CUDA stream
    blocks : int, optional
        Most blocks that work at once; default ``plan.blocks`` for each multiprocessor. Fewer work where there are fewer views,
        or where the work space would pass ``MOST_SPACE``.
    """
    count = params.shape[0] * params.shape[1]
    if count == 0:
        return
    # whether the rows fit into shared memory; otherwise the kernel takes them from the last of `spaces`
    staged = 4 * plan.row_words + plan.static_bytes <= shared_limit()
    if blocks is None:
        blocks = plan.blocks * cuda.get_current_device().MULTIPROCESSOR_COUNT
    spaces = (*plan.spaces, (1 if staged else plan.row_words, np.float32))
    each = sum(size * np.dtype(kind).itemsize for size, kind in spaces)
    workers = max(min(blocks, count, MOST_SPACE // each), 1)
    room = tuple(empty((workers, size), kind) for size, kind in spaces)
    dynamic = 4 * plan.row_words if staged else 0
    batch = (*samples, offsets, params, keys)
    arguments = (batch, tables, np.int64(epoch), *extra, np.int64(workers), room, outputs)
    kernel = plan.kernels[staged]
    if dynamic + plan.static_bytes > UNASKED_BYTES:
        ask_for_shared(kernel, arguments, dynamic)
    kernel[max(workers, LEAST_BLOCKS), THREADS, stream, dynamic](*arguments)


def signature(samples, tables, extra, spaces, outputs):
    """Return the types of the arguments of a kernel, to compile it where there is no device.

    Parameters
    ----------
    samples : sequence of dtype
        Types of the sample arrays.
    tables : namedtuple of arrays
    extra : sequence of numba types
        Types of the further arguments.
    spaces : sequence of dtype
        Types of the global work space besides the rows.
    outputs : sequence of dtype
        Types of the arrays of a view.

    Returns
    -------
    numba signature
    """

    def arrays(kinds, ndim):
        return types.Tuple([types.Array(from_dtype(np.dtype(kind)), ndim, "C") for kind in kinds])

    table_types = types.NamedTuple(
        [
            from_dtype(np.asarray(t).dtype) if np.ndim(t) == 0 else types.Array(from_dtype(t.dtype), np.ndim(t), "C")
            for t in tables
        ],
        type(tables),
    )
    one, three = (lambda kind: types.Array(kind, 1, "C")), types.Array(types.float64, 3, "C")
    batch = types.Tuple([*arrays(samples, 1), one(types.int64), three, one(types.uint64)])
    room = arrays((*spaces, np.float32), 2)
    return types.void(batch, table_types, types.int64, *extra, types.int64, room, arrays(outputs, 3))


def ask_for_shared(kernel, arguments, dynamic):
    """Let a kernel use more shared memory than ``UNASKED_BYTES``.

    Numba has no public call for this. The function does what Numba itself does to set the carve-out of a kernel.

    Parameters
    ----------
    kernel : CUDA kernel
    arguments : tuple
        Arguments of the launch that follows; they choose the compiled version.
    dynamic : int
        Dynamic shared memory of one block [byte].
    """
    from numba.cuda.cudadrv.driver import binding, driver

    compiled = kernel.compile(tuple(kernel.typeof_pyval(a) for a in arguments))
    function = compiled._codelibrary.get_cufunc()
    attribute = binding.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
    driver.cuKernelSetAttribute(attribute, dynamic, function.handle, function.device.id)


def shared_limit():
    """Return how much shared memory one block may ask for.

    Returns
    -------
    int
        Size in bytes.
    """
    return cuda.get_current_device().MAX_SHARED_MEMORY_PER_BLOCK_OPTIN

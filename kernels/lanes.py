"""Decorators that let one source serve the CPU and the GPU.

A *lane* is one of `lanes` workers that make a view together: a thread of a CUDA block, or lane 0 of 1 on the CPU. The *own*
samples of a lane are lane, lane + lanes, lane + 2 lanes, and so on.

A *stage* is a function without a barrier; the lanes may run it in any order. Unless its docstring says otherwise, a lane
reads and writes its own samples only, so that two such stages on the same arrays need no barrier between them. The CPU calls
stages with the literals 0 and 1 for `lane` and `lanes`, so that LLVM sees a plain loop and vectorizes it.

A *row function* calls stages, with ``barrier()`` before each stage that reads or overwrites what another lane has handled. On
the CPU the barrier does nothing, in a CUDA kernel it is ``syncthreads``. All lanes must meet the same barriers: a condition
around one may only depend on numbers that are equal in all lanes.
"""

from numba import njit

from .elementary import FAST

stage = njit(nogil=True, fastmath=FAST, error_model="numpy", forceinline=True)
row = njit(nogil=True, error_model="numpy", forceinline=True)  # of a row function


@njit(nogil=True)
def no_barrier():
    """Do nothing: the barrier of the CPU, where a single lane does all the work."""

"""How one source serves a CPU and a GPU: every loop over samples starts at `lane` and strides by `lanes`.

A *stage* has no barrier in it: lanes may run it in any order. The CPU calls it with
the literals 0 and 1, so that LLVM sees a plain loop and vectorises it; a CUDA
block calls it with its thread index and block size.

A *row* function is a list of stages with ``barrier()`` between those that read what
other lanes wrote. On the CPU the barrier is nothing, in a CUDA kernel it is
``syncthreads``. The CUDA simulator runs rows as plain Python, each lane a thread.
"""

import os

from numba import njit

from .elementary import FAST

SIMULATED = os.environ.get("NUMBA_ENABLE_CUDASIM", "0") not in ("", "0")

stage = njit(nogil=True, fastmath=FAST, error_model="numpy", forceinline=True)


def row(function):
    """Compile a list of stages; in the simulator leave it as it is."""
    return function if SIMULATED else njit(nogil=True, error_model="numpy", forceinline=True)(function)


@njit(nogil=True)
def no_barrier():
    """What lies between two stages where there is one lane."""

"""The emulator finds each kind of fault: tiny kernels, each of which has one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ..test_cuda_spectra import missing
from . import runtime
from .kernel import EmulatedKernel

try:
    import numba.cuda.dispatcher  # tells whether numba-cuda is there
    from numba import float32
except ImportError:
    missing("numba-cuda is not installed")

cuda: Any = numba.cuda  # its types hold outside of kernels alone
LANES, BLOCKS, MOST_ACCESSES = 32, 2, 100_000


def sound(row, spaces, outputs):
    lane, block = cuda.threadIdx.x, cuda.blockIdx.x
    shared = cuda.shared.array(32, float32)
    shared[lane] = row[lane]
    cuda.syncthreads()
    spaces[0][block, lane] = shared[31 - lane]
    outputs[0][block, lane] = spaces[0][block, lane]


def without_a_barrier(row, spaces, outputs):
    lane, block = cuda.threadIdx.x, cuda.blockIdx.x
    shared = cuda.shared.array(32, float32)
    shared[lane] = row[lane]
    outputs[0][block, lane] = shared[31 - lane]


def loads_behind_an_input(row, spaces, outputs):
    lane, block = cuda.threadIdx.x, cuda.blockIdx.x
    outputs[0][block, lane] = row[lane + 1]


def stores_behind_shared_memory(row, spaces, outputs):
    lane, block = cuda.threadIdx.x, cuda.blockIdx.x
    shared = cuda.shared.array(32, float32)
    shared[lane + 1] = row[lane]
    outputs[0][block, lane] = shared[lane + 1]


def stores_to_an_input(row, spaces, outputs):
    lane, block = cuda.threadIdx.x, cuda.blockIdx.x
    row[lane] = np.float32(2)
    outputs[0][block, lane] = row[lane]


def reads_what_nobody_wrote(row, spaces, outputs):
    lane, block = cuda.threadIdx.x, cuda.blockIdx.x
    if lane % 2:
        spaces[0][block, lane] = row[lane]
    outputs[0][block, lane] = spaces[0][block, lane]


def some_lanes_wait(row, spaces, outputs):
    lane, block = cuda.threadIdx.x, cuda.blockIdx.x
    if lane < 7:
        cuda.syncthreads()
    outputs[0][block, lane] = row[lane]


def lanes_wait_at_two_places(row, spaces, outputs):
    lane, block = cuda.threadIdx.x, cuda.blockIdx.x
    if lane < 7:
        spaces[0][block, lane] = row[lane]
        cuda.syncthreads()
    else:
        cuda.syncthreads()
    outputs[0][block, lane] = row[lane]


def uses_the_space_of_the_next_block(row, spaces, outputs):
    lane, block = cuda.threadIdx.x, cuda.blockIdx.x
    spaces[0][(block + 1) % 2, lane] = row[lane]
    outputs[0][block, lane] = row[lane]


def stores_where_another_block_did(row, spaces, outputs):
    lane, block = cuda.threadIdx.x, cuda.blockIdx.x
    outputs[0][0, lane] = row[lane] + np.float32(block)


def takes_too_long(row, spaces, outputs):
    lane, block = cuda.threadIdx.x, cuda.blockIdx.x
    total = np.float32(0)
    for k in range(10 * MOST_ACCESSES):
        total += row[k % 32]
    outputs[0][block, lane] = total


FAULTS: dict[Callable[..., None], str] = {
    without_a_barrier: "race",
    loads_behind_an_input: "outside of every array",
    stores_behind_shared_memory: "outside of every array",
    stores_to_an_input: "outside of every array",
    reads_what_nobody_wrote: "read before written",
    some_lanes_wait: "lanes at different barriers",
    lanes_wait_at_two_places: "lanes at different barriers",
    uses_the_space_of_the_next_block: "outside of every array",
    stores_where_another_block_did: "of another block",
    takes_too_long: "does not end",
}


def run(function: Callable[..., None], order: str) -> tuple[Any, list[Any]]:
    """Return the output of a kernel, and what is wrong with it."""
    kernel = EmulatedKernel(cuda.jit(function))
    row = np.arange(LANES, dtype=np.float32)
    space, output = np.zeros((BLOCKS, LANES), np.float32), np.zeros((BLOCKS, LANES), np.float32)
    runtime.set_number("order", runtime.ORDERS[order])
    runtime.forget(MOST_ACCESSES)
    kernel[BLOCKS, LANES, 0, 0](row, (space,), (output,))
    assert runtime.accesses() > 0
    return output, [one for one in kernel.findings() if one.what not in runtime.HARMLESS]


@pytest.mark.parametrize("order", runtime.ORDERS)
def test_nothing_is_wrong_with_a_sound_kernel(order):
    output, found = run(sound, order)
    assert not found
    np.testing.assert_array_equal(output, np.tile(np.arange(31.0, -1, -1), (BLOCKS, 1)))


@pytest.mark.parametrize("order", ["forward", "reversed"])
@pytest.mark.parametrize("function", FAULTS, ids=lambda function: function.__name__)
def test_a_fault_is_found(function, order):
    _, found = run(function, order)
    assert FAULTS[function] in {one.what for one in found}
    assert {one.what for one in found} <= {
        FAULTS[function],
        "read before written",
    }  # a race may find what is not there yet

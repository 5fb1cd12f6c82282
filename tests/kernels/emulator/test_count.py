"""Instructions are counted right: those of a few lines of IR, and those of a kernel whose counts follow from its loops."""

from math import sqrt
from typing import Any

import numpy as np

from ..test_cuda_spectra import missing
from . import count, runtime
from .kernel import EmulatedKernel

try:
    import numba.cuda.dispatcher  # tells whether numba-cuda is there
except ImportError:
    missing("numba-cuda is not installed")

cuda: Any = numba.cuda  # its types hold outside of kernels alone

IR = """
define internal void @kernel(i64 %a, i32 %b, ptr %p) {
entry:
  %i1 = mul i64 %a, %a
  %i2 = mul nuw nsw i64 %a, %a
  %i3 = add i64 %i1, %i2
  %i4 = add i32 %b, 1
  %at = getelementptr float, ptr %p, i64 %i3
  %next = getelementptr float, ptr %p, i64 1
  %x = load float, ptr %at
  %xx = fmul float %x, %x
  %sum = fadd float %xx, %x
  %alone = fmul float %sum, %sum
  %wide = fpext float %alone to double
  %most = call double @llvm.maxnum.f64(double %wide, double 0.0)
  %root = call float @__nv_sqrtf(float %x)
  %ratio = fdiv float %root, %x
  store float %ratio, ptr %next
  %zero = icmp eq i32 %i4, 0
  br i1 %zero, label %last, label %between

between:
  call void @lanes_barrier(i32 1)
  br label %last

last:
  %k = phi i32 [ 0, %entry ], [ 1, %between ]
  ret void
}
define void @lanes_entry(ptr %slots) {
  %v = load i64, ptr %slots
  ret void
}
"""
FIRST = {
    "integer": 3 + 1 + 2 + 1 + 1 + 1,  # two products, two sums, an address, a comparison
    "float32": 2,  # a product with its sum, a product alone
    "float64": 2,  # a conversion, a maximum
    "load": 1,
    "store": 1,
    "branch": 1,
    "division or function": 2,
}


def test_the_instructions_of_each_block_are_counted_by_class():
    text, blocks = count.counted(IR)
    assert [dict(zip(count.CLASSES, row, strict=True)) for row in blocks.tolist()] == [
        dict.fromkeys(count.CLASSES, 0) | FIRST,
        dict.fromkeys(count.CLASSES, 0) | {"barrier": 1},
        dict.fromkeys(count.CLASSES, 0),
    ]
    lines = [line.strip() for line in text.split("\n")]
    for number, before in enumerate(("entry:", "between:", "%k = phi i32 [ 0, %entry ], [ 1, %between ]")):
        assert lines[lines.index(before) + 1] == f"call void @lanes_enter(i32 {number})"
    assert text.count("call void @lanes_enter") == 3  # none in lanes_entry


def test_lanes_that_idle_while_others_of_their_warp_work_are_issued():
    """64 lanes are two warps; lane i makes i rounds, and the first three lanes alone store."""

    def kernel(row, outputs):
        lane = cuda.threadIdx.x
        total = np.float32(1)
        for k in range(lane):
            total = sqrt(row[k]) / total
        cuda.syncthreads()
        if lane < 3 or total < 0:
            outputs[0][0, lane] = total

    lanes = 64
    emulated = EmulatedKernel(cuda.jit(kernel))
    emulated.counting = True
    runtime.forget()
    emulated[1, lanes, 0, 0](np.ones(lanes, np.float32), (np.zeros((1, lanes), np.float32),))
    assert emulated.counts is not None
    executed, issued = emulated.counts.executed(), emulated.counts.issued()
    rounds, longest = sum(range(lanes)), 32 * (31 + 63)
    assert (executed["load"], issued["load"]) == (rounds, longest)
    assert (executed["division or function"], issued["division or function"]) == (2 * rounds, 2 * longest)
    assert (executed["store"], issued["store"]) == (3, 32)
    assert (executed["barrier"], issued["barrier"]) == (lanes, lanes)

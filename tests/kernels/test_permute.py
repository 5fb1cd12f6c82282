"""Each set of instructions against indexing; NEON as far as the assembler."""

import llvmlite.binding as llvm
import numpy as np
import pytest
from llvmlite import ir
from numba import njit
from numba.core.codegen import get_host_cpu_features

from clrseries.kernels.permute import FLOAT, SETS, WORD, best_set
from clrseries.kernels.spectra.overlap_blocks import block_of

HERE = {name for name, one in SETS.items() if f"+{one.feature}" in get_host_cpu_features().split(",")}


@pytest.mark.parametrize(
    ("features", "wanted"),
    [
        ("+avx2,+avx512f,+fma", "AVX-512"),
        ("+avx2,-avx512f", "AVX2"),
        ("+fp-armv8,+neon", "NEON"),
        ("-avx2,+sse2", None),
        ("", None),
    ],
)
def test_the_widest_instructions_are_chosen(features, wanted):
    assert best_set(features) == wanted


def block_by_indexing(products, index, part, rho, lanes):
    """The definition, in float64: what each output pixel takes from each input pixel."""
    sums = np.zeros((3, lanes))
    for j in range(lanes):
        for i in range(index[j], index[j + 1] + 1):
            begin = part[j] if i == index[j] else 0.0
            end = part[j + 1] if i == index[j + 1] else 1.0
            share = float(end) - float(begin)
            sums[:2, j] += share * products[:2, i]
            sums[2, j] += share * (rho + share * (1 - rho)) * products[2, i]
    return sums


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("rho", [0.0, 0.7])
def test_a_block_is_what_indexing_gives(name, rho, rng):
    if name not in HERE:
        pytest.skip(f"this processor has no {name}")
    block, lanes, window = block_of(SETS[name]), SETS[name].lanes, SETS[name].lanes * SETS[name].parts

    @njit
    def call(products, index, part, rho, sums, j):
        w, f, v = products
        length, flux, variance = sums
        block(w, f, v, index, part, rho, np.float32(1) - rho, length, flux, variance, j)

    for fastest in (1, 2, 3):  # up to two edges of the input in an output pixel
        for _ in range(50):
            steps = rng.integers(0, fastest, 2 * lanes)
            index = np.cumsum(steps).astype(np.int32)
            if index[-1] - index[lanes - 1] >= window:
                continue
            part = rng.uniform(0, 1, len(index)).astype(np.float32)
            part = np.where(np.diff(index, prepend=-1) == 0, np.maximum.accumulate(part), part)
            for j in range(1, len(part)):  # edges ascend within a pixel
                part[j] = max(part[j], part[j - 1]) if index[j] == index[j - 1] else part[j]
            products = rng.normal(1, 0.3, (3, 200)).astype(np.float32)
            sums = np.zeros((3, 2 * lanes), np.float32)
            j = lanes - 1  # a block need not begin at 0
            call(tuple(products), index, part.astype(np.float32), np.float32(rho), tuple(sums), j)
            wanted = block_by_indexing(products.astype(float), index[j:], part[j:], rho, lanes)
            np.testing.assert_allclose(sums[:, j : j + lanes], wanted, rtol=1e-6, atol=1e-6)
            assert not sums[:, :j].any()


@pytest.mark.parametrize(("name", "triple", "cpu", "wanted"), [
    ("NEON", "aarch64-unknown-linux-gnu", "neoverse-n1", "tbl"),
    ("AVX2", "x86_64-unknown-linux-gnu", "haswell", "vperm"),
    ("AVX-512", "x86_64-unknown-linux-gnu", "skylake-avx512", "vperm"),
])  # fmt: skip
def test_the_instructions_assemble(name, triple, cpu, wanted):
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    one = SETS[name]
    floats, words = ir.VectorType(FLOAT, one.lanes), ir.VectorType(WORD, one.lanes)
    module = ir.Module()
    module.triple = triple
    function = ir.Function(module, ir.FunctionType(floats, [floats] * one.parts + [words]), "look_up")
    builder = ir.IRBuilder(function.append_basic_block())
    builder.ret(one.look_up(builder, list(function.args[:-1]), function.args[-1]))
    machine = llvm.Target.from_triple(triple).create_target_machine(cpu=cpu, opt=3)
    text = machine.emit_assembly(llvm.parse_assembly(str(module)))
    assert wanted in text and "call" not in text

"""Look up several float32 at once in a short table that is held in registers.

Where the samples that a loop needs lie close together, one permutation of a vector register does the work of a load for each
of them. AVX-512 looks up 16 of 32 numbers, AVX2 8 of 16, and NEON 4 of 16; on other processors callers use plain loops.
"""

from collections import namedtuple

from llvmlite import ir
from numba.core import cgutils, config
from numba.core.codegen import get_host_cpu_features

FLOAT, WORD, BYTE = ir.FloatType(), ir.IntType(32), ir.IntType(8)

Instructions = namedtuple(
    "Instructions",
    [
        "feature",  # LLVM's name of the feature of a processor that has them
        "lanes",  # numbers that are looked up at once
        "parts",  # registers that hold the table
        "look_up",  # function of (builder, registers of the table, int32 vector of places), which emits the instructions
    ],
)


def _call(builder, name, returned, arguments):
    kind = ir.FunctionType(returned, [argument.type for argument in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)


def _avx512(builder, table, places):
    low, high = table
    return _call(builder, "llvm.x86.avx512.vpermi2var.ps.512", low.type, [low, places, high])


def _avx2(builder, table, places):
    # each permutation uses the lower three bits of a place
    low, high = (_call(builder, "llvm.x86.avx2.permps", part.type, [part, places]) for part in table)
    return builder.select(builder.icmp_signed(">", places, ir.Constant(places.type, [7] * 8)), high, low)


def _neon(builder, table, places):
    # bytes are looked up: 4 k, 4 k + 1, 4 k + 2, 4 k + 3 of place k
    rows = ir.VectorType(BYTE, 16)
    words = builder.mul(places, ir.Constant(places.type, [0x04040404] * 4))
    words = builder.add(words, ir.Constant(places.type, [0x03020100] * 4))
    bytes_ = [builder.bitcast(part, rows) for part in (*table, words)]
    return builder.bitcast(_call(builder, "llvm.aarch64.neon.tbl4.v16i8", rows, bytes_), table[0].type)


SETS = {
    "AVX-512": Instructions("avx512f", 16, 2, _avx512),
    "AVX2": Instructions("avx2", 8, 2, _avx2),
    "NEON": Instructions("neon", 4, 4, _neon),
}


def best_set(features=None):
    """Return the widest instructions that a processor has.

    Parameters
    ----------
    features : str, optional
        LLVM's list of features, such as ``"+avx2,+fma"``; default that of the processor Numba compiles for.

    Returns
    -------
    str or None
        A key of ``SETS``, or None if there are none.

    Examples
    --------
    >>> from clrseries.kernels.permute import best_set
    >>> best_set("+sse2,+avx2,-avx512f"), best_set("+sse2")
    ('AVX2', None)
    """
    if features is None:
        features = get_host_cpu_features() if config.CPU_FEATURES is None else config.CPU_FEATURES
    present = set(features.split(","))
    return next((name for name, one in SETS.items() if f"+{one.feature}" in present), None)

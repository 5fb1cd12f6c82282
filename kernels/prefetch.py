"""Ask the processor for memory before it is needed.

Each sample of a batch is read once, and each view written once, so that a kernel on one core waits for memory as often as it
computes. A hint some rows ahead lets both happen at the same time; it changes no result, and is for the CPU alone.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from .lanes import stage

LINE = 64  # bytes that one hint fetches
AHEAD = 1024  # samples by which the input is fetched ahead
READ, WRITE = 0, 1
LEVEL, DATA = 2, 1  # keep it in the second-level cache; it is no instruction


def _hint(purpose):
    @intrinsic
    def hint(typingctx, array, index):
        """Fetch the line of ``array[index]``, which may lie beyond the end of the array."""

        def codegen(context, builder, signature, args):
            data = context.make_array(signature.args[0])(context, builder, args[0]).data
            byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
            function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
            place = builder.bitcast(builder.gep(data, [args[1]]), byte)
            builder.call(function, [place, word(purpose), word(LEVEL), word(DATA)])
            return context.get_dummy_value()

        return types.void(array, types.intp), codegen

    return hint


_read, _write = _hint(READ), _hint(WRITE)


@stage
def fetch(array, first, number):
    """Fetch ``array[first : first + number]`` into the cache, to be read soon."""
    for k in range(first, first + number, LINE // array.itemsize):
        _read(array, k)


@stage
def fetch_to_write(array, first, number):
    """Fetch ``array[first : first + number]`` into the cache, to be overwritten soon."""
    for k in range(first, first + number, LINE // array.itemsize):
        _write(array, k)

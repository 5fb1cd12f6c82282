"""Sum what input pixels give to a block of output pixels, with permutations in the place of loads.

Of each edge of an output pixel it is known in which input pixel it lies and how far into it (see
:mod:`clrseries.kernels.spectra.places`). An output pixel then takes the rest of the pixel of its left edge, the beginning of
that of its right edge, and the whole of at most one between, so that nothing cancels but within one input pixel. The products
of the 32 input pixels under 16 output pixels are held in registers.
"""

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from ..permute import FLOAT, SETS, WORD, best_set

FLAGS = ("contract", "nsz", "arcp")
INDEX = ir.IntType(64)


class _Emitter:
    """Emit instructions on vectors of so many lanes."""

    def __init__(self, builder, instructions):
        self.builder, self.lanes, self.instructions = builder, instructions.lanes, instructions
        self.floats, self.words = ir.VectorType(FLOAT, self.lanes), ir.VectorType(WORD, self.lanes)

    def constant(self, kind, value):
        return ir.Constant(kind, [value] * self.lanes)

    def spread(self, number, kind):
        empty, zero = ir.Constant(kind, ir.Undefined), ir.Constant(self.words, [0] * self.lanes)
        return self.builder.shuffle_vector(self.builder.insert_element(empty, number, WORD(0)), empty, zero)

    def _place(self, data, index, kind):
        return self.builder.bitcast(self.builder.gep(data, [index]), kind.as_pointer())

    def load(self, data, index, kind):
        value = self.builder.load(self._place(data, index, kind))
        value.align = 4
        return value

    def store(self, value, data, index):
        self.builder.store(value, self._place(data, index, value.type)).align = 4

    def table(self, data, index):
        steps = [self.builder.add(index, INDEX(part * self.lanes)) for part in range(self.instructions.parts)]
        return [self.load(data, step, self.floats) for step in steps]

    def look_up(self, table, places):
        return self.instructions.look_up(self.builder, table, places)

    def add(self, a, b):
        return self.builder.fadd(a, b, flags=FLAGS)

    def multiply(self, a, b):
        return self.builder.fmul(a, b, flags=FLAGS)

    def subtract(self, a, b):
        return self.builder.fsub(a, b, flags=FLAGS)


def _emit_block(emit, products, index, part, rho, rest, sums, j):
    """Emit the sums of the output pixels `j` to ``j + lanes - 1``."""
    builder = emit.builder
    following = builder.add(j, INDEX(1))
    first = builder.load(builder.gep(index, [j]))
    base = emit.spread(first, emit.words)
    here, there = (builder.sub(emit.load(index, k, emit.words), base) for k in (j, following))
    one, two = emit.constant(emit.words, 1), emit.constant(emit.words, 2)
    steps = builder.sub(there, here)
    other, between = builder.icmp_signed(">=", steps, one), builder.icmp_signed(">=", steps, two)
    middle = builder.add(here, one)
    begin, end = emit.load(part, j, emit.floats), emit.load(part, following, emit.floats)
    zero = emit.constant(emit.floats, 0.0)
    # parts of the pixels of both edges; if that is one pixel, the left part is all
    left = builder.select(other, emit.subtract(emit.constant(emit.floats, 1.0), begin), emit.subtract(end, begin))
    rho, rest = emit.spread(rho, emit.floats), emit.spread(rest, emit.floats)
    at = builder.sext(first, INDEX)
    for number, (product, out) in enumerate(zip(products, sums, strict=True)):
        table = emit.table(product, at)
        of_left, of_middle, of_right = (emit.look_up(table, places) for places in (here, middle, there))
        a, b = left, end
        if number == 2:  # the variance; see resample.py
            a, b = (emit.multiply(x, emit.add(rho, emit.multiply(x, rest))) for x in (a, b))
        total = emit.add(emit.multiply(a, of_left), builder.select(other, emit.multiply(b, of_right), zero))
        emit.store(emit.add(total, builder.select(between, of_middle, zero)), out, j)


def block_of(instructions):
    """Return the function that sums one block with some instructions.

    Parameters
    ----------
    instructions : clrseries.kernels.permute.Instructions

    Returns
    -------
    intrinsic
        Its arguments are `weight`, `total` and `square` (float32, products of the input pixels, with room for a whole table
        behind the last), `index` (int32) and `part` (float32) of the edges, `rho` and ``1 - rho``, the three sums (float32, out), and `j`,
        the first output pixel of the block.
    """

    @intrinsic
    def block(typingctx, weight, total, square, index, part, rho, rest, length, flux, variance, j):
        def codegen(context, builder, signature, args):
            data = [
                context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value
                for kind, value in zip(signature.args, args, strict=True)
            ]
            _emit_block(_Emitter(builder, instructions), data[:3], *data[3:7], data[7:10], data[10])
            return context.get_dummy_value()

        arrays = (weight, total, square, index, part, types.float32, types.float32, length, flux, variance)
        return types.void(*arrays, types.int64), codegen

    return block


@njit
def _no_block(weight, total, square, index, part, rho, rest, length, flux, variance, j):
    """Do nothing: this stands for the block on processors without permutations, where it is never called."""


SET = best_set()
LANES = SETS[SET].lanes if SET else 0  # output pixels of a block; 0: there are no permutations
WINDOW = SETS[SET].lanes * SETS[SET].parts if SET else 0  # input pixels that may lie under a block
add_block = block_of(SETS[SET]) if SET else _no_block

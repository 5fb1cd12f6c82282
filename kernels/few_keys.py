"""Find two neighboring ranks among few keys by counting, sixteen keys at a time.

For each key the keys below it are counted, and the key of a rank is the largest with at most so many below it. No comparison
decides a branch, which could not be predicted. The vectors are LLVM's own: every processor has them, whatever their width.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.cpu import CPUContext
from numba.extending import intrinsic

VECTOR = 16  # keys of one vector
I32 = ir.IntType(32)
KEYS = ir.VectorType(I32, VECTOR)


@intrinsic
def keys_of_ranks(typingctx, keys, number, rank):
    """Return the keys of `rank` and ``rank + 1``, on a CPU by a single lane.

    Parameters
    ----------
    keys : int32
        The first `number` stand for points; those up to the next multiple of ``VECTOR`` must be there, and be higher.
    number, rank : int32
        `rank` is less than `number`.

    Returns
    -------
    int32, int32
        The second is of no use if `rank` is the last. On a GPU, where no lane is alone, both are 0.
    """
    pair = types.UniTuple(types.int32, 2)

    def codegen(context, builder, signature, args):
        if not isinstance(context, CPUContext):
            return context.get_constant_null(pair)
        array = context.make_array(signature.args[0])(context, builder, args[0])
        count, wanted = args[1], args[2]
        lowest = ir.Constant(KEYS, [-(2**31)] * VECTOR)
        found = [cgutils.alloca_once_value(builder, lowest) for _ in range(2)]
        step = ir.Constant(I32, VECTOR)
        with cgutils.for_range_slice(builder, ir.Constant(I32, 0), count, step, I32) as (base, _):
            place = builder.bitcast(builder.gep(array.data, [base]), KEYS.as_pointer())
            own = builder.load(place, align=4)
            below = _count_below(builder, array.data, count, own)
            for k, best in enumerate(found):
                limit = _in_all(builder, builder.add(wanted, ir.Constant(I32, k)))
                kept = builder.select(builder.icmp_signed("<=", below, limit), own, lowest)
                before = builder.load(best)
                builder.store(builder.select(builder.icmp_signed(">", kept, before), kept, before), best)
        return context.make_tuple(builder, pair, [_largest(builder, builder.load(best)) for best in found])

    return pair(keys, types.int32, types.int32), codegen


def _in_all(builder, value):
    """Return a vector that has one int32 in all places."""
    first = builder.insert_element(ir.Constant(KEYS, ir.Undefined), value, ir.Constant(I32, 0))
    return builder.shuffle_vector(first, ir.Constant(KEYS, ir.Undefined), ir.Constant(KEYS, [0] * VECTOR))


def _count_below(builder, data, count, own):
    """Return how many of the first `count` keys are below each key of a vector."""
    total = cgutils.alloca_once_value(builder, ir.Constant(KEYS, [0] * VECTOR))
    with cgutils.for_range(builder, count, intp=I32) as loop:
        key = _in_all(builder, builder.load(builder.gep(data, [loop.index])))
        less = builder.sext(builder.icmp_signed("<", key, own), KEYS)  # -1 where it is below
        builder.store(builder.sub(builder.load(total), less), total)
    return builder.load(total)


def _largest(builder, vector):
    """Return the largest number of a vector."""
    kind = ir.FunctionType(I32, [KEYS])
    return builder.call(
        cgutils.get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.smax.v{VECTOR}i32"), [vector]
    )

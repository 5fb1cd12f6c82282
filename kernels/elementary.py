"""float32 log, exp and sin/cos as plain polynomials, so that LLVM can vectorise them.

Numba calls the scalar C library for ``np.log`` and friends unless Intel's SVML is
present; one such call per pixel costs more than the rest of a kernel.
"""

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

FAST = {"contract", "nsz", "arcp"}
LN2 = np.float32(0.6931471805599453)
INVERSE_LN2 = np.float32(1.4426950408889634)
LN2_HIGH = np.float32(0.693359375)
LN2_LOW = np.float32(-2.12194440e-4)
ONE = np.float32(1.0)
HALF = np.float32(0.5)
QUARTER_TURN = np.float32(1.5707963267948966)


@intrinsic
def float_from_bits(typingctx, bits):
    """The float32 whose IEEE bit pattern is the int32 `bits`."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.FloatType())

    return types.float32(types.int32), codegen


@intrinsic
def bits_from_float(typingctx, value):
    """The IEEE bit pattern of a float32 as int32."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(32))

    return types.int32(types.float32), codegen


@njit(inline="always", fastmath=FAST, error_model="numpy")
def log32(x):
    """Natural logarithm of a positive, normal float32 (musl's ``logf`` scheme, below 1 ulp)."""
    bits = bits_from_float(np.float32(x)) + np.int32(0x3F800000 - 0x3F3504F3)
    exponent = np.float32(np.int32(bits >> np.int32(23)) - np.int32(127))
    mantissa = float_from_bits(np.int32((bits & np.int32(0x7FFFFF)) + np.int32(0x3F3504F3)))
    f = mantissa - ONE
    s = f / (np.float32(2.0) + f)
    z = s * s
    poly = z * (
        np.float32(0.66666662693)
        + z * (np.float32(0.40000972152) + z * (np.float32(0.28498786688) + z * np.float32(0.24279078841)))
    )
    half_square = HALF * f * f
    return s * (half_square + poly) - half_square + f + exponent * LN2


@njit(inline="always", fastmath=FAST, error_model="numpy")
def exp32(x):
    """Exponential of a float32, argument clipped to [-87, 88] (Cephes ``expf`` scheme)."""
    x = min(max(np.float32(x), np.float32(-87.0)), np.float32(88.0))
    n = np.float32(
        np.int32(x * INVERSE_LN2 + np.float32(200.5)) - np.int32(200)
    )  # rounded; positive, so that a cast floors
    r = x - n * LN2_HIGH - n * LN2_LOW
    poly = np.float32(1.9875691500e-4)
    poly = poly * r + np.float32(1.3981999507e-3)
    poly = poly * r + np.float32(8.3334519073e-3)
    poly = poly * r + np.float32(4.1665795894e-2)
    poly = poly * r + np.float32(1.6666665459e-1)
    poly = poly * r + np.float32(5.0000001201e-1)
    scale = float_from_bits(np.int32((np.int32(n) + np.int32(127)) << np.int32(23)))
    return (poly * r * r + r + ONE) * scale


@njit(inline="always", fastmath=FAST, error_model="numpy")
def asinh32(x, root):
    """Inverse hyperbolic sine of a float32, given ``root = sqrt(1 + x^2)``, which who wants the slope has anyway."""
    size = abs(x)
    # log(1 + s) loses digits for small s; asinh(x) = x - x^3 / 6 + 3 x^5 / 40 there
    small = size * (ONE - x * x * (np.float32(1.0 / 6.0) - np.float32(0.075) * x * x))
    value = small if size < np.float32(0.1) else log32(size + root)
    return value if x >= np.float32(0.0) else -value


@njit(inline="always", fastmath=FAST, error_model="numpy")
def floor32(x):
    """The largest int32 not above a float32 of less than 2**31 (``math.floor`` goes through int64)."""
    whole = np.int32(x)
    return np.int32(whole - (np.int32(1) if np.float32(whole) > x else np.int32(0)))


@njit(inline="always", fastmath=FAST, error_model="numpy")
def turn32(word):
    """Cosine and sine of the angle 2 pi (`word` / 2**32 - 1/8), for a uint32 `word` (Cephes, |arg| <= pi/4)."""
    quadrant = np.int32(word >> np.uint32(30))
    fraction = np.float32(np.int32(word & np.uint32(0x3FFFFFFF))) * np.float32(2.0**-30) - HALF
    a = fraction * QUARTER_TURN
    z = a * a
    sine = a * (
        ONE + z * (np.float32(-1.6666654611e-1) + z * (np.float32(8.3321608736e-3) - z * np.float32(1.9515295891e-4)))
    )
    cosine = (
        ONE
        - HALF * z
        + z
        * z
        * (
            np.float32(4.166664568298827e-2)
            + z * (np.float32(-1.388731625493765e-3) + z * np.float32(2.443315711809948e-5))
        )
    )
    swap = (quadrant & np.int32(1)) != 0
    c = sine if swap else cosine
    s = cosine if swap else sine
    flip_c = (quadrant == np.int32(1)) | (quadrant == np.int32(2))
    flip_s = quadrant >= np.int32(2)
    return (-c if flip_c else c), (-s if flip_s else s)

"""Compute log, exp, asinh, floor, cosine and sine of float32 numbers with plain polynomials, which LLVM vectorizes.

Without Intel's SVML, Numba calls the scalar C library for ``np.log`` and similar functions; one such call per pixel would
cost more than the rest of a kernel.
"""

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic


class CPUFlags(dict):
    """Fast-math flags that hold on the CPU alone.

    numba-cuda asks only whether there are any, and takes that as leave to divide by approximations that are 0 above 2^126 and to
    flush small numbers to 0. These are False in such a test, while Numba on the CPU reads them one by one.
    """

    def __bool__(self):
        """Return False, although there are flags."""
        return False


# Flags that neither reorder sums nor assume that there is no NaN.
FAST = CPUFlags(contract=True, nsz=True, arcp=True)
LN2 = np.float32(0.6931471805599453)
INVERSE_LN2 = np.float32(1.4426950408889634)
LN2_HIGH = np.float32(0.693359375)  # ln 2 in two parts; n LN2_HIGH is exact for the n of exp32
LN2_LOW = np.float32(-2.12194440e-4)
ONE = np.float32(1.0)
HALF = np.float32(0.5)
QUARTER_TURN = np.float32(1.5707963267948966)


@intrinsic
def float_from_bits(typingctx, bits):
    """Return the float32 whose IEEE 754 bit pattern is the int32 `bits`."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.FloatType())

    return types.float32(types.int32), codegen


@intrinsic
def bits_from_float(typingctx, value):
    """Return the IEEE 754 bit pattern of a float32 as an int32."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(32))

    return types.int32(types.float32), codegen


@njit(inline="always", fastmath=FAST, error_model="numpy")
def log32(x):
    """Return the natural logarithm of a positive, normal float32, with an error below 1 ulp (scheme of ``logf`` in musl)."""
    # x = 2^exponent * mantissa, with the mantissa from sqrt(1/2) to sqrt(2) and 0x3F3504F3 the bits of sqrt(1/2)
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
    """Return the exponential of a float32, with the argument clipped to [-87, 88] (scheme of ``expf`` in Cephes).

    ``exp(x) = 2^n exp(r)`` with a whole number n and ``|r| <= ln(2) / 2``; within the clipped range ``2^n`` is a normal
    float32.
    """
    x = min(max(np.float32(x), np.float32(-87.0)), np.float32(88.0))
    n = np.float32(
        np.int32(x * INVERSE_LN2 + np.float32(200.5)) - np.int32(200)
    )  # the nearest whole number: the cast truncates, which is floor for a positive argument
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
    """Return the inverse hyperbolic sine of a float32.

    Parameters
    ----------
    x : float32
    root : float32
        ``sqrt(1 + x^2)``. The caller passes it because it needs the same root for the slope, which is 1 / root.

    Returns
    -------
    float32
    """
    size = abs(x)
    # log(x + root) loses digits for small x, where asinh(x) = x - x^3 / 6 + 3 x^5 / 40
    small = size * (ONE - x * x * (np.float32(1.0 / 6.0) - np.float32(0.075) * x * x))
    value = small if size < np.float32(0.1) else log32(size + root)
    return value if x >= np.float32(0.0) else -value


@njit(inline="always", fastmath=FAST, error_model="numpy")
def floor32(x):
    """Return the largest int32 that is not above `x`, a float32 below 2^31 in size (``math.floor`` goes through int64)."""
    whole = np.int32(x)
    return np.int32(whole - (np.int32(1) if np.float32(whole) > x else np.int32(0)))


@njit(inline="always", fastmath=FAST, error_model="numpy")
def turn32(word):
    """Return cosine and sine of the angle ``2 pi (word / 2^32 - 1/8)`` (polynomials of Cephes).

    The upper two bits of the word choose a quadrant; the others are the angle in it, from -pi/4 to pi/4, where the
    polynomials hold. The offset of an eighth of a turn makes this split possible. For a random angle it has no effect.

    Parameters
    ----------
    word : uint32

    Returns
    -------
    float32, float32
    """
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

"""Convolve a view with a Gaussian line-spread function, whose width may change from pixel to pixel.

The convolution works on the three sums that resampling leaves for each pixel (see :mod:`clrseries.kernels.spectra.resample`).
With taps t_k it makes ``W'_j = sum_k t_k W_(j+k)``, the same for ``W x flux``, and uses t_k^2 for ``W^2 x variance``. A pixel
without data has W = 0, so that it neither leaks into its neighbors nor dims them.

Taps are powers, ``t_k = q^(k^2)``: they cost two multiplications per tap and pixel instead of an exponential. Normally
``q = exp(-1 / (2 sigma^2))``, with sigma in pixels. A profile that is narrower than about a pixel would be undersampled by
these taps; there q is chosen such that the taps have the variance sigma^2.
"""

import math

import numpy as np

from ..elementary import exp32
from ..lanes import row, stage
from .sums_to_flux import MINIMUM_COVERAGE

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
HALF = np.float32(0.5)
REACH = np.float32(5.0)  # taps end here [sigma]
NARROWEST = np.float32(0.006)  # variance at which exp(-1 / (2 sigma^2)) is still a normal float32 [pixels^2]
UNDERSAMPLED = np.float32(0.5)  # variance below which narrow_tap is used [pixels^2]
MAXIMUM_RADIUS = 255  # distance of the last tap [pixels]; clrseries.spectra.Observe refuses wider profiles
PAD = 256  # zeros on either side of a row of sums, so that taps need no check for its ends
STRIP = 256  # pixels that share a loop over taps; their work rows stay in the first-level cache


@stage
def narrow_tap(variance):
    """Return the tap q one pixel from the center of an undersampled profile.

    It solves ``2 q + 8 q^4 + 18 q^9 = v (1 + 2 q + 2 q^4 + 2 q^9)``, which says that the taps have the variance v, by three
    Newton steps from the solution of ``2 q = v (1 + 2 q)``.

    Parameters
    ----------
    variance : float32
        [pixels^2]; above ``UNDERSAMPLED`` it is taken as that.

    Returns
    -------
    float32
    """
    v = min(variance, UNDERSAMPLED)
    q = HALF * v / (ONE - v)
    linear, quartic = np.float32(2.0) - np.float32(2.0) * v, np.float32(8.0) - np.float32(2.0) * v
    ninth = np.float32(18.0) - np.float32(2.0) * v
    for _ in range(3):
        q3 = q * q * q
        q8 = q3 * q3 * q * q
        value = q * linear + q3 * q * quartic + q8 * q * ninth - v
        q -= value / (linear + np.float32(4.0) * q3 * quartic + np.float32(9.0) * q8 * ninth)
    return q


@stage
def strip_taps(first, number, curve, a, b, c, undersampled, powers, lane, lanes):
    """Write the first taps of each pixel of a strip; each lane handles its own pixels of the strip.

    Parameters
    ----------
    first, number : int
        First pixel of the strip, and its number of pixels.
    curve : float32 (3, P)
    a, b, c : float32
        The variance at pixel j is ``a curve[0, j] + b curve[1, j] + c curve[2, j]`` [pixels^2].
    undersampled : bool
        Whether the variance of any pixel of the grid may be below ``UNDERSAMPLED``.
    powers : three float32 (number,), out
        t_1 = q, t_2 / t_1 = q^3, and q^2.
    """
    tap, ratio, square = powers[0], powers[1], powers[2]
    curve_a, curve_b, curve_c = curve[0, first:], curve[1, first:], curve[2, first:]
    for s in range(lane, number, lanes):
        square[s] = max(a * curve_a[s] + b * curve_b[s] + c * curve_c[s], ZERO)
    for s in range(lane, number, lanes):
        tap[s] = exp32(-HALF / max(square[s], NARROWEST))
    if undersampled:
        for s in range(lane, number, lanes):
            v = square[s]
            tap[s] = tap[s] if v >= UNDERSAMPLED else narrow_tap(v)
    for s in range(lane, number, lanes):
        square[s] = tap[s] * tap[s]
    for s in range(lane, number, lanes):
        ratio[s] = square[s] * tap[s]


@stage
def add_taps(acc, tap, ratio, left, right, lane, lanes):
    """Add the sums k and k + 1 pixels away, on both sides, times their taps; each lane handles its own pixels of the strip.

    Parameters
    ----------
    acc : float32 (number,), in place
        Convolved sum of each pixel of the strip.
    tap, ratio : float32 (number,)
        t_k, and t_(k+1) / t_k.
    left, right : float32
        Parts of one row of padded sums. For pixel s of the strip ``left[s + 1]`` and ``right[s]`` are k pixels away,
        ``left[s]`` and ``right[s + 1]`` are k + 1 pixels away.
    """
    left_1, left_2, right_2 = left[1:], left, right[1:]
    for s in range(lane, len(acc), lanes):
        near = left_1[s] + right[s]
        far = left_2[s] + right_2[s]
        acc[s] += tap[s] * (near + ratio[s] * far)


@stage
def add_squared_taps(acc, tap, ratio, left, right, lane, lanes):
    """Add the sums k and k + 1 pixels away times the squares of their taps; parameters and lanes as in :func:`add_taps`."""
    left_1, left_2, right_2 = left[1:], left, right[1:]
    for s in range(lane, len(acc), lanes):
        near = left_1[s] + right[s]
        far = left_2[s] + right_2[s]
        acc[s] += tap[s] * tap[s] * (near + ratio[s] * ratio[s] * far)


@stage
def next_taps(tap, ratio, square, lane, lanes):
    """Go on from t_k and t_(k+1) / t_k to t_(k+2) and t_(k+3) / t_(k+2); each lane handles its own pixels of the strip.

    Parameters
    ----------
    tap, ratio : float32 (number,), in place
    square : float32 (number,)
        q^2.
    """
    for s in range(lane, len(tap), lanes):
        tap[s] *= ratio[s] * ratio[s] * square[s]
    for s in range(lane, len(tap), lanes):
        ratio[s] *= square[s] * square[s]


@stage
def copy(source, target, lane, lanes):
    """Begin a convolved sum with the pixel itself, whose tap is 1; each lane copies its own pixels of the strip.

    Parameters
    ----------
    source : float32
        Padded sums from the first pixel of the strip on.
    target : float32 (number,), out
    """
    for s in range(lane, len(target), lanes):
        target[s] = source[s]


@stage
def end_strip(own, widths, scale, good, acc_w, acc_f, acc_v, flux, ivar, lane, lanes):
    """Divide the convolved sums of a strip into flux and ivar; each lane handles its own pixels of the strip.

    Parameters
    ----------
    own : float32
        Covered length W of each pixel before the convolution [Angstrom]. Where it is too small, flux and ivar become 0: the
        convolution fills no gaps.
    widths : float32
        Widths of the pixels [Angstrom].
    scale : float32
        Factor on flux.
    good : float32 (number,), work space
    acc_w, acc_f, acc_v : float32 (number,)
        Convolved sums W, W x flux and W^2 x variance.
    flux, ivar : float32 (number,), out
    """
    for s in range(lane, len(flux), lanes):
        good[s] = ONE if own[s] >= MINIMUM_COVERAGE * widths[s] else ZERO
    for s in range(lane, len(flux), lanes):
        flux[s] = scale * acc_f[s] / acc_w[s] if good[s] > ZERO else ZERO
    square = ONE / (scale * scale)
    for s in range(lane, len(flux), lanes):
        ivar[s] = square * acc_w[s] * acc_w[s] / acc_v[s] if good[s] > ZERO else ZERO


@stage
def radius_of(widest):
    """Return the distance of the last tap [pixels] of a profile whose variance is at most `widest` [pixels^2]."""
    return min(int(REACH * math.sqrt(widest)) + 1, MAXIMUM_RADIUS)


@row
def broaden_row(sums, curve, a, b, c, narrowest, widest, scale, widths, strip, flux, ivar, lane, lanes):
    """Convolve the sums of one view with the line-spread function and divide them into flux and ivar.

    A lane handles its own pixels of each strip from beginning to end, so that no barrier is needed.

    Parameters
    ----------
    sums : clrseries.kernels.spectra.resample.Sums
        Three float32 rows with ``PAD`` zeros on either side.
    curve : float32 (3, P)
    a, b, c : float32
        The variance of the profile at pixel j is ``a curve[0, j] + b curve[1, j] + c curve[2, j]`` [pixels^2].
    narrowest, widest : float32
        Bounds of that variance over the grid [pixels^2].
    scale : float32
        Factor on flux.
    widths : float32 (P,)
        Widths of the pixels [Angstrom].
    strip : float32 (6, STRIP), work space
    flux, ivar : float32 (P,), out
    """
    sum_w, sum_f, sum_v = sums.length, sums.flux, sums.variance
    radius = radius_of(widest)
    for first in range(0, len(flux), STRIP):
        number = min(STRIP, len(flux) - first)
        tap, ratio, square = strip[0, :number], strip[1, :number], strip[2, :number]
        acc_w, acc_f, acc_v = strip[3, :number], strip[4, :number], strip[5, :number]
        center = PAD + first
        strip_taps(first, number, curve, a, b, c, narrowest < UNDERSAMPLED, (tap, ratio, square), lane, lanes)
        copy(sum_w[center:], acc_w, lane, lanes)
        copy(sum_f[center:], acc_f, lane, lanes)
        copy(sum_v[center:], acc_v, lane, lanes)
        for k in range(1, radius + 1, 2):
            low, high = center - k - 1, center + k
            add_taps(acc_w, tap, ratio, sum_w[low:], sum_w[high:], lane, lanes)
            add_taps(acc_f, tap, ratio, sum_f[low:], sum_f[high:], lane, lanes)
            add_squared_taps(acc_v, tap, ratio, sum_v[low:], sum_v[high:], lane, lanes)
            next_taps(tap, ratio, square, lane, lanes)
        end_strip(
            sum_w[center:], widths[first:], scale, tap, acc_w, acc_f, acc_v,
            flux[first : first + number], ivar[first : first + number], lane, lanes,
        )  # fmt: skip

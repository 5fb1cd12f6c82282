"""Convolve a view with a line-spread function that has the same width in all pixels, on a CPU.

With a constant resolution R on a logarithmic grid every pixel has the same taps, which then are four numbers in registers in the
place of three rows. Four taps on each side share one pass over the sums.
"""

import numpy as np

from ..elementary import exp32
from ..lanes import stage
from .broaden import NARROWEST, PAD, STRIP, UNDERSAMPLED, copy, end_strip, narrow_tap

ZERO = np.float32(0.0)
HALF = np.float32(0.5)
EVEN = np.float32(1e-6)  # relative range of the variance that float32 numbers of one value have
# A squared tap falls off sqrt(2) times as fast as the tap; at this part of the reach the rest is 1e-8 of the sum.
SQUARED_REACH = np.float32(0.8)


@stage
def is_uniform(narrowest, widest):
    """Return whether the profile has one width, up to the rounding of float32."""
    return widest - narrowest <= EVEN * widest


@stage
def add_four(acc, a, b, c, d, left, right):
    """Add the sums k to k + 3 pixels away, on both sides, times the taps `a` to `d`.

    Parameters
    ----------
    acc : float32 (number,), in place
    a, b, c, d : float32
    left, right : float32 (number + 3,)
        Parts of one row of padded sums: ``left[s + 3]`` and ``right[s]`` are k pixels away from pixel s, ``left[s]`` and
        ``right[s + 3]`` are k + 3 pixels away. LLVM vectorizes one slice with constant steps, and not four slices.
    """
    for s in range(len(acc)):
        acc[s] += (
            a * (left[s + 3] + right[s])
            + b * (left[s + 2] + right[s + 1])
            + c * (left[s + 1] + right[s + 2])
            + d * (left[s] + right[s + 3])
        )


@stage
def convolve(row, center, q, taps, acc):
    """Write the convolved sums of a strip with the taps ``q^(k^2)``, k up to `taps`.

    Parameters
    ----------
    row : float32
        One row of padded sums.
    center : int
        Place of the first pixel of the strip in the row.
    q : float32
    taps : int
        On each side; those that fill up the last four are 0.
    acc : float32 (number,), out
    """
    number = len(acc)
    copy(row[center:], acc, 0, 1)
    square = q * q
    tap, ratio = q, square * q  # t_1, and t_2 / t_1
    for k in range(1, taps + 1, 4):
        a = tap
        b = a * ratio
        ratio *= square
        c = b * ratio if k + 2 <= taps else ZERO
        ratio *= square
        d = c * ratio if k + 3 <= taps else ZERO
        ratio *= square
        tap = d * ratio
        ratio *= square
        add_four(acc, a, b, c, d, row[center - k - 3 : center - k + number], row[center + k : center + k + 3 + number])


@stage
def broaden_uniformly(sums, variance, radius, scale, widths, strip, flux, ivar):
    """Convolve the sums of one view and divide them into flux and ivar.

    Parameters
    ----------
    sums : clrseries.kernels.spectra.resample.Sums
        Three float32 rows with ``PAD`` zeros on either side.
    variance : float32
        Of the profile [pixels^2].
    radius : int
        Distance of the last tap [pixels]; an even number of taps is used, as in :mod:`clrseries.kernels.spectra.broaden`.
    scale, widths, strip, flux, ivar
        As in :func:`clrseries.kernels.spectra.broaden.broaden_row`.
    """
    q = exp32(-HALF / max(variance, NARROWEST)) if variance >= UNDERSAMPLED else narrow_tap(variance)
    taps = radius + radius % 2
    squared_taps = min(int(SQUARED_REACH * np.float32(radius)) + 2, taps)
    for first in range(0, len(flux), STRIP):
        number = min(STRIP, len(flux) - first)
        center = PAD + first
        acc_w, acc_f, acc_v = strip[3, :number], strip[4, :number], strip[5, :number]
        convolve(sums.length, center, q, taps, acc_w)
        convolve(sums.flux, center, q, taps, acc_f)
        convolve(sums.variance, center, q * q, squared_taps, acc_v)
        end_strip(
            sums.length[center:], widths[first:], scale, strip[0, :number], acc_w, acc_f, acc_v,
            flux[first : first + number], ivar[first : first + number], 0, 1,
        )  # fmt: skip

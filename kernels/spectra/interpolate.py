"""Resample a spectrum by interpolation: linear between two samples, or Lanczos (windowed sinc) over six.

Neither conserves flux; they are here because pipelines use them. At the center of an output pixel the flux is
``sum_i w_i f_i / sum_i w_i`` over the good samples, and its variance is ``sum_i w_i^2 var_i / (sum_i w_i)^2``. The results
are written as the sums that :mod:`clrseries.kernels.spectra.resample` leaves.
"""

import math

import numpy as np

from ..lanes import stage
from .resample import lower_bound

ZERO = np.float32(0.0)
ONE = np.float32(1.0)
THIRD = np.float32(1.0 / 3.0)
PI = np.float32(math.pi)
CONSERVE, LINEAR, LANCZOS = 0, 1, 2
MINIMUM_WEIGHT = np.float32(0.5)  # least part of the weights that must stand on good samples


@stage
def lanczos(d):
    """Return the Lanczos kernel ``sinc(d) sinc(d / 3)`` at a distance of `d` samples (float32); it is 0 from 3 samples on."""
    if abs(d) < np.float32(1e-4):
        return ONE
    if abs(d) >= np.float32(3.0):
        return ZERO
    a = PI * d
    b = a * THIRD
    return math.sin(a) * math.sin(b) / (a * b)


@stage
def interpolate_sums(x, flux, ivar, stretch, offset, targets, kind, sums, lane, lanes):
    """Write the sums of the output pixels by interpolation; each lane handles its own output pixels.

    The sums are W, W x flux and W^2 x variance, with W the width of the pixel. Pixels outside the spectrum, or with too
    little weight on good samples, keep the sums they had.

    Parameters
    ----------
    x : float64 (n,)
        Wavelengths of the samples, as they come in [Angstrom].
    flux, ivar : float32 (n,)
    stretch, offset : float64
        In the view the wavelength of a sample is ``x * stretch + offset`` [Angstrom].
    targets : float64 (P + 1,)
        Edges of the output pixels [Angstrom].
    kind : int
        ``LINEAR`` or ``LANCZOS``.
    sums : clrseries.kernels.spectra.resample.Sums, out
        Three float32 (P,), zero before.
    """
    sum_w, sum_f, sum_v = sums.length, sums.flux, sums.variance
    n = len(x)
    for j in range(lane, len(targets) - 1, lanes):
        u = (0.5 * (targets[j] + targets[j + 1]) - offset) / stretch
        i = min(max(lower_bound(x, 0, n, u), 1), n - 1)  # x[i - 1] < u <= x[i]
        if n < 2 or u < x[0] or u > x[n - 1]:
            continue
        part = np.float32((u - x[i - 1]) / (x[i] - x[i - 1]))
        first, last = (i - 1, i + 1) if kind == LINEAR else (max(i - 3, 0), min(i + 3, n))
        weight, all_weight, total, square = ZERO, ZERO, ZERO, ZERO
        for k in range(first, last):
            d = part - np.float32(k - i + 1)
            w = ONE - abs(d) if kind == LINEAR else lanczos(d)
            all_weight += w
            if ivar[k] > ZERO:
                weight += w
                total += w * flux[k]
                square += w * w / ivar[k]
        if weight > MINIMUM_WEIGHT * all_weight:
            width = np.float32(targets[j + 1] - targets[j])
            sum_w[j] = width
            sum_f[j] = width * total / weight
            sum_v[j] = width * width * square / (weight * weight)

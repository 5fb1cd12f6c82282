"""Normal equations of harmonic series at many frequencies, from the sums of waves over the points of a light curve.

A product of two waves is a sum of two: ``2 cos a cos b = cos(a - b) + cos(a + b)``. All that a fit of H harmonics needs is therefore the sums of
``weight exp(2 pi i k frequency time)`` for k up to 2 H, and those with the values for k up to H.
"""

import numpy as np
from numba import njit

# Sums over points may be reordered, which vectorizes them: their rounding is 1e-7 of what the periodogram leaves open.
REORDERED = {"reassoc", "contract", "nsz", "arcp"}


@njit(nogil=True, fastmath=REORDERED, error_model="numpy")
def write_waves(time, frequency, cosine, sine):
    """Write cosine and sine of the phases of all points, by polynomials (those of fdlibm) that LLVM vectorizes.

    They are taken at a quarter of the angle, from -pi/4 to pi/4 where the polynomials hold, and its double is taken twice.
    """
    for j in range(len(time)):
        turns = frequency * time[j]
        x = 0.5 * np.pi * (turns - np.floor(turns + 0.5))
        z = x * x
        s = 8.33333333332248946124e-03 + z * (
            -1.98412698298579493134e-04 + z * (2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10))
        )  # fmt: skip
        c = 4.16666666666666019037e-02 + z * (
            -1.38888888888741095749e-03 + z * (2.48015872894767294178e-05 + z * (-2.75573143513906633035e-07 + z * (2.08757232129817482790e-09 - z * 1.13596475577881948265e-11)))
        )  # fmt: skip
        s = x + x * z * (-1.66666666666666324348e-01 + z * s)
        c = 1.0 - 0.5 * z + z * z * c
        c, s = c * c - s * s, 2.0 * c * s
        cosine[j], sine[j] = c * c - s * s, 2.0 * c * s


@njit(nogil=True, fastmath=REORDERED, error_model="numpy")
def turn_and_sum(first, turned, weight, sums, k):
    """Turn the waves by their first harmonic, and write their weighted sums."""
    c, s, c1, s1 = turned[0], turned[1], first[0], first[1]
    of_cosine = of_sine = 0.0
    for j in range(len(weight)):
        cosine = c[j] * c1[j] - s[j] * s1[j]
        sine = c[j] * s1[j] + s[j] * c1[j]
        c[j], s[j] = cosine, sine
        of_cosine += weight[j] * cosine
        of_sine += weight[j] * sine
    sums[0, k], sums[1, k] = of_cosine, of_sine


@njit(nogil=True, fastmath=REORDERED, error_model="numpy")
def sum_waves(turned, weighted, sums, k):
    """Write the weighted sums of the waves as they are."""
    c, s = turned[0], turned[1]
    of_cosine = of_sine = 0.0
    for j in range(len(weighted)):
        of_cosine += weighted[j] * c[j]
        of_sine += weighted[j] * s[j]
    sums[0, k], sums[1, k] = of_cosine, of_sine


@njit(nogil=True, error_model="numpy")
def write_normal(sums, terms, normal):
    """Write the normal matrix of a constant, and cosine and sine of each harmonic."""
    cosine, sine = sums[0], sums[1]
    normal[0, 0] = cosine[0]
    for a in range(1, terms + 1):
        p = 2 * a - 1
        normal[0, p] = normal[p, 0] = cosine[a]
        normal[0, p + 1] = normal[p + 1, 0] = sine[a]
        for b in range(a, terms + 1):
            q = 2 * b - 1
            normal[p, q] = normal[q, p] = 0.5 * (cosine[b - a] + cosine[a + b])
            normal[p + 1, q + 1] = normal[q + 1, p + 1] = 0.5 * (cosine[b - a] - cosine[a + b])
            normal[p, q + 1] = normal[q + 1, p] = 0.5 * (sine[a + b] + sine[b - a])
            normal[p + 1, q] = normal[q, p + 1] = 0.5 * (sine[a + b] - sine[b - a])


@njit(cache=True, nogil=True)
def normal_equations(time, value, weight, frequency, terms):
    """Return the normal equations of a constant and H harmonics of each frequency.

    Parameters
    ----------
    time, value, weight : float64 (P,)
        Of the points; the weight is an inverse variance.
    frequency : float64 (F,)
        In one over the unit of time.
    terms : int
        H, number of harmonics, at least 1.

    Returns
    -------
    float64 (F, 1 + 2 H, 1 + 2 H), float64 (F, 1 + 2 H)
        Normal matrices and right sides, for the constant and then cosine and sine of each harmonic.
    """
    size = 1 + 2 * terms
    normal, right = np.empty((len(frequency), size, size)), np.empty((len(frequency), size))
    first, turned = np.empty((2, len(time))), np.empty((2, len(time)))
    sums, of_values = np.zeros((2, size)), np.zeros((2, 1 + terms))
    weighted = weight * value
    sums[0, 0], constant = weight.sum(), weighted.sum()
    for i in range(len(frequency)):
        write_waves(time, frequency[i], first[0], first[1])
        turned[0], turned[1] = 1.0, 0.0
        for k in range(1, size):
            turn_and_sum(first, turned, weight, sums, k)
            if k <= terms:
                sum_waves(turned, weighted, of_values, k)
        write_normal(sums, terms, normal[i])
        right[i, 0] = constant
        for k in range(1, terms + 1):
            right[i, 2 * k - 1], right[i, 2 * k] = of_values[0, k], of_values[1, k]
    return normal, right

"""The fraction of the variance that a sine explains, at many frequencies, from sums of waves over the points of a light curve."""

import numpy as np
from numba import njit

from ..elementary import FAST

LEAST = 1e-8  # determinant of cosine and sine below which the points lie at one phase or two, and no sine can be told


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def sine_power(of_values, of_weights, of_twice, variance):
    """Return the power of a sine with a floating mean at each frequency.

    Parameters
    ----------
    of_values : float32 (F, 2)
        Sums over points of ``w (y - mean) exp(i a)``, real and imaginary part, with weights w that sum to 1 and the phase a.
    of_weights : float32 (F, 2)
        Sums of ``w exp(i a)``.
    of_twice : float32 (F, 2)
        Sums of ``w exp(2 i a)``.
    variance : float
        Sum of ``w (y - mean)^2``.

    Returns
    -------
    float64 (F,)
        From 0 to 1; 0 where no sine can be told. Zechmeister & Kuerster 2009 (A&A 496, 577), equation 5.
    """
    power = np.empty(len(of_values))
    for i in range(len(power)):
        yc, ys = np.float64(of_values[i, 0]), np.float64(of_values[i, 1])
        c, s = np.float64(of_weights[i, 0]), np.float64(of_weights[i, 1])
        c2, s2 = np.float64(of_twice[i, 0]), np.float64(of_twice[i, 1])
        cc = 0.5 * (1.0 + c2) - c * c
        ss = 0.5 * (1.0 - c2) - s * s
        cs = 0.5 * s2 - c * s
        determinant = cc * ss - cs * cs
        explained = (ss * yc * yc + cc * ys * ys - 2.0 * cs * yc * ys) / (max(determinant, LEAST) * variance)
        power[i] = explained if determinant > LEAST else 0.0
    return power

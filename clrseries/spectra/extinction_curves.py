"""Interstellar extinction curves as tables for the kernel.

Every published law is a sum of a few powers of R_V: ``A(lambda) / E(B-V) = sum_p R_V^p k_p(lambda)``. The functions return the
coefficients ``k_p``, so that the kernel needs only a few numbers for a drawn R_V, not a new curve. Outside the range of a law,
the value at the nearest end is used.

Cardelli, Clayton & Mathis 1989 (ApJ 345, 245); O'Donnell 1994 (ApJ 422, 158); Fitzpatrick 1999 (PASP 111, 63) with the
ultraviolet form of Fitzpatrick & Massa 1990 (ApJS 72, 163); Gordon et al. 2003 (ApJ 594, 279), SMC bar and LMC average;
Calzetti et al. 2000 (ApJ 533, 682), attenuation of starburst galaxies.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

Array = NDArray[np.float64]
Powers = dict[int, Array]
SPLINE_END = 1e4 / 2700.0  # [1 / micron], where the ultraviolet form begins
SPLINE_ANCHORS = 1e4 / np.array([2700.0, 2600.0])


def ccm89(x: Array) -> Powers:
    """Return the extinction curve of Cardelli, Clayton & Mathis 1989.

    Parameters
    ----------
    x : float64 (P,)
        Inverse wavelength [1 / micron]; outside 0.3 to 10, the value at the nearest end is used.

    Returns
    -------
    dict of int to float64 (P,)
        For each power p of R_V its coefficient k_p.
    """
    optical = (
        [1, 0.17699, -0.50447, -0.02427, 0.72085, 0.01979, -0.77530, 0.32999],
        [0, 1.41338, 2.28305, 1.07233, -5.38434, -0.62251, 5.30260, -2.09002],
    )
    return _ccm(np.clip(x, 0.3, 10.0), optical)


def o94(x: Array) -> Powers:
    """Return the extinction curve of Cardelli, Clayton & Mathis 1989 with the optical part of O'Donnell 1994.

    Parameters
    ----------
    x : float64 (P,)
        Inverse wavelength [1 / micron]; outside 0.3 to 10, the value at the nearest end is used.

    Returns
    -------
    dict of int to float64 (P,)
        For each power p of R_V its coefficient k_p.
    """
    optical = (
        [1, 0.104, -0.609, 0.701, 1.137, -1.718, -0.827, 1.647, -0.505],
        [0, 1.952, 2.908, -3.989, -7.985, 11.102, 5.491, -10.805, 3.347],
    )
    return _ccm(np.clip(x, 0.3, 10.0), optical)


def f99(x: Array) -> Powers:
    """Return the extinction curve of Fitzpatrick 1999.

    Parameters
    ----------
    x : float64 (P,)
        Inverse wavelength [1 / micron]; outside 0.3 to 10, the value at the nearest end is used.

    Returns
    -------
    dict of int to float64 (P,)
        For each power p of R_V its coefficient k_p.
    """
    anchors = 1e4 / np.array([26500.0, 12200.0, 6000.0, 5470.0, 4670.0, 4110.0])
    optical = {
        0: [0, 0, -0.426, -0.050, 0.701, 1.208],
        1: [0.265 / 3.1, 0.829 / 3.1, 1.0044, 1.0016, 1.0016, 1.0032],
        2: [0, 0, 0, 0, 0, -0.00033],
        -1: [0.0] * 6,
    }
    shape = (3.23, 0.41, 4.596, 0.99)
    # c2 = -0.824 + 4.717 / R_V, c1 = 2.030 - 3.007 c2
    ultraviolet: dict[int, Callable[[Array], Array]] = {
        0: lambda u: _fm90(u, 2.030 + 3.007 * 0.824, -0.824, *shape),
        1: np.ones_like,
        2: np.zeros_like,
        -1: lambda u: 4.717 * (u - 3.007),
    }
    x = np.clip(x, 0.3, 10.0)
    return {p: _spline(x, anchors, np.array(optical[p]), ultraviolet[p]) for p in optical}


def smc(x: Array) -> Powers:
    """Return the average extinction curve of the bar of the SMC by Gordon et al. 2003, with R_V = 2.74.

    Parameters
    ----------
    x : float64 (P,)
        Inverse wavelength [1 / micron]; outside 0.3 to 10, the value at the nearest end is used.

    Returns
    -------
    dict of int to float64 (P,)
        For each power p of R_V its coefficient k_p.
    """
    anchors = 1 / np.array([2.198, 1.65, 1.25, 0.81, 0.65, 0.55, 0.44, 0.37])
    optical = np.array([0.11, 0.169, 0.25, 0.567, 0.801, 1.00, 1.374, 1.672])
    return _gordon(x, anchors, optical, 2.74, (-4.959, 2.264, 0.389, 0.461, 4.6, 1.0))


def lmc(x: Array) -> Powers:
    """Return the average extinction curve of the LMC by Gordon et al. 2003, with R_V = 3.41.

    Parameters
    ----------
    x : float64 (P,)
        Inverse wavelength [1 / micron]; outside 0.3 to 10, the value at the nearest end is used.

    Returns
    -------
    dict of int to float64 (P,)
        For each power p of R_V its coefficient k_p.
    """
    anchors = 1 / np.array([2.198, 1.65, 1.25, 0.55, 0.44, 0.37])
    optical = np.array([0.10, 0.186, 0.257, 1.000, 1.293, 1.518])
    return _gordon(x, anchors, optical, 3.41, (-0.890, 0.998, 2.719, 0.400, 4.579, 0.934))


def calzetti(x: Array) -> Powers:
    """Return the attenuation curve of starburst galaxies by Calzetti et al. 2000.

    Parameters
    ----------
    x : float64 (P,)
        Inverse wavelength [1 / micron]; outside 1 / 2.2 to 1 / 0.12, the value at the nearest end is used.

    Returns
    -------
    dict of int to float64 (P,)
        For each power p of R_V its coefficient k_p; E(B-V) is that of the stellar continuum.
    """
    x = np.clip(x, 1 / 2.2, 1 / 0.12)
    red = 2.659 * (-1.857 + 1.040 * x)
    blue = 2.659 * (-2.156 + 1.509 * x - 0.198 * x**2 + 0.011 * x**3)
    return {0: np.where(x <= 1 / 0.63, red, blue), 1: np.ones_like(x)}


CURVES = {"CCM89": ccm89, "O94": o94, "F99": f99, "SMC": smc, "LMC": lmc, "Calzetti00": calzetti}
FIXED_RV = {"SMC": 2.74, "LMC": 3.41}
USUAL_RV = {"Calzetti00": 4.05, **FIXED_RV}  # 3.1 for the others


def powers(curve: str, wavelength: Array) -> Powers:
    """Return the coefficients of an extinction curve at some wavelengths.

    Parameters
    ----------
    curve : {"CCM89", "O94", "F99", "SMC", "LMC", "Calzetti00"}
        Name of the curve.
    wavelength : float64 (P,)
        Wavelengths [Angstrom].

    Returns
    -------
    dict of int to float64 (P,)
        For each power p of R_V its coefficient k_p.

    Raises
    ------
    InputError
        There is no such curve.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.spectra.extinction_curves import powers
    >>> coefficients = powers("F99", np.array([5500.0]))
    >>> sum(3.1**p * k for p, k in coefficients.items()).round(2)
    array([3.03])
    """
    if curve not in CURVES:
        raise InputError(f"there is no extinction curve {curve!r}; there are {', '.join(CURVES)}")
    return CURVES[curve](1e4 / np.asarray(wavelength, np.float64))


def _ccm(x: Array, optical: tuple[list[float], list[float]]) -> Powers:
    y = x - 1.82
    dx = np.maximum(x - 5.9, 0.0)
    far = x - 8.0
    pieces = [x < 1.1, x < 3.3, x < 8.0]
    a = np.select(
        pieces,
        [
            0.574 * x**1.61,
            np.polynomial.Polynomial(optical[0])(y),
            1.752 - 0.316 * x - 0.104 / ((x - 4.67) ** 2 + 0.341) - 0.04473 * dx**2 - 0.009779 * dx**3,
        ],
        -1.073 - 0.628 * far + 0.137 * far**2 - 0.070 * far**3,
    )
    b = np.select(
        pieces,
        [
            -0.527 * x**1.61,
            np.polynomial.Polynomial(optical[1])(y),
            -3.090 + 1.825 * x + 1.206 / ((x - 4.62) ** 2 + 0.263) + 0.2130 * dx**2 + 0.1207 * dx**3,
        ],
        13.670 + 4.257 * far - 0.420 * far**2 + 0.374 * far**3,
    )
    return {1: a, 0: b}


def _fm90(x: Array, c1: float, c2: float, c3: float, c4: float, x0: float, gamma: float) -> Array:
    drude = x**2 / ((x**2 - x0**2) ** 2 + (gamma * x) ** 2)
    dx = np.maximum(x - 5.9, 0.0)
    return c1 + c2 * x + c3 * drude + c4 * (0.5392 * dx**2 + 0.05644 * dx**3)


def _spline(x: Array, anchors: Array, optical: Array, ultraviolet: Callable[[Array], Array]) -> Array:
    from scipy.interpolate import CubicSpline

    knots = np.concatenate([[0.0], anchors, SPLINE_ANCHORS])
    values = np.concatenate([[0.0], optical, ultraviolet(SPLINE_ANCHORS)])
    return np.where(x < SPLINE_END, CubicSpline(knots, values, bc_type="natural")(x), ultraviolet(x))


def _gordon(x: Array, anchors: Array, optical: Array, rv: float, shape: tuple[float, ...]) -> Powers:
    c1, c2, c3, c4, x0, gamma = shape
    x = np.clip(x, 0.3, 10.0)
    return {1: _spline(x, anchors, optical, lambda u: _fm90(u, c1, c2, c3, c4, x0, gamma) / rv + 1.0)}

"""Harmonic series fitted to a light curve at given frequencies, by weighted least squares."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.lightcurves.harmonics import normal_equations

Array = NDArray[np.float64]
RIDGE = 1e-9  # of the mean diagonal: keeps frequencies solvable at which the points cover little of the phase


class HarmonicFit(NamedTuple):
    """Fits of a constant and H harmonics at F frequencies.

    Parameters
    ----------
    power : float64 (F,)
        Fraction of the weighted variance that the harmonics explain, from 0 to 1.
    coefficients : float64 (F, 1 + 2 H)
        The constant, then the cosine and the sine of each harmonic, in the unit of the values.
    """

    power: Array
    coefficients: Array


def fit_harmonics(time: Array, value: Array, weight: Array, frequency: Array, terms: int) -> HarmonicFit:
    """Fit a constant and harmonics of each frequency to the points of one light curve.

    Parameters
    ----------
    time : float64 (P,)
        Times [day].
    value, weight : float64 (P,)
        Values in any unit, and their inverse variances.
    frequency : float64 (F,)
        Frequencies [1 / day].
    terms : int
        H, number of harmonics, at least 1.

    Returns
    -------
    HarmonicFit

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.lightcurves.harmonics import fit_harmonics
    >>> time = np.linspace(0.0, 9.0, 50)
    >>> fit = fit_harmonics(time, 3.0 + np.cos(2 * np.pi * time / 0.7) + 0.5 * np.sin(2 * np.pi * time / 0.7), np.ones(50), np.array([1 / 0.7]), terms=1)
    >>> np.round(fit.coefficients, 3).tolist()
    [[3.0, 1.0, 0.5]]
    """
    time, value, weight, frequency = (np.ascontiguousarray(one, np.float64) for one in (time, value, weight, frequency))
    mean = np.dot(weight, value) / weight.sum()
    normal, right = normal_equations(time, value - mean, weight, frequency, terms)
    normal += RIDGE * np.trace(normal, axis1=1, axis2=2)[:, None, None] / normal.shape[1] * np.eye(normal.shape[1])
    found = np.linalg.solve(normal, right[..., None])[..., 0]
    total = np.dot(weight, (value - mean) ** 2)
    power = np.clip((found * right).sum(1) / max(total, 1e-300), 0.0, 1.0)
    found[:, 0] += mean
    return HarmonicFit(power, found)

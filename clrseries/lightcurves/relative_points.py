"""The points of one light curve without the level and the amplitude of each band, so that all bands count together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..series import Series

FEWEST = 5  # usable points of a band
FLOOR = 0.3  # of the lower quartile of the errors of a band: no single point outweighs the others


class RelativePoints(NamedTuple):
    """Points of one light curve, in all bands that have at least five.

    Parameters
    ----------
    time : float64 (P,)
        Time from the first point [day].
    value : float64 (P,)
        Natural logarithm of the flux, linear below twice the error, less the mean of the band and over its scatter.
    weight : float64 (P,)
        Inverse variance of `value`.
    """

    time: NDArray[np.float64]
    value: NDArray[np.float64]
    weight: NDArray[np.float64]


def relative_points(series: Series, i: int) -> RelativePoints:
    """Return the points of one light curve, every band relative to its own level and scatter.

    Parameters
    ----------
    series : Series
        N light curves.
    i : int
        Number of the object.

    Returns
    -------
    RelativePoints
        Empty if no band has five usable points.

    Notes
    -----
    The logarithm is asinh(flux / 2 e) with the lower quartile e of the errors, as in the magnitudes of Lupton, Gunn & Szalay 1999
    (AJ 118, 1406), so that negative fluxes are taken too.
    """
    value, weight = relative_values(series, i)
    time = series.x[int(series.offsets[i]) : int(series.offsets[i + 1])]
    kept = weight > 0
    return RelativePoints(time[kept] - time[:1], value[kept], weight[kept])


def relative_values(series: Series, i: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return all points of one light curve, every band relative to its own level and scatter.

    Parameters
    ----------
    series : Series
        N light curves.
    i : int
        Number of the object.

    Returns
    -------
    float64 (L,), float64 (L,)
        Value and weight, as those of :class:`RelativePoints`; both are 0 for points that cannot be used, and in bands with fewer than five others.
    """
    own = slice(int(series.offsets[i]), int(series.offsets[i + 1]))
    flux, ivar = series.flux[own].astype(np.float64), series.ivar[own].astype(np.float64)
    band = np.zeros(len(flux), np.int8) if series.band is None else series.band[own]
    value, weight = np.zeros(len(flux)), np.zeros(len(flux))
    for b in np.unique(band):
        at = np.flatnonzero((ivar > 0) & (band == b))
        if len(at) >= FEWEST:
            value[at], weight[at] = _relative(flux[at], ivar[at])
    return value, weight


def _relative(flux: NDArray[np.float64], ivar: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    error = ivar**-0.5
    twice = 2.0 * np.percentile(error, 25)
    value = np.arcsinh(flux / twice)
    variance = error**2 / (flux**2 + twice**2)
    variance += FLOOR**2 * np.percentile(variance, 25)
    value -= np.average(value, weights=1.0 / variance)
    scatter = max(float(value.std()), float(np.sqrt(np.median(variance))))
    return value / scatter, scatter**2 / variance

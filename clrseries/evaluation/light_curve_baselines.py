"""Features of light curves without learning: statistics of each band, and the folded curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..lightcurves import Fold, Normalize, Observe, Pack
from ..series import Series

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)


def hand_features(series: Series) -> NDArray[np.float32]:
    """Return thirteen statistics of each band, in magnitudes.

    They are mean, scatter, skewness, kurtosis, seven percentiles, reduced chi-square about the mean, and mean error.

    Parameters
    ----------
    series : Series
        N light curves in B bands, in flux of zero point 25; fluxes below 1e-3 count as that.

    Returns
    -------
    float32 (N, 13 B)
        0 for a band with fewer than three points.

    Raises
    ------
    InputError
        The series holds spectra.

    Examples
    --------
    >>> from clrseries import datasets
    >>> from clrseries.evaluation import hand_features
    >>> hand_features(datasets.simulated_light_curves(5)).shape
    (5, 26)
    """
    if series.band is None:
        raise InputError("hand_features: needs light curves, and the series holds spectra")
    magnitude = 25.0 - 2.5 * np.log10(np.maximum(series.flux.astype(np.float64), 1e-3))
    with np.errstate(divide="ignore"):
        error = 1.0857 / (np.maximum(series.flux, 1e-3) * np.sqrt(series.ivar.astype(np.float64)))
    rows = np.zeros((len(series), 13 * len(series.bands)), np.float32)
    for i in range(len(series)):
        at = slice(series.offsets[i], series.offsets[i + 1])
        good = series.ivar[at] > 0
        for b in range(len(series.bands)):
            own = good & (series.band[at] == b)
            if own.sum() >= 3:
                rows[i, 13 * b : 13 * (b + 1)] = _numbers(magnitude[at][own], error[at][own])
    return rows


def _numbers(m: NDArray[np.float64], e: NDArray[np.float64]) -> list[float]:
    mean, scatter = m.mean(), m.std()
    z = (m - mean) / max(scatter, 1e-6)
    chi2 = np.mean(((m - mean) / np.maximum(e, 1e-3)) ** 2)
    return [mean, scatter, (z**3).mean(), (z**4).mean(), *np.percentile(m, PERCENTILES), chi2, e.mean()]


def folded_pca(series: Series, period: str, size: int = 20, bins: int = 32) -> NDArray[np.float32]:
    """Return principal components of light curves that are folded on a known period.

    Every band is standardized and averaged in bins of phase; empty bins are interpolated along the phase, and the brightest bin of the
    first band comes first.

    Parameters
    ----------
    series : Series
        N light curves.
    period : str
        Column with the period [day].
    size : int
        Number of components, at least 1.
    bins : int
        Number of bins of phase.

    Returns
    -------
    float32 (N, size)
        Fewer columns where there are fewer objects or bins.

    Raises
    ------
    InputError
        The column is missing, or a period is not positive.
    """
    from sklearn.decomposition import PCA

    most = int(np.diff(series.offsets).max())
    views = Observe([Fold(period), Pack(most), Normalize("band")])(series)
    phase, flux, ivar, band = (array[:, 0] for array in views.inputs)
    maps = []
    for b in range(len(series.bands)):
        weight = (ivar > 0) & (band == b)
        place = np.minimum((phase * bins).astype(int), bins - 1)
        total, count = np.zeros((len(series), bins)), np.zeros((len(series), bins))
        rows = np.broadcast_to(np.arange(len(series))[:, None], place.shape)
        np.add.at(total, (rows[weight], place[weight]), flux[weight])
        np.add.at(count, (rows[weight], place[weight]), 1.0)
        maps.append(np.stack([_filled(t, c) for t, c in zip(total, count, strict=True)]))
    turn = maps[0].argmax(1)
    rolled = [np.stack([np.roll(row, -k) for row, k in zip(one, turn, strict=True)]) for one in maps]
    table = np.concatenate(rolled, axis=1)
    return PCA(min(size, *table.shape), random_state=0).fit_transform(table).astype(np.float32)


def _filled(total: NDArray[np.float64], count: NDArray[np.float64]) -> NDArray[np.float64]:
    if not count.any():
        return np.zeros(len(total))
    at = np.flatnonzero(count)
    return np.interp(np.arange(len(total)), at, total[at] / count[at], period=len(total))

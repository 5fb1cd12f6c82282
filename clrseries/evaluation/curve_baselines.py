"""What a representation of light curves must beat: features made by hand, and the folded curve itself."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from ..monitor import Fold, Level, Monitor, Pack
from ..series import Series

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)


def hand_features(series: Series) -> NDArray[np.float32]:
    """Thirteen numbers a band: level, scatter, skewness, kurtosis, seven percentiles, reduced chi-square and mean error.

    In magnitudes of zero point 25 (points below flux 1e-3 count as that), float32 (N, 13 bands); 0 for a band with fewer
    than three points.
    """
    magnitude = 25.0 - 2.5 * np.log10(np.maximum(series.flux.astype(np.float64), 1e-3))
    with np.errstate(divide="ignore"):
        error = 1.0857 / (np.maximum(series.flux, 1e-3) * np.sqrt(series.ivar.astype(np.float64)))
    rows = np.zeros((len(series), 13 * len(series.bands)), np.float32)
    assert series.band is not None
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
    """Principal components of the curve folded on the column `period`, each band in `bins` bins from its brightest.

    Every band is standardised; empty bins are filled along the phase. float32 (N, size)
    """
    from sklearn.decomposition import PCA

    most = int(np.diff(series.offsets).max())
    views = Monitor([Fold(period), Pack(most), Level("band")])(series)
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


def balanced_scores(
    models: dict[str, object], features: NDArray[np.floating], target: NDArray[np.str_],
    pool: NDArray[np.int64], held_out: NDArray[np.int64], labels: int, seeds: int,
) -> dict[str, tuple[float, float]]:  # fmt: skip
    """Balanced accuracy on `held_out` of classifiers trained with `labels` objects a class out of `pool`: mean and scatter.

    Parameters
    ----------
    models : dict of name to scikit-learn classifier
    features : float (N, D)
    target : str (N,)
    pool, held_out : int
        Rows that may and may not be used for training.
    labels : int
        For each class; all that there are where there are fewer.
    seeds : int
        Which objects are labelled is drawn so many times.
    """
    from sklearn.base import clone
    from sklearn.metrics import balanced_accuracy_score

    scores: dict[str, list[float]] = {name: [] for name in models}
    for seed in range(seeds):
        rows = labelled(target, pool, labels, seed)
        for name, model in models.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about convergence with a handful of labels
                fitted = clone(model).fit(features[rows], target[rows])
            scores[name].append(balanced_accuracy_score(target[held_out], fitted.predict(features[held_out])))
    return {name: (float(np.mean(s)), float(np.std(s))) for name, s in scores.items()}


def labelled(target: NDArray[np.str_], pool: NDArray[np.int64], labels: int, seed: int) -> NDArray[np.int64]:
    """`labels` rows of each class out of `pool`, drawn by `seed`."""
    order = np.random.default_rng(seed).permutation(pool)
    return np.concatenate([order[target[order] == name][:labels] for name in np.unique(target)])

"""Labels that the embedding speaks against: confident learning."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .probe_models import class_probes
from .retrieval import Features, unit

FOLDS = 5
MOST = 20_000


@dataclass(frozen=True)
class Suspects:
    """Objects whose label is probably wrong, the most certain first.

    Parameters
    ----------
    rows : int64 (M,)
        Their rows.
    given, suggested : str (M,)
        The label, and the class that the others suggest.
    margin : float64 (M,)
        Probability of the suggested class minus that of the given one.
    """

    rows: NDArray[np.int64]
    given: NDArray[np.str_]
    suggested: NDArray[np.str_]
    margin: NDArray[np.float64]


def suspected_mislabels(
    features: Features, target: NDArray[np.str_], groups: NDArray[np.int64] | None = None, seed: int = 0
) -> Suspects:
    """Find labels that are probably wrong, from probabilities that were predicted without them.

    A logistic regression predicts every object from those in four other fifths. A class counts for an object if its probability is at
    least the mean one among the objects with this label; the most probable of these, if it is another than the label, is suggested.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    target : str (N,)
        Labels, all known; a class needs five objects.
    groups : int64 (N,), optional
        Objects, whose rows stay together.
    seed : int
        Of the folds.

    Returns
    -------
    Suspects

    Raises
    ------
    InputError
        There are fewer than two classes with five objects.

    References
    ----------
    Northcutt, Jiang & Chuang 2021, JAIR 70, 1373, arXiv:1911.00068.
    """
    x = unit(np.asarray(features, np.float64))
    names, counts = np.unique(target, return_counts=True)
    names = names[counts >= FOLDS]
    if len(names) < 2:
        raise InputError(f"suspected labels need two classes with at least {FOLDS} objects")
    rows = np.flatnonzero(np.isin(target, names))
    rows = np.sort(np.random.default_rng(seed).permutation(rows)[:MOST])
    chances = _left_out(x[rows], target[rows], rows if groups is None else groups[rows], names, seed)
    given = np.searchsorted(names, target[rows])
    own = chances[np.arange(len(rows)), given]
    usual = np.array([own[given == k].mean() if (given == k).any() else 1.0 for k in range(len(names))])
    counted = np.where(chances >= usual, chances, -1.0)
    best = counted.argmax(axis=1)
    margin = chances[np.arange(len(rows)), best] - own
    wrong = np.flatnonzero((counted.max(axis=1) > 0) & (best != given) & (margin > 0))
    wrong = wrong[np.argsort(-margin[wrong], kind="stable")]
    return Suspects(rows[wrong], names[given[wrong]], names[best[wrong]], margin[wrong])


def _left_out(
    x: Features, y: NDArray[np.str_], groups: NDArray[np.int64], names: NDArray[np.str_], seed: int
) -> NDArray[np.float64]:
    """Return the probabilities of each row, by a model that has not seen its object."""
    from sklearn.base import clone
    from sklearn.model_selection import StratifiedGroupKFold

    chances = np.zeros((len(x), len(names)))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # classes with fewer objects than folds
        for train, test in folds.split(x, y, groups):
            if len(set(y[train])) < 2:
                continue
            model = clone(class_probes(True)["linear"]).fit(x[train], y[train])
            chances[np.ix_(test, np.searchsorted(names, model.classes_))] = model.predict_proba(x[test])
    return chances

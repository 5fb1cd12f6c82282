"""Classification from a few labels of each class, on objects that are held out."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def balanced_scores(
    models: Mapping[str, Any],
    features: NDArray[np.floating],
    target: NDArray[np.str_],
    pool: NDArray[np.int64],
    held_out: NDArray[np.int64],
    labels: int,
    seeds: int,
) -> dict[str, tuple[float, float]]:
    """Return the balanced accuracy of classifiers that learn from a few objects of each class.

    Parameters
    ----------
    models : mapping of str to scikit-learn classifier
        Each is cloned before it is fitted.
    features : float (N, D)
        Features of all objects.
    target : str (N,)
        Their classes.
    pool, held_out : int64
        Rows that may be labeled, and rows that are scored.
    labels : int
        Labeled objects of each class; all that there are where there are fewer.
    seeds : int
        How often the labeled objects are drawn.

    Returns
    -------
    dict of str to (float, float)
        For each model, mean and standard deviation over the draws.
    """
    from sklearn.base import clone
    from sklearn.metrics import balanced_accuracy_score

    scores: dict[str, list[float]] = {name: [] for name in models}
    for seed in range(seeds):
        rows = labeled_rows(target, pool, labels, seed)
        for name, model in models.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about convergence with a handful of labels
                fitted = clone(model).fit(features[rows], target[rows])
            scores[name].append(balanced_accuracy_score(target[held_out], fitted.predict(features[held_out])))
    return {name: (float(np.mean(s)), float(np.std(s))) for name, s in scores.items()}


def labeled_rows(target: NDArray[np.str_], pool: NDArray[np.int64], labels: int, seed: int) -> NDArray[np.int64]:
    """Draw the same number of rows of each class.

    Parameters
    ----------
    target : str (N,)
        Classes of all objects.
    pool : int64
        Rows to draw from.
    labels : int
        Rows of each class; all that there are where there are fewer.
    seed : int
        Seed of the draw.

    Returns
    -------
    int64
    """
    order = np.random.default_rng(seed).permutation(pool)
    return np.concatenate([order[target[order] == name][:labels] for name in np.unique(target)])

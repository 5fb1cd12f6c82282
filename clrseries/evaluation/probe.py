"""Linear probes and nearest neighbors on frozen features, with few labels and many splits."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

TEST_FRACTION = 0.3
FEWEST = 5  # members of a class
ALPHAS = np.logspace(-3, 5, 17)


def probe_values(
    features: NDArray[np.floating],
    target: NDArray[np.floating],
    labels: Sequence[int | None] = (20, 100, None),
    splits: int = 10,
    standardize: bool = True,
) -> list[dict[str, float]]:
    """Probe a value with ridge regression and five nearest neighbors, from few labels.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, or any other features.
    target : float (N,)
        Rows with NaN here or in `features` are left out.
    labels : sequence of int or None
        Training objects; None is all that are not in the test set.
    splits : int
        Random splits, 30 % of the objects in the test set; scores are means over them.
    standardize : bool
        Whether to scale every feature to unit scatter first. This helps pixels; for embeddings of unit length it does not, since
        the scatter of a direction says how much it matters.

    Returns
    -------
    list of dict
        For each entry of `labels`: ``labels``, ``ridge_r2``, ``ridge_mae``, ``knn_r2``, ``knn_mae`` (mean absolute errors in the unit
        of `target`) and ``ridge_r2_sd`` (standard deviation over the splits).

    Raises
    ------
    InputError
        Fewer than five rows are left.
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.metrics import mean_absolute_error, r2_score
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known = np.isfinite(target) & np.isfinite(features).all(1)
    x, y = np.asarray(features[known], np.float64), target[known]
    if len(y) < FEWEST:
        raise InputError(
            f"a probe needs at least {FEWEST} objects with a value and an embedding, and there are {len(y)}"
        )
    rows = []
    for count in labels:
        scores = []
        for train, test in _splits(len(y), count, splits):
            ridge = make_pipeline(StandardScaler(with_std=standardize), RidgeCV(ALPHAS)).fit(x[train], y[train])
            near = KNeighborsRegressor(min(5, len(train)), metric="cosine").fit(x[train], y[train])
            guess, close = ridge.predict(x[test]), near.predict(x[test])
            scores.append(
                (
                    r2_score(y[test], guess),
                    mean_absolute_error(y[test], guess),
                    r2_score(y[test], close),
                    mean_absolute_error(y[test], close),
                )
            )
        mean = np.mean(scores, axis=0)
        names = ("ridge_r2", "ridge_mae", "knn_r2", "knn_mae")
        rows.append(
            {
                "labels": float(len(train)),
                **dict(zip(names, map(float, mean), strict=True)),
                "ridge_r2_sd": float(np.std(scores, axis=0)[0]),
            }
        )
    return rows


def probe_classes(
    features: NDArray[np.floating],
    target: Sequence[Any],
    labels: Sequence[int | None] = (20, 100, None),
    splits: int = 10,
    standardize: bool = True,
) -> list[dict[str, float]]:
    """Probe classes with a ridge classifier (balanced classes) and five nearest neighbors, from few labels.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, or any other features.
    target : sequence of N classes
        Rows are left out whose class is None, NaN or has fewer than five members, or whose features are not finite.
    labels : sequence of int or None
        Training objects; None is all that are not in the test set.
    splits : int
        Random splits, 30 % of the objects in the test set; scores are means over them.
    standardize : bool
        Whether to scale every feature to unit scatter first, as for :func:`probe_values`.

    Returns
    -------
    list of dict
        For each entry of `labels`: ``labels``, the balanced accuracies ``linear`` and ``knn``, and ``linear_sd`` (standard deviation
        over the splits); NaN where so few labels never show two classes.

    Raises
    ------
    InputError
        Fewer than two classes have five members.
    """
    from sklearn.linear_model import RidgeClassifierCV
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    finite = np.isfinite(features).all(1)
    labels_here = [None if t is None or t != t or not ok else str(t) for t, ok in zip(target, finite, strict=True)]
    counts = Counter(label for label in labels_here if label is not None)
    large = {label for label, count in counts.items() if count >= FEWEST}
    if len(large) < 2:
        told = ", ".join(f"{label!r}: {count}" for label, count in counts.most_common(5)) or "none"
        raise InputError(f"a probe needs two classes with at least {FEWEST} objects each; the largest are {told}")
    known = np.array([label in large for label in labels_here])
    x = np.asarray(features[known], np.float64)
    y = np.array([label for label in labels_here if label in large])
    rows = []
    for count in labels:
        scores = []
        for train, test in _splits(len(y), count, splits):
            if len(set(y[train])) < 2:
                continue
            linear = make_pipeline(
                StandardScaler(with_std=standardize), RidgeClassifierCV(ALPHAS, class_weight="balanced")
            )
            near = KNeighborsClassifier(min(5, len(train)), metric="cosine")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a class of the test set that few labels never showed
                scores.append(
                    [
                        balanced_accuracy_score(y[test], m.fit(x[train], y[train]).predict(x[test]))
                        for m in (linear, near)
                    ]
                )
        scores = scores or [[np.nan, np.nan]]
        mean, spread = np.mean(scores, axis=0), np.std(scores, axis=0)
        rows.append(
            {
                "labels": float(len(train)),
                "linear": float(mean[0]),
                "knn": float(mean[1]),
                "linear_sd": float(spread[0]),
            }
        )
    return rows


def _splits(objects: int, labels: int | None, splits: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    held_out = max(round(TEST_FRACTION * objects), 1)
    pairs = []
    for seed in range(splits):
        order = np.random.default_rng(seed).permutation(objects)
        train = order[held_out:]
        pairs.append((train if labels is None else train[:labels], order[:held_out]))
    return pairs

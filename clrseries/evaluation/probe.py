"""Linear probes and nearest neighbors on frozen features, with few labels and many splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .few_labels import scores_of_splits
from .probe_models import ALPHAS
from .splits import row_splits

FEWEST = 5  # members of a class


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
    ridge = make_pipeline(StandardScaler(with_std=standardize), RidgeCV(ALPHAS))
    near = KNeighborsRegressor(5, metric="cosine")

    def score(model: Any, rows: NDArray[Any], true: NDArray[Any]) -> dict[str, float]:
        found = model.predict(rows)
        return {"r2": r2_score(true, found), "mae": mean_absolute_error(true, found)}

    found = []
    for count in labels:
        some = row_splits(len(y), count, splits)
        row = {"labels": float(len(some[0].train))}
        for name, model in {"ridge": ridge, "knn": near}.items():
            scores = scores_of_splits(model, x, y, some, score)
            row |= {f"{name}_{one}": float(np.mean([s[one] for s in scores])) for one in ("r2", "mae")}
            row |= {"ridge_r2_sd": float(np.std([s["r2"] for s in scores]))} if name == "ridge" else {}
        found.append({key: row[key] for key in ("labels", "ridge_r2", "ridge_mae", "knn_r2", "knn_mae", "ridge_r2_sd")})
    return found


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
    linear = make_pipeline(StandardScaler(with_std=standardize), RidgeClassifierCV(ALPHAS, class_weight="balanced"))
    near = KNeighborsClassifier(5, metric="cosine")

    def score(model: Any, rows: NDArray[Any], true: NDArray[Any]) -> dict[str, float]:
        return {"": balanced_accuracy_score(true, model.predict(rows))}

    found = []
    for count in labels:
        some = row_splits(len(y), count, splits)
        usable = [split for split in some if len(set(y[split.train])) > 1]
        scores = [[s[""] for s in scores_of_splits(m, x, y, usable, score)] or [np.nan] for m in (linear, near)]
        found.append(
            {
                "labels": float(len(some[0].train)),
                "linear": float(np.mean(scores[0])),
                "knn": float(np.mean(scores[1])),
                "linear_sd": float(np.std(scores[0])),
            }
        )
    return found

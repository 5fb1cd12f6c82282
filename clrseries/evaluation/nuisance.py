"""Whether an embedding still tells which instrument, survey or noise level an object was observed with."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .retrieval import Features, unit
from .splits import few_label_splits

MOST_ROWS = 3000
ALPHA = 1.0
PARTS = 10  # of values that are held fixed
CLEAR = 0.05  # of the way from chance to perfect: less is not worth a word


def predictability(
    features: Features,
    target: NDArray[Any],
    groups: NDArray[np.int64] | None = None,
    *,
    held: NDArray[Any] | None = None,
    seeds: int = 3,
    permutations: int = 99,
    seed: int = 0,
) -> dict[str, Any]:
    """Measure how well a column can be predicted from embeddings, and how well by chance.

    Ridge models and five nearest neighbors are trained on seven tenths of the objects and scored on the others. The same is done with
    the column permuted among the objects. If the column is constant within every group, whole groups are permuted. With `held`, the column is
    permuted among objects of the same class only: chance is then what follows from the class alone, and what is above it the embedding has
    beside the class.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    target : str or float (N,)
        Classes or values, all known.
    groups : int64 (N,), optional
        Objects, whose rows stay together.
    held : str or float (N,), optional
        Classes or values of another column that is held fixed, all known; values are divided into ten parts with as many rows.
    seeds : int
        How often objects are held out.
    permutations : int
        How often the column is permuted.
    seed : int
        Of the permutations, and of the 3,000 rows that are taken where there are more.

    Returns
    -------
    dict
        ``score`` (of the better model), ``model``, ``score_name`` (``balanced_accuracy`` or ``r2``), ``chance`` (mean over the
        permutations), ``chance_high`` (their 95th percentile), ``p_value``, ``excess`` (0 at chance, 1 for a perfect score),
        ``variance`` (:func:`variance_explained`), ``rows`` and ``verdict``, in words.

    References
    ----------
    Ojala & Garriga 2010, JMLR 11, 1833, test 1; within classes: Berrett et al. 2020, JRSS B 82, 175, arXiv:1807.05405. The p value is (number of permutations that are at least as good + 1) / (permutations + 1).

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation import predictability
    >>> x = np.random.default_rng(0).normal(size=(200, 4))
    >>> found = predictability(x, np.where(x[:, 0] > 0, "LRIS", "Kast"), permutations=19)
    >>> found["p_value"], found["verdict"]
    (0.05, 'can be predicted')
    """
    from threadpoolctl import threadpool_limits

    rng = np.random.default_rng(seed)
    groups = np.arange(len(target)) if groups is None else groups
    rows = np.sort(rng.permutation(len(target))[:MOST_ROWS])
    x, y, groups = unit(np.asarray(features[rows], np.float64)), target[rows], groups[rows]
    parts = np.zeros(len(rows), int) if held is None else _parts(held[rows])
    splits = few_label_splits(y, groups, labels=[None], seeds=seeds)
    pairs = [(split.train, split.test) for split in splits]
    true = _scores(x, y, pairs)
    with threadpool_limits(1):  # the matrices are small: several threads would wait for each other
        null = np.array([_scores(x, _permuted(y, groups, parts, rng), pairs) for _ in range(permutations)])
    best, chance = true.max(), null.max(axis=1)  # the better of both models, in the permutations too
    excess = float((best - chance.mean()) / max(1.0 - chance.mean(), 1e-12))
    p_value = (1 + int((chance >= best).sum())) / (permutations + 1)
    return {
        "score_name": "r2" if np.issubdtype(y.dtype, np.floating) else "balanced_accuracy",
        "score": float(best),
        "model": ("ridge", "knn")[int(true.argmax())],
        "chance": float(chance.mean()),
        "chance_high": float(np.percentile(chance, 95)),
        "p_value": p_value,
        "excess": excess,
        "variance": variance_explained(features, target),
        "rows": len(rows),
        "verdict": verdict(p_value, excess),
    }


def verdict(p_value: float, excess: float) -> str:
    """Say in words whether a column can be predicted.

    Parameters
    ----------
    p_value, excess : float
        From :func:`predictability`.

    Returns
    -------
    str
    """
    if p_value > 0.05:
        return "not better than chance"
    return "can be predicted" if excess > CLEAR else "better than chance, but hardly"


def variance_explained(features: Features, target: NDArray[Any]) -> float:
    """Return the fraction of the variance of unit embeddings that a column explains, corrected for the number of its classes.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    target : str or float (N,)
        For classes, the variance between their means; for values, that of a cubic polynomial of their ranks.

    Returns
    -------
    float
        Adjusted R2 over all dimensions: about 0 if the column has nothing to do with the embedding, at most 1.
    """
    x = unit(np.asarray(features, np.float64))
    x = x - x.mean(axis=0)
    if np.issubdtype(target.dtype, np.floating):
        rank = np.argsort(np.argsort(target)) / max(len(target) - 1, 1) - 0.5
        design = np.stack([rank**k for k in range(4)], axis=1)
    else:
        design = (target[:, None] == np.unique(target)[None]).astype(float)
    left = x - design @ np.linalg.lstsq(design, x, rcond=None)[0]
    freedom = len(x) - design.shape[1]
    total = np.square(x).sum()
    if freedom < 1 or not total > 0:
        return float("nan")
    return float(1.0 - np.square(left).sum() / total * (len(x) - 1) / freedom)


def _scores(x: Features, y: NDArray[Any], pairs: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> NDArray[Any]:
    """Return the mean scores of a ridge model and of nearest neighbors."""
    from sklearn.linear_model import Ridge, RidgeClassifier
    from sklearn.metrics import balanced_accuracy_score, r2_score
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
    from sklearn.pipeline import make_pipeline

    from .overall_scaler import OverallScaler

    values = np.issubdtype(y.dtype, np.floating)
    linear = Ridge(ALPHA) if values else RidgeClassifier(ALPHA, class_weight="balanced")
    near = KNeighborsRegressor if values else KNeighborsClassifier
    score = r2_score if values else balanced_accuracy_score
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a class that is in one of both sets alone
        for train, test in pairs:
            models = (make_pipeline(OverallScaler(), linear), near(min(5, len(train)), metric="cosine"))
            found.append([score(y[test], m.fit(x[train], y[train]).predict(x[test])) for m in models])
    return np.mean(found, axis=0)


def _parts(held: NDArray[Any]) -> NDArray[np.int64]:
    """Return the part of each row within which a column is permuted."""
    if np.issubdtype(held.dtype, np.floating):
        rank = np.argsort(np.argsort(held, kind="stable"), kind="stable")
        return rank * PARTS // len(held)
    return np.unique(held, return_inverse=True)[1]


def _permuted(
    y: NDArray[Any], groups: NDArray[np.int64], parts: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[Any]:
    """Return a column permuted within parts: among groups if it and the part are constant within them, and among rows otherwise."""
    _, first, place = np.unique(groups, return_index=True, return_inverse=True)
    whole = bool((y[first][place] == y).all() and (parts[first][place] == parts).all())
    own, part = (y[first], parts[first]) if whole else (y, parts)
    mixed = own.copy()
    for one in np.unique(part):
        rows = np.flatnonzero(part == one)
        mixed[rows] = own[rng.permutation(rows)]
    return mixed[place] if whole else mixed

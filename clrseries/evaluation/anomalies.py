"""Objects that are unlike all others, ranked, and how well injected ones are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..names import known_name
from .retrieval import Features, unit

METHODS = ("knn", "forest", "mahalanobis")
NEIGHBORS = 10
NORMAL = 0.9  # of the objects, which count as normal


@dataclass(frozen=True)
class Anomalies:
    """Objects in order, the strangest first.

    Parameters
    ----------
    rows : int64 (M,)
        Their rows.
    score : float64 (M,)
        Mean rank over the methods, from 0 to 1 (the strangest).
    each : dict of str to float64 (M,)
        The rank by each method, from 0 to 1.
    neighbors : int64 (M, K)
        For each, the nearest normal objects: those among the 90 % that are least strange.
    """

    rows: NDArray[np.int64]
    score: NDArray[np.float64]
    each: dict[str, NDArray[np.float64]]
    neighbors: NDArray[np.int64]


def anomaly_scores(
    features: Features, method: str = "knn", seed: int = 0, *, objects: NDArray[np.int64] | None = None
) -> NDArray[np.float64]:
    """Return how strange each object is.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite; scaled to unit length here.
    method : {"knn", "forest", "mahalanobis"}
        ``knn``: mean distance to the 10 nearest others. ``forest``: isolation forest. ``mahalanobis``: distance from the mean, with
        the covariance shrunk by Ledoit and Wolf.
    seed : int
        Of the forest.
    objects : int64 (N,), optional
        Which object each row is of: for ``knn``, other rows of the same object do not count, so that an object that was observed often is
        no less strange.

    Returns
    -------
    float64 (N,)
        The larger, the stranger.

    References
    ----------
    Liu, Ting & Zhou 2008, ICDM, 413; Ledoit & Wolf 2004, J. Multivariate Anal. 88, 365.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation import anomaly_scores
    >>> x = np.array([[1.0, 0.01 * k] for k in range(20)] + [[-1.0, 0.0]])
    >>> int(anomaly_scores(x).argmax())
    20
    """
    method = known_name("method", method, METHODS)
    x = unit(np.asarray(features, np.float64))
    if len(x) < 3:
        raise InputError(f"anomalies need at least 3 embeddings, and there are {len(x)}")
    if method == "forest":
        from sklearn.ensemble import IsolationForest

        return -np.asarray(IsolationForest(n_estimators=200, random_state=seed).fit(x).score_samples(x))
    if method == "mahalanobis":
        from sklearn.covariance import LedoitWolf

        return np.sqrt(np.maximum(LedoitWolf().fit(x).mahalanobis(x), 0.0))
    objects = np.arange(len(x)) if objects is None else objects
    others = len(x) - int(np.unique(objects, return_counts=True)[1].max())
    if not others:
        raise InputError("anomalies need at least two objects, and all rows are of one")
    return nearest(x, x, min(NEIGHBORS, others), apart=(objects, objects))[0].mean(axis=1)


def anomalies(
    features: Features,
    count: int = 30,
    neighbors: int = 3,
    methods: Sequence[str] = METHODS,
    seed: int = 0,
    *,
    objects: NDArray[np.int64] | None = None,
) -> Anomalies:
    """Rank objects by how strange they are, each with its nearest normal neighbors.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    count : int
        How many are returned.
    neighbors : int
        Normal objects beside each.
    methods : sequence of str
        The methods of :func:`anomaly_scores` whose ranks are averaged.
    seed : int
        Of the forest.
    objects : int64 (N,), optional
        Which object each row is of; a row is then compared with other objects alone.

    Returns
    -------
    Anomalies
    """
    x = unit(np.asarray(features, np.float64))
    ranks = {}
    for method in methods:
        score = anomaly_scores(x, method, seed, objects=objects)
        ranks[method] = np.argsort(np.argsort(score, kind="stable"), kind="stable") / (len(x) - 1)
    mean = np.mean(list(ranks.values()), axis=0)
    order = np.argsort(-mean, kind="stable")
    rows = order[:count]
    normal = np.sort(order[len(order) - max(int(NORMAL * len(order)), 1) :])
    normal = normal[~np.isin(normal, rows)] if len(np.setdiff1d(normal, rows)) else normal
    own = None if objects is None else (objects[rows], objects[normal])
    near = nearest(x[rows], x[normal], min(neighbors, len(normal)), apart=own)[1]
    return Anomalies(rows, mean[rows], {name: rank[rows] for name, rank in ranks.items()}, normal[near])


def injected_auc(features: Features, injected: NDArray[np.bool_], method: str = "knn", seed: int = 0) -> float:
    """Return how well outliers that were put in are told from the others: the area under the ROC curve.

    Parameters
    ----------
    features : float (N, D)
        Embeddings of the objects and of the outliers, all finite.
    injected : bool (N,)
        Which of them are outliers.
    method : str
        As for :func:`anomaly_scores`.
    seed : int
        Of the forest.

    Returns
    -------
    float
        1 if every outlier is stranger than all others, 0.5 for chance.
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(np.asarray(injected, bool), anomaly_scores(features, method, seed)))


def nearest(
    queries: Features,
    points: Features,
    count: int,
    *,
    apart: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
    block: int = 1024,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Find the nearest points of each query among unit vectors.

    Parameters
    ----------
    queries : float (Q, D)
        Of unit length.
    points : float (N, D)
        Of unit length.
    count : int
        How many neighbors.
    apart : (int64 (Q,), int64 (N,)), optional
        Which objects the queries and the points are of: points of the query's own object are no neighbors, or the last ones, at infinity, where
        there are fewer others.
    block : int
        Queries at a time.

    Returns
    -------
    float64 (Q, count), int64 (Q, count)
        Distances, the smallest first, and rows of `points`.
    """
    distances, rows = np.empty((len(queries), count)), np.empty((len(queries), count), np.int64)
    points = np.asarray(points, np.float32)
    for start in range(0, len(queries), block):
        part = slice(start, start + block)
        alike = np.asarray(queries[part], np.float32) @ points.T
        if apart is not None:
            alike[apart[0][part, None] == apart[1]] = -np.inf
        best = np.argpartition(-alike, count - 1, axis=1)[:, :count]
        value = np.take_along_axis(alike, best, axis=1)
        order = np.argsort(-value, axis=1, kind="stable")
        rows[part] = np.take_along_axis(best, order, axis=1)
        distances[part] = np.sqrt(np.maximum(2.0 - 2.0 * np.take_along_axis(value, order, axis=1), 0.0))
    return distances, rows

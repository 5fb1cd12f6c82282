"""Which objects to label next: those that a probe is unsure about, and that differ from each other."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .probe_models import class_probes
from .retrieval import Features, unit
from .splits import drawn_rows

MOST_ROWS = 20_000


@dataclass(frozen=True)
class NextLabels:
    """Objects to label, in this order.

    Parameters
    ----------
    rows : int64 (M,)
        Their rows.
    predicted : str or float64 (M,)
        What a probe predicts; NaN for values.
    uncertainty : float64 (M,)
        For classes the entropy of the predicted probabilities over its largest value, from 0 (sure) to 1; for values the distance to the nearest
        object that has a label or stands before it in this list.
    """

    rows: NDArray[np.int64]
    predicted: NDArray[Any]
    uncertainty: NDArray[np.float64]


def next_labels(
    features: Features,
    target: NDArray[Any],
    labeled: NDArray[np.int64],
    candidates: NDArray[np.int64],
    groups: NDArray[np.int64] | None = None,
    *,
    count: int = 25,
    seed: int = 0,
) -> NextLabels:
    """Choose objects whose labels would teach a probe most.

    For classes, a logistic regression learns from the labeled objects. The gradient of its loss for an object, if the predicted class were the true one, is
    long where the probe is unsure, and gradients of similar objects are similar: objects are drawn by k-means++ on these gradients (BADGE),
    with the zero gradient, that of an object it is sure about, as the first center. For values, the object that is farthest from all labeled and chosen ones comes next.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite; scaled to unit length here.
    target : str or float (L,)
        Labels of the rows `labeled`: at least two classes, or values.
    labeled, candidates : int64 (L,), int64 (M,)
        Rows with a label, and rows to choose from; of each, 20,000 are drawn by lot if there are more.
    groups : int64 (N,), optional
        Objects: of each, one row is chosen at most, and none if another row is labeled.
    count : int
        How many objects are chosen; all candidates if there are fewer.
    seed : int
        Of the draw.

    Returns
    -------
    NextLabels

    Raises
    ------
    InputError
        There is a single class, or no label.

    References
    ----------
    Ash et al. 2020, arXiv:1906.03671 (BADGE); Sener & Savarese 2018, arXiv:1708.00489 (the farthest first).

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation import next_labels
    >>> angle = np.linspace(0, np.pi, 9)
    >>> x = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> found = next_labels(x, np.array(["a", "b"]), np.array([0, 8]), np.arange(1, 8), count=1)
    >>> found.rows  # between both
    array([4])
    """
    if len(labeled) == 0 or len(set(target.tolist())) < 2:
        raise InputError("what to label next follows from labels: at least two classes or values are needed")
    groups = np.arange(len(features)) if groups is None else groups
    free = candidates[~np.isin(groups[candidates], groups[labeled])]
    free = free[np.sort(np.unique(groups[free], return_index=True)[1])]
    free = np.sort(np.random.default_rng(seed).permutation(free)[:MOST_ROWS])
    count = min(count, len(free))
    if not count:
        return NextLabels(free[:0], target[:0], np.empty(0))
    some = drawn_rows(len(labeled), MOST_ROWS, seed)
    target, labeled = target[some], labeled[some]
    own, known = (unit(np.asarray(features[rows], np.float64)) for rows in (free, labeled))
    if np.issubdtype(target.dtype, np.floating):
        places, apart = _farthest_first(own, known, count)
        return NextLabels(free[places], np.full(count, np.nan), apart)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about convergence
        model = class_probes(directions=True)["linear"].fit(known, target)
    chances = model.predict_proba(own)
    best = chances.argmax(axis=1)
    error = chances - np.eye(chances.shape[1])[best]
    places = _far_apart(error, model[:-1].transform(own), count, seed)
    entropy = -(chances * np.log(np.maximum(chances, 1e-300))).sum(axis=1) / np.log(chances.shape[1])
    return NextLabels(free[places], model.classes_[best[places]], entropy[places])


def _far_apart(error: Features, x: Features, count: int, seed: int) -> NDArray[np.int64]:
    """Draw `count` gradients error[i] x[i]^T by k-means++, the longest first; the gradients are never formed."""
    rng = np.random.default_rng(seed)
    x = np.hstack([x, np.ones((len(x), 1))])  # the gradient of the intercept
    length = np.square(error).sum(axis=1) * np.square(x).sum(axis=1)
    chosen: list[int] = []
    apart = length.copy()
    while len(chosen) < count:
        apart[chosen] = 0.0
        left = np.setdiff1d(np.arange(len(x)), chosen)
        if not chosen:
            new = int(length.argmax())
        elif apart.sum() > 0:
            new = int(rng.choice(len(x), p=apart / apart.sum()))
        else:
            new = int(rng.choice(left))
        chosen.append(new)
        product = (error @ error[new]) * (x @ x[new])
        apart = np.minimum(apart, np.maximum(length + length[new] - 2.0 * product, 0.0))
    return np.array(chosen, np.int64)


def _farthest_first(x: Features, labeled: Features, count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return places of the objects that are farthest from all labeled and earlier ones, and their distances."""
    from sklearn.metrics import pairwise_distances_argmin_min

    apart = np.square(pairwise_distances_argmin_min(x, labeled)[1])
    chosen, distances = [], []
    for _ in range(count):
        new = int(np.argmax(apart))
        chosen.append(new)
        distances.append(float(np.sqrt(max(apart[new], 0.0))))
        apart = np.minimum(apart, 2.0 - 2.0 * x @ x[new])
        apart[new] = -np.inf
    return np.array(chosen, np.int64), np.array(distances)

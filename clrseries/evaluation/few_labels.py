"""Scores of small models that learn from a few labels, on objects that are held out: the only loop that fits probes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .hierarchy import level_scores
from .probe_models import class_probes, value_probes
from .scores import class_scores, residual_scores
from .splits import Split, labeled_rows

Scores = dict[str, Any]
EMBEDDING = "embedding"  # what the evaluated embeddings are called among kinds of features
CHANCE = "no features (chance)"
CONSTANT, NETWORK = "constant", "network"  # what stands beside every probe: chance, and a new network
TINY = float(np.finfo(np.float64).eps)


def scores_of_splits(
    model: Any,
    features: NDArray[np.floating],
    target: NDArray[Any],
    splits: Sequence[Split],
    score: Callable[[Any, NDArray[Any], NDArray[Any]], Scores],
) -> list[Scores]:
    """Fit a model on the labeled rows of each split, and score it on the others.

    Parameters
    ----------
    model : scikit-learn estimator
        It is cloned before it is fitted.
    features : float (N, D)
        Features of all rows.
    target : (N,)
        Their classes or values.
    splits : sequence of Split
        Rows to learn from and to score.
    score : function
        Takes the fitted model, features and target of the scored rows.

    Returns
    -------
    list of dict
        What `score` returned, for each split.
    """
    from sklearn.base import clone
    from threadpoolctl import threadpool_limits

    found = []
    for split in splits:
        # the matrices are small: several threads would wait for each other
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about convergence, and classes that a handful of labels never showed
            fitted = clone(model)
            _fewer_neighbors(fitted, len(split.train))
            fitted.fit(features[split.train], target[split.train])
            found.append(score(fitted, features[split.test], target[split.test]))
    return found


def few_label_scores(
    ways: Mapping[str, NDArray[np.number]],
    target: NDArray[Any],
    splits: Sequence[Split],
    *,
    directions: Collection[str] = (),
    probes: Sequence[str] = ("linear", "knn", "ridge", "mlp"),
    models: Mapping[str, Any] | None = None,
    redshift: bool = False,
) -> list[Scores]:
    """Score probes on several kinds of features, all with the same labels, and what chance reaches with them.

    Parameters
    ----------
    ways : mapping of str to float (N, D)
        Kinds of features, for instance an embedding and the principal components of the pixels; a missing number is the median of the others.
    target : str or float (N,)
        Classes or values, all known.
    splits : sequence of Split
        From :func:`clrseries.evaluation.splits.few_label_splits`.
    directions : collection of str
        The `ways` that are embeddings of unit length; their directions are kept.
    probes : sequence of str
        Some of ``linear``, ``knn``, ``ridge`` and ``mlp``.
    models : mapping of str to scikit-learn estimator, optional
        What is trained instead of the probes.
    redshift : bool
        Whether values are redshifts, whose errors are divided by 1 + z.

    Returns
    -------
    list of dict
        For each way, probe and number of labels: ``features``, ``probe``, ``labels``, ``seeds``, and for each score its mean and, with
        ``_sd``, ``_low`` and ``_high`` added to its name, standard deviation and 16th and 84th percentile over the seeds. For
        classes: ``balanced_accuracy``, ``accuracy``, ``macro_f1``, ``log_loss``, ``calibration_error``, and ``confusion``, summed over the
        seeds; where classes are written as ``parent/child``, the same for the classes of every coarser level, as ``level_1_balanced_accuracy``
        and so on. For values: ``r2``, ``sigma_nmad``, ``bias``, ``outlier_rate``, ``mae``. A probe without probabilities has NaN for those that
        need them.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation import few_label_scores, few_label_splits
    >>> x = np.random.default_rng(0).normal(size=(200, 4))
    >>> rows = few_label_scores({"x": x}, x[:, 0], few_label_splits(x[:, 0], seeds=2), probes=["ridge"])
    >>> [row["labels"] for row in rows if row["features"] == "x"]
    [10, 30, 100, 140]
    """
    from sklearn.dummy import DummyClassifier, DummyRegressor

    values = np.issubdtype(target.dtype, np.floating)
    names = [] if values else sorted(set(target.tolist()))
    if values:
        score: Callable[..., Scores] = lambda m, x, y: residual_scores(m.predict(x), y, redshift=redshift)  # noqa: E731
    else:
        score = lambda m, x, y: _class_scores(m, x, y, names)  # noqa: E731
    rows = []
    for way, features in ways.items():
        every = (value_probes if values else class_probes)(way in directions)
        chosen = {name: every[name] for name in probes} if models is None else models
        rows += [row for name, one in chosen.items() for row in _curve(way, name, one, features, target, splits, score)]
    dummy = DummyRegressor() if values else DummyClassifier(strategy="prior")
    nothing = np.zeros((len(target), 1))
    return rows + _curve(CHANCE, CONSTANT, dummy, nothing, target, splits, score)


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
    from sklearn.metrics import balanced_accuracy_score

    splits = [Split(labels, seed, labeled_rows(target, pool, labels, seed), held_out) for seed in range(seeds)]
    found = {}
    for name, model in models.items():
        rows = scores_of_splits(
            model, features, target, splits, lambda m, x, y: {"": balanced_accuracy_score(y, m.predict(x))}
        )
        found[name] = (float(np.mean([row[""] for row in rows])), float(np.std([row[""] for row in rows])))
    return found


def _curve(
    way: str, probe: str, model: Any, features: NDArray[Any], target: NDArray[Any], splits: Sequence[Split], score: Any
) -> list[Scores]:
    """Return mean and band of the scores for each number of labels."""
    rows = []
    for labels, some in groupby(sorted(splits, key=lambda s: s.labels), key=lambda s: s.labels):
        usable = [one for one in some if np.issubdtype(target.dtype, np.floating) or len(set(target[one.train])) > 1]
        if not usable:
            continue
        found = scores_of_splits(model, features, target, usable, score)
        row: Scores = {"features": way, "probe": probe, "labels": labels, "seeds": len(found)}
        for name in found[0]:
            each = np.array([one[name] for one in found])
            if name == "confusion":
                row[name] = each.sum(axis=0).tolist()
                continue
            low, high = np.percentile(each, [16, 84])
            numbers = {"": each.mean(), "_sd": each.std(), "_low": low, "_high": high}
            row |= {f"{name}{suffix}": float(value) for suffix, value in numbers.items()}
        rows.append(row)
    return rows


def _class_scores(model: Any, x: NDArray[Any], y: NDArray[Any], names: Sequence[str]) -> Scores:
    """Return the scores of a fitted classifier; NaN for those that need probabilities if it has none."""
    place = {name: k for k, name in enumerate(names)}
    true = np.array([place[name] for name in y])
    proper = hasattr(model, "predict_proba")
    found = model.predict_proba(x) if proper else (model.predict(x)[:, None] == model.classes_).astype(float)
    chances = np.zeros((len(x), len(names)))
    chances[:, [place[name] for name in model.classes_]] = found
    chances = np.clip(chances, TINY, 1.0)
    logs = np.log(chances / chances.sum(axis=1, keepdims=True))
    scores = class_scores(logs, true, list(names))
    scores["confusion"] = [list(row.values()) for row in scores["confusion"].values()]
    for level, own in level_scores(logs, true, names).items():
        scores |= {f"{level}_{name}": value for name, value in own.items() if name != "confusion"}
    proper_alone = ("log_loss", "calibration_error")
    return scores if proper else scores | {name: np.nan for name in scores if name.endswith(proper_alone)}


def _fewer_neighbors(model: Any, rows: int) -> None:
    """Let a model of nearest neighbors take as many as there are, if they are few."""
    for name, value in model.get_params().items():
        if name.endswith("n_neighbors") and value is not None and value > rows:
            model.set_params(**{name: rows})

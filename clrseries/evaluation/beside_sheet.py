"""What other embeddings of the same objects tell beside those that are evaluated, and which are better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .embedded_objects import EmbeddedObjects
from .few_labels import scores_of_splits
from .probe_models import class_probes, value_probes
from .retrieval import Features
from .scores import residual_scores
from .sheets import nuisance_sheet
from .splits import TEST_FRACTION, few_label_splits
from .target_sheet import MINIMUM, Target
from .verdict import HEADLINE


def beside_sheet(
    objects: EmbeddedObjects, nuisance: Sequence[str], target: Target | None = None, splits: int = 10
) -> dict[str, dict[str, Any]]:
    """Return how each other embedding compares with the one that is evaluated.

    Parameters
    ----------
    objects : EmbeddedObjects
        The embeddings, and the others.
    nuisance : sequence of str
        Columns that embeddings should have forgotten.
    target : Target, optional
        Labels.
    splits : int
        How often labeled and scored objects are drawn.

    Returns
    -------
    dict of str to dict
        By the names of the others: ``embeddings`` (the file), ``dimensions``, ``objects`` that have one, ``missing`` ones, and ``nuisance``
        and ``retrieval`` of :func:`clrseries.evaluation.sheets.nuisance_sheet`. With a target, and ten objects that both have,
        ``better``: ``score`` of the evaluated one and ``other_score``, by the main probe with all labels of these objects, what they are
        (``probe``, ``score_name``, ``labels``, ``splits``) and what :func:`paired_difference` returns.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, other in objects.others.items():
        there = np.asarray(np.isfinite(other.points).all(axis=1))
        points, groups = other.points[there], objects.groups[there]
        columns, across, _ = nuisance_sheet(points, objects.table.filter(pa.array(there)), nuisance, groups)
        found[name] = {
            "embeddings": other.source, "dimensions": points.shape[1], "objects": len(points), "missing": int((~there).sum()),
            "nuisance": columns, "retrieval": across,
        }  # fmt: skip
        if target is not None:
            found[name] |= _better(objects, other.points, there, target, splits)
    return found


def paired_difference(first: Sequence[float], second: Sequence[float]) -> dict[str, float]:
    """Return by how much one score is above another on the same splits, and whether that may be chance.

    Parameters
    ----------
    first, second : sequence of float
        Scores on the same splits, which are drawn from the same objects with three tenths held out.

    Returns
    -------
    dict of str to float
        ``difference`` (mean of first minus second), ``scatter`` (its standard deviation over the splits) and ``p_value``, that of a t test
        whose variance is larger than that of independent splits by the objects that splits share. Both are NaN for a single split.

    References
    ----------
    Nadeau & Bengio 2003, Machine Learning 52, 239, equation 9: the corrected resampled t test.

    Examples
    --------
    >>> from clrseries.evaluation.beside_sheet import paired_difference
    >>> found = paired_difference([0.90, 0.88, 0.91, 0.89], [0.80, 0.79, 0.82, 0.78])
    >>> round(found["difference"], 4), found["p_value"] < 0.01
    (0.0975, True)
    """
    from scipy.stats import t

    apart: NDArray[np.float64] = np.subtract(first, second, dtype=np.float64)
    count, mean = len(apart), float(apart.mean())
    if count < 2:
        return {"difference": mean, "scatter": float("nan"), "p_value": float("nan")}
    scatter = float(apart.std(ddof=1))
    error = scatter * np.sqrt(1.0 / count + TEST_FRACTION / (1.0 - TEST_FRACTION))
    p_value = 2.0 * t.sf(abs(mean) / error, count - 1) if error > 0 else float(mean == 0)
    return {"difference": mean, "scatter": scatter, "p_value": float(p_value)}


def _better(
    objects: EmbeddedObjects, other: Features, there: NDArray[np.bool_], target: Target, splits: int
) -> dict[str, Any]:
    """Score both embeddings on the same splits of the objects that both have; nothing if these are too few or all alike."""
    probe, name, _ = HEADLINE["classes" if target.members else "values"]
    rows, truth = target.rows[there[target.rows]], target.truth[there[target.rows]]
    groups = objects.groups[rows]
    if len(set(groups.tolist())) < MINIMUM:
        return {}
    drawn = [
        split for split in few_label_splits(truth, groups, labels=[None], seeds=splits)
        if all(len(set(truth[part].tolist())) > 1 for part in (split.train, split.test))  # otherwise a score is not defined
    ]  # fmt: skip
    if not drawn:
        return {}
    model = (class_probes if target.members else value_probes)(directions=True)[probe]
    each = [
        [one[name] for one in scores_of_splits(model, points[rows].astype(float), truth, drawn, SCORES[name])]
        for points in (objects.points, other)
    ]
    better = {
        "probe": probe, "score_name": name, "labels": drawn[0].labels, "splits": len(drawn),
        "score": float(np.mean(each[0])), "other_score": float(np.mean(each[1])),
    }  # fmt: skip
    return {"better": better | paired_difference(*each)}


def _balanced_accuracy(model: Any, x: Features, y: NDArray[Any]) -> dict[str, float]:
    from sklearn.metrics import balanced_accuracy_score

    return {"balanced_accuracy": float(balanced_accuracy_score(y, model.predict(x)))}


SCORES: dict[str, Any] = {
    "balanced_accuracy": _balanced_accuracy,
    "r2": lambda model, x, y: residual_scores(model.predict(x), y),
}

"""How well objects of each other class are found when a few are put among the largest class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .anomalies import METHODS, injected_auc
from .retrieval import Features

FRACTION = 0.05  # of the objects of the largest class, that are put among them
DRAWS = 3
MOST_NORMAL = 2000  # objects of the largest class
MOST_CLASSES = 10
FEWEST = 20  # objects of the largest class


def injected_sheet(features: Features, target: NDArray[np.str_], groups: NDArray[np.int64]) -> list[dict[str, Any]]:
    """Return how well each other class is told from the largest by how strange its objects are.

    A few objects of a class are put among those of the largest class, one row of each object, three times, and ranked by each way of
    :func:`anomaly_scores`.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    target : str (N,)
        Classes.
    groups : int64 (N,)
        Objects.

    Returns
    -------
    list of dict
        For each of the next ten classes by size: ``injected`` (the class), ``among`` (the largest), ``objects``, how many are put in, and for
        each method the mean area under the ROC curve. Empty if the largest class has fewer than 20 objects.
    """
    first = np.unique(groups, return_index=True)[1]
    kinds, counts = np.unique(target[first], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    if counts[order[0]] < FEWEST:
        return []
    rng = np.random.default_rng(0)
    largest = kinds[order[0]]
    normal = rng.permutation(first[target[first] == largest])[:MOST_NORMAL]
    found = []
    for kind in kinds[order[1 : 1 + MOST_CLASSES]]:
        own = first[target[first] == kind]
        count = min(len(own), max(round(FRACTION * len(normal)), 1))
        drawn = [np.concatenate([normal, rng.permutation(own)[:count]]) for _ in range(DRAWS)]
        put_in = np.arange(len(normal) + count) >= len(normal)
        areas = {m: float(np.mean([injected_auc(features[rows], put_in, m) for rows in drawn])) for m in METHODS}
        found.append({"injected": str(kind), "among": str(largest), "objects": count} | areas)
    return found

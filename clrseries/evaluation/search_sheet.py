"""A few searches among embeddings, as examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .anomalies import nearest
from .retrieval import Features, unit
from .splits import drawn_rows

QUERIES, NEIGHBORS = 10, 5


def search_sheet(features: Features, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the nearest neighbors of ten objects that are drawn by lot.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    ids : sequence of N str
        Their names.

    Returns
    -------
    list of dict
        ``object``, ``row``, and of its five nearest other rows, the nearest first, ``neighbors``, ``neighbor_rows`` and ``cosines``.
    """
    x = unit(np.asarray(features, np.float64))
    rows = drawn_rows(len(x), QUERIES)
    count = min(NEIGHBORS, len(x) - 1)
    distance, near = nearest(x[rows], x, count, apart=(rows, np.arange(len(x))))
    return [
        {"object": ids[row], "row": row, "neighbors": [ids[n] for n in own.tolist()], "neighbor_rows": own.tolist(),
         "cosines": (1.0 - np.square(d) / 2.0).tolist()}
        for row, own, d in zip(rows.tolist(), near, distance, strict=True)
    ]  # fmt: skip

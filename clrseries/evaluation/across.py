"""Finding the same object as another instrument saw it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .retrieval import Features, Retrieval, unit

BLOCK = 1024
MOST_QUERIES = 5000


def retrieve_across(
    features: Features, objects: NDArray[np.int64], instruments: NDArray[np.str_], *, seed: int = 0
) -> dict[str, Any]:
    """Search for each row among the rows of all other instruments; right is any row of the same object.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    objects : int64 (N,)
        Which object each row is of.
    instruments : str (N,)
        What it was observed with.
    seed : int
        Of the 5,000 queries that are taken where there are more.

    Returns
    -------
    dict
        ``queries``, ``top1``, ``top5``, ``top10``, ``median_rank``, ``mrr`` (mean of 1 / rank), ``candidates`` (their mean number), and
        ``chance_top1`` and ``chance_mrr``, of a random order. Without a query, an object that two instruments saw, only
        ``queries``, 0.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation import retrieve_across
    >>> features, objects = np.eye(3)[[0, 1, 2, 0, 1, 2]], np.array([0, 1, 2, 0, 1, 2])
    >>> retrieve_across(features, objects, np.array(["LRIS"] * 3 + ["Kast"] * 3))["top1"]
    1.0
    """
    x = unit(np.asarray(features, np.float64))
    kinds = np.unique(instruments, return_inverse=True)[1]
    seen = np.unique(np.stack([objects, kinds]), axis=1)[0]
    several = np.unique(seen)[np.unique(seen, return_counts=True)[1] > 1]
    rows = np.random.default_rng(seed).permutation(np.flatnonzero(np.isin(objects, several)))[:MOST_QUERIES]
    if not len(rows):
        return {"queries": 0}
    ranks, right, others = [], [], []
    for start in range(0, len(rows), BLOCK):
        own = rows[start : start + BLOCK]
        alike = x[own] @ x.T
        alike[kinds[own][:, None] == kinds[None]] = -np.inf
        true = (objects[own][:, None] == objects[None]) & np.isfinite(alike)
        best = np.where(true, alike, -np.inf).max(axis=1)
        # a wrong row that is as near as the best right one counts against it
        ranks.append(1 + ((alike >= best[:, None]) & ~true & np.isfinite(alike)).sum(axis=1))
        right.append(true.sum(axis=1))
        others.append(np.isfinite(alike).sum(axis=1))
    found, hits, all_of_them = Retrieval(np.concatenate(ranks)), np.concatenate(right), np.concatenate(others)
    return {
        "queries": len(rows),
        "top1": found.top(1),
        "top5": found.top(5),
        "top10": found.top(10),
        "median_rank": float(np.median(found.ranks)),
        "mrr": float((1.0 / found.ranks).mean()),
        "candidates": float(all_of_them.mean()),
        "chance_top1": float((hits / all_of_them).mean()),
        "chance_mrr": float(np.mean([_chance(int(h), int(n)) for h, n in zip(hits, all_of_them, strict=True)])),
    }


def _chance(hits: int, candidates: int) -> float:
    """Return the mean of 1 / rank of the first of `hits` right ones among `candidates` in random order."""
    left, total, none = candidates, 0.0, 1.0
    for rank in range(1, candidates - hits + 2):
        total += none * hits / left / rank
        none *= (left - hits) / left
        left -= 1
        if none < 1e-6:
            break
    return total

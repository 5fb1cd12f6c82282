"""The same thing twice: near-duplicates, objects under two names, and splits that share them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .retrieval import Features, unit
from .splits import Split

THRESHOLD = 0.999
BLOCK = 1024
MOST_PAIRS = 1000


@dataclass(frozen=True)
class Duplicates:
    """Pairs of rows whose embeddings have nearly the same direction, and that belong to different objects.

    Parameters
    ----------
    first, second : int64 (M,)
        Rows; the nearest pair is first, at most 1,000.
    cosine : float64 (M,)
        Their cosine similarity.
    count : int
        How many pairs there are in all.
    threshold : float
        Above which cosine a pair counts.
    usual : float
        Median cosine of a row with the nearest row of another object; if it is close to the threshold, pairs mean little.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    cosine: NDArray[np.float64]
    count: int
    threshold: float
    usual: float

    @property
    def telling(self) -> bool:
        """Whether near-duplicates stand out: objects usually have no other one as near."""
        return self.usual < self.threshold

    def among(self, rows: NDArray[np.int64]) -> Duplicates:
        """Return the pairs within some of the rows, as places in these.

        Parameters
        ----------
        rows : int64 (M,)
            Rows, each once.

        Returns
        -------
        Duplicates
            `count` is that of the pairs that are kept.
        """
        place = np.full(max([*rows.tolist(), *self.first.tolist(), *self.second.tolist()], default=-1) + 1, -1)
        place[rows] = np.arange(len(rows))
        first, second = place[self.first], place[self.second]
        kept = (first >= 0) & (second >= 0)
        return replace(self, first=first[kept], second=second[kept], cosine=self.cosine[kept], count=int(kept.sum()))


def duplicates(features: Features, groups: NDArray[np.int64] | None = None, threshold: float = THRESHOLD) -> Duplicates:
    """Find pairs of different objects with nearly the same embedding: perhaps one source under two names.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    groups : int64 (N,), optional
        Objects; pairs within one do not count.
    threshold : float
        Cosine above which a pair counts, below 1.

    Returns
    -------
    Duplicates

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation import duplicates
    >>> found = duplicates(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1e-4]]))
    >>> found.first.tolist(), found.second.tolist()
    ([0], [2])
    """
    x = unit(np.asarray(features, np.float32))
    groups = np.arange(len(x)) if groups is None else groups
    pairs, nearest = [(np.empty(0, int), np.empty(0, int), np.empty(0))], []
    count = 0
    for start in range(0, len(x), BLOCK):
        own = np.arange(start, min(start + BLOCK, len(x)))
        alike = x[own] @ x.T
        alike[groups[own][:, None] == groups[None]] = -np.inf
        nearest.append(alike.max(axis=1))
        a, b = np.nonzero(alike > threshold)
        keep = b > own[a]
        a, b = a[keep], b[keep]
        count += len(a)
        best = np.argsort(-alike[a, b])[:MOST_PAIRS]
        pairs.append((own[a[best]], b[best], alike[a[best], b[best]].astype(float)))
    first, second, cosine = (np.concatenate(part) for part in zip(*pairs, strict=True))
    order = np.argsort(-cosine, kind="stable")[:MOST_PAIRS]
    usual = np.concatenate(nearest)
    middle = float(np.median(usual[np.isfinite(usual)])) if np.isfinite(usual).any() else -1.0
    return Duplicates(first[order], second[order], np.clip(cosine[order], -1, 1), count, threshold, middle)


def leaks(splits: Sequence[Split], names: NDArray[np.int64], twice: Duplicates) -> dict[str, float]:
    """Count what is on both sides of splits into labeled and scored rows.

    Parameters
    ----------
    splits : sequence of Split
        The splits.
    names : int64 (N,)
        Which object each row is of.
    twice : Duplicates
        Pairs of the same rows.

    Returns
    -------
    dict of str to float
        ``shared_objects``, the fraction of scored rows whose object is labeled too, and ``near_duplicates``, the fraction whose
        near-duplicate is; the largest over the splits.
    """
    shared, near = [0.0], [0.0]
    for split in splits:
        train = np.zeros(len(names), bool)
        train[split.train] = True
        shared.append(float(np.isin(names[split.test], names[split.train]).mean()))
        hit = np.zeros(len(names), bool)
        for one, other in ((twice.first, twice.second), (twice.second, twice.first)):
            hit[one[train[other]]] = True
        near.append(float(hit[split.test].mean()))
    return {"shared_objects": max(shared), "near_duplicates": max(near)}

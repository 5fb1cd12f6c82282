"""Finding the same source in another archive: cosine similarity, no label and no pairing used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.floating]


@dataclass(frozen=True)
class Retrieval:
    """Where the true counterpart stands among all candidates, best = 1.

    Attributes
    ----------
    ranks : int64 (Q,)
    """

    ranks: NDArray[np.int64]

    def top(self, k: int) -> float:
        """Fraction of queries whose counterpart is among the first `k`."""
        return float((self.ranks <= k).mean())

    def summary(self) -> dict[str, float]:
        """``top1``, ``top5``, ``median_rank`` and the number of ``queries``."""
        return {
            "top1": self.top(1),
            "top5": self.top(5),
            "median_rank": float(np.median(self.ranks)),
            "queries": len(self.ranks),
        }


def unit(features: Features) -> Features:
    """Rows scaled to unit length; a row of zeros stays."""
    length = np.linalg.norm(features, axis=1, keepdims=True)
    return features / np.where(length > 0, length, 1.0)


def retrieve(query: Features, gallery: Features, truth: NDArray[np.integer]) -> Retrieval:
    """Rank of gallery row ``truth[i]`` for query row i.

    Parameters
    ----------
    query : float (Q, D)
    gallery : float (G, D)
    truth : int (Q,)

    Returns
    -------
    Retrieval
        A tie counts against the counterpart.
    """
    return ranked(unit(query) @ unit(gallery).T, truth)


def ranked(similarity: Features, truth: NDArray[np.integer]) -> Retrieval:
    """Rank of column ``truth[i]`` in row i of a (Q, G) table of similarities; ties count against it."""
    own = similarity[np.arange(len(truth)), truth][:, None]
    return Retrieval((similarity >= own).sum(axis=1).astype(np.int64))


def centred(features: Features) -> Features:
    """Features about the mean of their own archive: what an instrument adds to all its spectra is gone."""
    return features - features.mean(axis=0)

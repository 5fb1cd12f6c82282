"""Finding the same source in another archive: cosine similarity, no label and no pairing used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.floating]


@dataclass(frozen=True)
class Retrieval:
    """The place of the true counterpart of each query among all candidates.

    Parameters
    ----------
    ranks : int64 (Q,)
        1 is the best.
    """

    ranks: NDArray[np.int64]

    def top(self, k: int) -> float:
        """Return the fraction of queries whose counterpart is among the best candidates.

        Parameters
        ----------
        k : int
            How many candidates count.

        Returns
        -------
        float
            0 to 1.
        """
        return float((self.ranks <= k).mean())

    def summary(self) -> dict[str, float]:
        """Return the usual numbers of a retrieval.

        Returns
        -------
        dict of str to float
            ``top1``, ``top5``, ``median_rank`` and the number of ``queries``.
        """
        return {
            "top1": self.top(1),
            "top5": self.top(5),
            "median_rank": float(np.median(self.ranks)),
            "queries": len(self.ranks),
        }


def unit(features: Features) -> Features:
    """Return rows scaled to unit length; a row of zeros stays as it is.

    Parameters
    ----------
    features : float (N, D)

    Returns
    -------
    float (N, D)
    """
    length = np.linalg.norm(features, axis=1, keepdims=True)
    return features / np.where(length > 0, length, 1.0)


def retrieve(query: Features, gallery: Features, truth: NDArray[np.integer]) -> Retrieval:
    """Find the place of each query's true counterpart in another archive, by cosine similarity.

    Parameters
    ----------
    query : float (Q, D)
        Embeddings of the queries.
    gallery : float (G, D)
        Embeddings of all candidates.
    truth : int (Q,)
        For each query, the row of the gallery that is the same source.

    Returns
    -------
    Retrieval
        A tie counts against the counterpart.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation import retrieve
    >>> archive = np.eye(3)
    >>> retrieve(archive[:2], archive, np.array([0, 2])).ranks
    array([1, 3])
    """
    return ranked(unit(query) @ unit(gallery).T, truth)


def ranked(similarity: Features, truth: NDArray[np.integer]) -> Retrieval:
    """Find the place of each query's true counterpart in a table of similarities.

    Parameters
    ----------
    similarity : float (Q, G)
        The larger, the more alike.
    truth : int (Q,)
        The column of the true counterpart.

    Returns
    -------
    Retrieval
        A tie counts against the counterpart.
    """
    own = similarity[np.arange(len(truth)), truth][:, None]
    return Retrieval((similarity >= own).sum(axis=1).astype(np.int64))


def centered(features: Features) -> Features:
    """Return features minus the mean over their archive, which removes what an instrument adds to all its spectra.

    Parameters
    ----------
    features : float (N, D)
        Features of one archive.

    Returns
    -------
    float (N, D)
    """
    return features - features.mean(axis=0)

"""Who is whose nearest neighbor: hubs, and how many neighbors two representations share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .anomalies import nearest
from .retrieval import Features, unit

NEIGHBORS = 10


def hubness(features: Features, count: int = NEIGHBORS) -> float:
    """Return how unequally objects are among the nearest neighbors of others: the skewness of how often each is.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite; neighbors are those by cosine.
    count : int
        How many neighbors each object has, below N.

    Returns
    -------
    float
        About 0 if all objects are neighbors equally often; above 1 a few hubs are neighbors of many, which spoils searches. 0 if all are
        equally often, exactly.

    Raises
    ------
    InputError
        There are too few objects.

    References
    ----------
    Radovanovic, Nanopoulos & Ivanovic 2010, JMLR 11, 2487.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation import hubness
    >>> angle = 2 * np.pi * np.arange(12) / 12
    >>> hubness(np.stack([np.cos(angle), np.sin(angle)], axis=1), count=2)  # each has one on either side
    0.0
    """
    from scipy.stats import skew

    often = np.bincount(neighbor_rows(features, count).ravel(), minlength=len(features))
    return float(skew(often)) if often.std() > 0 else 0.0


def neighborhood_overlap(first: Features, second: Features, count: int = NEIGHBORS) -> float:
    """Return which fraction of the nearest neighbors two representations of the same objects share.

    Parameters
    ----------
    first, second : float (N, D), float (N, E)
        Two embeddings, or an embedding and other features, all finite; neighbors are those by cosine.
    count : int
        How many neighbors each object has, below N.

    Returns
    -------
    float
        From 0 to 1; `count` / (N - 1) by chance.

    Raises
    ------
    InputError
        There are too few objects, or the numbers of rows differ.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation import neighborhood_overlap
    >>> x = np.random.default_rng(0).normal(size=(50, 4))
    >>> neighborhood_overlap(x, 3 * x[:, ::-1])
    1.0
    """
    if len(first) != len(second):
        raise InputError(f"both need the same objects, and there are {len(first)} and {len(second)} rows")
    one, other = neighbor_rows(first, count), neighbor_rows(second, count)
    return float((one[:, :, None] == other[:, None, :]).any(axis=2).mean())


def neighbor_rows(features: Features, count: int) -> NDArray[np.int64]:
    """Return the rows of the nearest other objects by cosine.

    Parameters
    ----------
    features : float (N, D)
        All finite.
    count : int
        How many.

    Returns
    -------
    int64 (N, count)

    Raises
    ------
    InputError
        There are too few objects.
    """
    if len(features) <= count:
        raise InputError(f"{count} nearest neighbors need more than {count} objects, and there are {len(features)}")
    points = unit(np.asarray(features, np.float64))
    itself = np.arange(len(points))
    return nearest(points, points, count, apart=(itself, itself))[1]

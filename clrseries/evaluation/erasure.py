"""What embeddings tell linearly of a column, as a subspace that can be taken out of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .chart import neighbors_of
from .retrieval import Features, unit

NEIGHBORS = 30
FEWEST = 8  # rows of a class of the column that is erased
SHRINKAGE = 1e-3  # of the covariance toward a multiple of the identity


class Erasure(NamedTuple):
    """An affine map that takes out of unit embeddings what they tell linearly of a column.

    Parameters
    ----------
    center : float64 (D,)
        Mean of the unit embeddings.
    matrix : float64 (D, D)
        A projection: the erased embedding is ``u - (u - center) @ matrix.T``, where u is the unit embedding.
    """

    center: NDArray[np.float64]
    matrix: NDArray[np.float64]

    def applied(self, embeddings: Features) -> NDArray[np.float64]:
        """Return erased embeddings.

        Parameters
        ----------
        embeddings : float (N, D)

        Returns
        -------
        float64 (N, D)
        """
        points = np.asarray(unit(embeddings), np.float64)
        return points - (points - self.center) @ self.matrix.T


def erasure(embeddings: Features, column: NDArray[np.str_], given: NDArray[np.str_] | None = None) -> Erasure:
    """Return the smallest change after which no linear model tells a column from embeddings.

    Instruments often differ in what they observe, so that erasing the instrument would erase some of the physics too. This is why only
    the part of the column is taken that does not follow from `given`, or from the 30 nearest neighbors of each embedding.

    Parameters
    ----------
    embeddings : float (N, D)
        All finite, of several objects; what is erased holds for objects like these.
    column : str (N,)
        Classes to be erased, such as instruments; those with fewer than 8 rows are left alone.
    given : str (N,), optional
        Classes whose part of the column stays, such as types of objects; default the neighbors.

    Returns
    -------
    Erasure
        Of D numbers, as many directions as there are classes less one are taken out at most.

    Raises
    ------
    InputError
        Fewer than two classes of the column have 8 rows.

    References
    ----------
    LEACE: Belrose et al. 2023, arXiv:2306.03819, theorem 4.3.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation import erasure
    >>> rng = np.random.default_rng(0)
    >>> column = np.repeat(["Kast", "LRIS"], 100)
    >>> points = rng.normal(size=(200, 5)) + 2.0 * (column == "LRIS")[:, None]
    >>> found = erasure(points, column, given=np.full(200, "star")).applied(points)
    >>> bool(np.abs(found[:100].mean(0) - found[100:].mean(0)).max() < 0.01)
    True
    """
    points = np.asarray(unit(embeddings), np.float64)
    names, count = np.unique(column, return_counts=True)
    names = names[count >= FEWEST]
    if len(names) < 2:
        raise InputError(f"column: at least two classes with {FEWEST} rows are needed, to be erased")
    told = (column[:, None] == names).astype(float)
    if given is None:
        told -= told[neighbors_of(points.astype(np.float32), NEIGHBORS)].mean(axis=1)
    else:
        kinds, number = np.unique(given, return_inverse=True)
        means = np.stack([told[number == k].mean(axis=0) for k in range(len(kinds))])
        told -= means[number]
    center = points.mean(axis=0)
    apart = points - center
    covariance = apart.T @ apart / len(points)
    covariance += SHRINKAGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    values, vectors = np.linalg.eigh(covariance)
    whiten, color = (vectors * values**power @ vectors.T for power in (-0.5, 0.5))
    directions, size, _ = np.linalg.svd(whiten @ apart.T @ (told - told.mean(axis=0)), full_matrices=False)
    kept = directions[:, size > 1e-8 * size.max()]
    return Erasure(center, color @ kept @ kept.T @ whiten)

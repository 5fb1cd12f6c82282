"""How much of the geometry of embeddings is that of a target: the variance it explains, and how its classes lie apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .nuisance import variance_explained
from .retrieval import Features, unit
from .splits import drawn_rows

SAMPLE = 2000


def separation(features: Features, target: NDArray[Any], *, seed: int = 0) -> dict[str, float]:
    """Return the fraction of the variance of embeddings that a target explains and, for classes, their silhouette.

    Parameters
    ----------
    features : float (N, D)
        Embeddings, all finite.
    target : str or float (N,)
        Classes or values, all known.
    seed : int
        Of the 2,000 rows that the silhouette is taken of where there are more.

    Returns
    -------
    dict of str to float
        ``variance`` (:func:`variance_explained`) and, with at least two classes, ``silhouette``: the mean over rows of
        (b - a) / max(a, b), where a is the mean cosine distance to its own class and b that to the nearest other class. 1 if classes are
        points far from each other, 0 if they overlap.

    References
    ----------
    Rousseeuw 1987, J. Comput. Appl. Math. 20, 53; computed by scikit-learn's ``silhouette_score``.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.evaluation import separation
    >>> found = separation(np.eye(2)[[0, 0, 1, 1]], np.array(["Ia", "Ia", "II", "II"]))
    >>> round(found["silhouette"], 6), round(found["variance"], 6)
    (1.0, 1.0)
    """
    found = {"variance": variance_explained(features, target)}
    if np.issubdtype(target.dtype, np.floating):
        return found
    from sklearn.metrics import silhouette_score

    rows = drawn_rows(len(target), SAMPLE, seed)
    if 2 <= len(np.unique(target[rows])) < len(rows):
        found["silhouette"] = float(
            silhouette_score(unit(np.asarray(features[rows], np.float64)), target[rows], metric="cosine")
        )
    return found

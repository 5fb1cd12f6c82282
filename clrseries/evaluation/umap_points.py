"""A map of embeddings: two numbers for each, by UMAP."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from ..errors import require

NEIGHBORS = 15


def umap_points(features: NDArray[np.floating], seed: int = 0) -> NDArray[np.float32]:
    """Place every embedding in a plane, so that neighbors by cosine distance stay neighbors.

    Parameters
    ----------
    features : float (N, D)
        N >= 3 embeddings.
    seed : int
        Seed of the map.

    Returns
    -------
    float32 (N, 2)

    Raises
    ------
    InputError
        umap-learn is not installed.

    References
    ----------
    McInnes, Healy & Melville 2018, arXiv:1802.03426.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # umap says that a seed makes it use one thread
        umap = require("umap", extra="report", purpose="a map of embeddings")
        neighbors = min(NEIGHBORS, len(features) - 1)
        mapped = umap.UMAP(n_neighbors=neighbors, metric="cosine", random_state=seed, init="pca").fit_transform(
            features
        )
    return np.asarray(mapped, np.float32)

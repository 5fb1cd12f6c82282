"""What a representation must beat: the same pixels, without learning."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..augment import Normalize, Observe, Resample
from ..grids import Grid
from ..series import Series
from .retrieval import Retrieval, ranked

CONTINUUM_WINDOW = 250.0  # Angstrom


def median_pixels(series: Series, grid: Grid) -> NDArray[np.float32]:
    """Flux over its median minus 1, float32 (N, P); 0 where there is no data."""
    return _pixels(series, grid, Normalize("median"))


def continuum_pixels(series: Series, grid: Grid) -> NDArray[np.float32]:
    """Flux over its running mean minus 1, float32 (N, P); 0 where there is no data."""
    return _pixels(series, grid, Normalize("continuum", CONTINUUM_WINDOW))


def pca(reference: NDArray[np.float32], *others: NDArray[np.float32], size: int) -> list[NDArray[np.float32]]:
    """Principal components of `reference`, and every set of rows projected on them, (N, size) each."""
    from sklearn.decomposition import PCA

    fitted = PCA(min(size, *reference.shape), random_state=0).fit(reference)
    return [fitted.transform(rows).astype(np.float32) for rows in (reference, *others)]


def shifted_retrieval(
    query: NDArray[np.float32], gallery: NDArray[np.float32], truth: NDArray[np.int64], reach: int
) -> Retrieval:
    """Cosine retrieval with pixels, best over shifts of the query by up to `reach` pixels.

    Only pixels where the query has data (is not 0) count, also in the gallery's norm.
    """
    best = np.full((len(query), len(gallery)), -np.inf)
    for shift in range(-reach, reach + 1):
        moved = np.roll(query, shift, axis=1)
        norms = (moved**2).sum(1, keepdims=True) * ((moved != 0).astype(np.float32) @ (gallery**2).T)
        best = np.maximum(best, moved @ gallery.T / np.sqrt(np.maximum(norms, 1e-30)))
    return ranked(best, truth)


def _pixels(series: Series, grid: Grid, normalize: Normalize) -> NDArray[np.float32]:
    views = Observe([Resample(grid), normalize])(series)
    return np.where(views.ivar[:, 0] > 0, views.flux[:, 0] - 1.0, 0.0).astype(np.float32)

"""Features of spectra without learning: normalized pixels and their principal components."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..grids import Grid
from ..series import Series
from ..spectra import Normalize, Observe, Resample
from .retrieval import Retrieval, ranked

CONTINUUM_WINDOW = 250.0  # Angstrom


def median_pixels(series: Series, grid: Grid) -> NDArray[np.float32]:
    """Return flux over its median, minus 1.

    Parameters
    ----------
    series : Series
        N spectra.
    grid : Grid
        P pixels.

    Returns
    -------
    float32 (N, P)
        0 where there is no data.
    """
    return _pixels(series, grid, Normalize("median"))


def continuum_pixels(series: Series, grid: Grid) -> NDArray[np.float32]:
    """Return flux over its running mean, minus 1.

    Parameters
    ----------
    series : Series
        N spectra.
    grid : Grid
        P pixels.

    Returns
    -------
    float32 (N, P)
        0 where there is no data.
    """
    return _pixels(series, grid, Normalize("continuum", CONTINUUM_WINDOW))


def pca(reference: NDArray[np.float32], *others: NDArray[np.float32], size: int) -> list[NDArray[np.float32]]:
    """Return features projected on the principal components of the first of them.

    Parameters
    ----------
    reference : float32 (N, P)
        Gives the components, and is projected too.
    *others : float32 (M, P)
        Projected on the same components.
    size : int
        Number of components; at most N and P.

    Returns
    -------
    list of float32 (N, size), (M, size), ...
    """
    from sklearn.decomposition import PCA

    fitted = PCA(min(size, *reference.shape), random_state=0).fit(reference)
    return [fitted.transform(rows).astype(np.float32) for rows in (reference, *others)]


def shifted_similarity(query: NDArray[np.float32], gallery: NDArray[np.float32], reach: int) -> NDArray[np.float64]:
    """Return the cosine similarity of pixels, the best over small shifts of the query.

    Only pixels where the query has data (is not 0) count, also in the norm of the gallery.

    Parameters
    ----------
    query : float32 (Q, P)
        Such as :func:`continuum_pixels` returns.
    gallery : float32 (G, P)
        On the same grid.
    reach : int
        Largest shift [pixels].

    Returns
    -------
    float64 (Q, G)
    """
    best = np.full((len(query), len(gallery)), -np.inf)
    for shift in range(-reach, reach + 1):
        moved = np.roll(query, shift, axis=1)
        norms = (moved**2).sum(1, keepdims=True) * ((moved != 0).astype(np.float32) @ (gallery**2).T)
        best = np.maximum(best, moved @ gallery.T / np.sqrt(np.maximum(norms, 1e-30)))
    return best


def shifted_retrieval(
    query: NDArray[np.float32], gallery: NDArray[np.float32], truth: NDArray[np.int64], reach: int
) -> Retrieval:
    """Retrieve with the cosine similarity of pixels, the best over small shifts of the query.

    Parameters
    ----------
    query : float32 (Q, P)
        Such as :func:`continuum_pixels` returns.
    gallery : float32 (G, P)
        On the same grid.
    truth : int64 (Q,)
        For each query, the row of the gallery that is the same source.
    reach : int
        Largest shift [pixels].

    Returns
    -------
    Retrieval
    """
    return ranked(shifted_similarity(query, gallery, reach), truth)


def _pixels(series: Series, grid: Grid, normalize: Normalize) -> NDArray[np.float32]:
    views = Observe([Resample(grid), normalize])(series)
    return np.where(views.ivar[:, 0] > 0, views.flux[:, 0] - 1.0, 0.0).astype(np.float32)

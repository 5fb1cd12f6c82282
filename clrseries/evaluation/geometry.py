"""What embeddings look like without any label: alignment, uniformity, rank, isotropy; and whether they have collapsed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .retrieval import unit


def alignment(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Return the mean squared distance of two views of the same object on the unit sphere.

    Parameters
    ----------
    first, second : float (N, D)
        Embeddings of the two views.

    Returns
    -------
    float
        From 0 (the views agree) to 4.

    References
    ----------
    Wang & Isola 2020, arXiv:2005.10242.
    """
    return float(np.square(_unit(first) - _unit(second)).sum(1).mean())


def uniformity(features: NDArray[np.floating], t: float = 2.0) -> float:
    """Return how evenly embeddings fill the unit sphere: ln of the mean over pairs of exp(-t |x - y|^2).

    Parameters
    ----------
    features : float (N, D)
        At least two embeddings.
    t : float
        Factor t of the formula.

    Returns
    -------
    float
        0 where all are the same, toward -2 t where they fill a sphere of many dimensions.

    References
    ----------
    Wang & Isola 2020, arXiv:2005.10242.
    """
    points = _unit(features)
    apart = 2.0 - 2.0 * points @ points.T
    others = ~np.eye(len(points), dtype=bool)
    return float(np.log(np.exp(-t * apart[others]).mean()))


def rank_me(features: NDArray[np.floating]) -> float:
    """Return the effective number of dimensions in use: exp of the entropy of the singular values.

    Parameters
    ----------
    features : float (N, D)
        Neither centered nor scaled, as in the paper.

    Returns
    -------
    float
        From 1 to min(N, D).

    References
    ----------
    RankMe: Garrido et al. 2023, arXiv:2210.02885.
    """
    values = np.linalg.svd(np.asarray(features, np.float64), compute_uv=False)
    share = values / max(values.sum(), 1e-300) + 1e-7
    return float(np.exp(-(share * np.log(share)).sum()))


def mean_cosine(features: NDArray[np.floating]) -> float:
    """Return the mean cosine of two different objects.

    Parameters
    ----------
    features : float (N, D)
        At least two embeddings.

    Returns
    -------
    float
        0 where directions are spread evenly, 1 where all are the same: embeddings that fill only a narrow cone have a large one.

    References
    ----------
    Ethayarajh 2019, arXiv:1909.00512.
    """
    points = _unit(features)
    return float((np.square(points.sum(0)).sum() - np.square(points).sum()) / (len(points) * (len(points) - 1)))


def iso_score(features: NDArray[np.floating]) -> float:
    """Return how equally the variance is spread over all dimensions: the IsoScore.

    Parameters
    ----------
    features : float (N, D)
        At least two embeddings that are not all equal, D at least 2.

    Returns
    -------
    float
        1 where all principal components have the same variance, 0 where there is but one; (k - 1) / (D - 1) where k of D share it.

    References
    ----------
    Rudman et al. 2022, arXiv:2108.07344.
    """
    x = np.asarray(features, np.float64)
    n = x.shape[1]
    singular = np.linalg.svd(x - x.mean(axis=0), compute_uv=False)
    variances = np.pad(np.square(singular), (0, max(n - len(singular), 0)))
    scaled = np.sqrt(n) * variances / max(float(np.linalg.norm(variances)), 1e-300)
    defect = np.square(scaled - 1.0).sum() / (2.0 * (n - np.sqrt(n)))
    used = np.square(n - defect * (n - np.sqrt(n))) / n**2  # fraction of the dimensions
    return float((n * used - 1.0) / (n - 1.0))


def geometry(first: NDArray[np.floating], second: NDArray[np.floating]) -> dict[str, float]:
    """Return alignment, uniformity and rank of the embeddings of two views.

    Parameters
    ----------
    first, second : float (N, D)
        Embeddings of the two views of N objects.

    Returns
    -------
    dict of str to float
        ``alignment``, ``uniformity`` and ``rank`` (:func:`rank_me`).
    """
    return {"alignment": alignment(first, second), "uniformity": uniformity(first), "rank": rank_me(first)}


def collapse(first: NDArray[np.floating]) -> str:
    """Say in words how embeddings have collapsed, and what to change.

    Parameters
    ----------
    first : float (N, D)
        Embeddings of N objects.

    Returns
    -------
    str
        Empty where they have not collapsed.
    """
    if not np.isfinite(first).all():
        return "the embeddings are not finite: lower the learning rate, or train in float32"
    size, length = min(first.shape), float(np.linalg.norm(_unit(first).mean(0)))
    if uniformity(first) > -0.02 or not np.ptp(first, axis=0).any():  # directions of zeros are no unit vectors
        return (
            f"collapse: all {len(first)} objects have nearly the same embedding (their mean has length {length:.4f} of 1). "
            "Lower the learning rate; with BYOL, SimSiam or DINO use larger batches, or a method that pushes objects apart "
            "(simclr, vicreg, barlow_twins); look whether the augmentation leaves anything of the object (clrseries augment)"
        )
    rank = rank_me(first - first.mean(0))
    if rank < max(2.0, 0.02 * size):
        return (
            f"dimensional collapse: {len(first)} embeddings lie in about {rank:.1f} of {size} dimensions. "
            "One property tells all objects apart, often brightness or noise: let the augmentation change it more; "
            "or raise the weight of what keeps features apart (vicreg: covariance, barlow_twins: weight)"
        )
    return ""


def _unit(features: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray(unit(np.asarray(features, np.float64)), np.float64)

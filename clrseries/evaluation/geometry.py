"""What embeddings look like without any label: alignment, uniformity, rank; and whether they have collapsed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def alignment(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Mean squared distance of two views of the same object on the unit sphere (Wang & Isola 2020, arXiv:2005.10242).

    Parameters
    ----------
    first, second : float (N, D)

    Returns
    -------
    float
        0 (views agree) to 4.
    """
    return float(np.square(_unit(first) - _unit(second)).sum(1).mean())


def uniformity(features: NDArray[np.floating], t: float = 2.0) -> float:
    """ln of the mean over pairs of exp(-t |x - y|^2) on the unit sphere (Wang & Isola 2020).

    Parameters
    ----------
    features : float (N, D)
        N >= 2.
    t : float

    Returns
    -------
    float
        0 where all are the same, towards -2 t where they fill a sphere of many dimensions.
    """
    unit = _unit(features)
    apart = 2.0 - 2.0 * unit @ unit.T
    others = ~np.eye(len(unit), dtype=bool)
    return float(np.log(np.exp(-t * apart[others]).mean()))


def rank_me(features: NDArray[np.floating]) -> float:
    """Effective number of dimensions in use: exp of the entropy of the singular values (Garrido et al. 2023, arXiv:2210.02885).

    Parameters
    ----------
    features : float (N, D)
        Taken as they are, as in the paper: not centred, not scaled.

    Returns
    -------
    float
        1 to min(N, D).
    """
    values = np.linalg.svd(np.asarray(features, np.float64), compute_uv=False)
    share = values / max(values.sum(), 1e-300) + 1e-7
    return float(np.exp(-(share * np.log(share)).sum()))


def geometry(first: NDArray[np.floating], second: NDArray[np.floating]) -> dict[str, float]:
    """``alignment``, ``uniformity`` and ``rank`` of two views' embeddings, (N, D) each."""
    return {"alignment": alignment(first, second), "uniformity": uniformity(first), "rank": rank_me(first)}


def collapse(first: NDArray[np.floating]) -> str:
    """In words, how embeddings (N, D) have collapsed and what to change; empty where they have not."""
    if not np.isfinite(first).all():
        return "the embeddings are not finite: lower the learning rate, or train in float32"
    size, length = min(first.shape), float(np.linalg.norm(_unit(first).mean(0)))
    if uniformity(first) > -0.02:
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
    wide = np.asarray(features, np.float64)
    return wide / np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), 1e-12)

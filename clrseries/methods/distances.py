"""Euclidean distances between two sets of vectors, with a finite gradient where two vectors are equal."""

from __future__ import annotations

from torch import Tensor


def squared(first: Tensor, second: Tensor) -> Tensor:
    """Return the squared Euclidean distances between two sets of vectors.

    Parameters
    ----------
    first : float (N, K)
        Vectors.
    second : float (M, K)
        Vectors.

    Returns
    -------
    float (N, M)
        Not negative.
    """
    lengths = first.square().sum(-1)[:, None] + second.square().sum(-1)
    return (lengths - 2.0 * first @ second.T).clamp(min=0.0)


def between(first: Tensor, second: Tensor) -> Tensor:
    """Return the Euclidean distances between two sets of vectors.

    Parameters
    ----------
    first : float (N, K)
        Vectors.
    second : float (M, K)
        Vectors.

    Returns
    -------
    float (N, M)
        At least 1e-4: smaller distances are returned as 1e-4, with gradient 0.
    """
    return squared(first, second).clamp(min=1e-8).sqrt()

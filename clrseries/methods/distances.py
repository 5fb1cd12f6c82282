"""Euclidean distances between two sets of vectors, with a finite gradient where two are the same."""

from __future__ import annotations

from torch import Tensor


def squared(first: Tensor, second: Tensor) -> Tensor:
    """Squared distances of (N, K) and (M, K), float (N, M), not below 0."""
    lengths = first.square().sum(-1)[:, None] + second.square().sum(-1)
    return (lengths - 2.0 * first @ second.T).clamp(min=0.0)


def between(first: Tensor, second: Tensor) -> Tensor:
    """Distances of (N, K) and (M, K), float (N, M); of less than 1e-4 as if they were that."""
    return squared(first, second).clamp(min=1e-8).sqrt()

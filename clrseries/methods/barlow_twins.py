"""Barlow Twins (Zbontar et al. 2021, arXiv:2103.03230): the cross-correlation of two views is the unit matrix."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .method import Batch, Method, check_pairs, positive


def barlow_twins_loss(first: Tensor, second: Tensor, weight: float = 5e-3) -> Tensor:
    """Equation 1 of Zbontar et al.: sum (1 - C_ii)^2 + weight * sum of C_ij^2 off the diagonal.

    Parameters
    ----------
    first, second : float (N, K)
        Each column is standardised over the N >= 2 objects here (variance / N).
    weight : float
        lambda, of the redundancy term.
    """
    check_pairs("barlow_twins_loss", first, second)
    first, second = ((v - v.mean(0)) / (v.var(0, correction=0) + 1e-5).sqrt() for v in (first.float(), second.float()))
    correlation = first.T @ second / len(first)
    diagonal = correlation.diagonal()
    redundant = correlation.square().sum() - diagonal.square().sum()
    return (1.0 - diagonal).square().sum() + weight * redundant


class BarlowTwins(Method):
    """Each feature agrees between views and is not correlated with any other; no negatives.

    Parameters
    ----------
    encoder : torch.nn.Module
    projection : int
        The more the better, says the paper.
    weight : float
        Of the redundancy term.
    """

    summary = "features agree between views and are not correlated with each other; no negatives"
    paper = "Zbontar et al. 2021, arXiv:2103.03230"

    def __init__(self, encoder: Any, projection: int = 256, weight: float = 5e-3) -> None:
        super().__init__(encoder, projection)
        self.weight = positive("weight", weight)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D)."""
        first, second = self.projected(embeddings)
        return barlow_twins_loss(first, second, self.weight)

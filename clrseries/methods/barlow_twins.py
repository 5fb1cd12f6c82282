"""Barlow Twins: the cross-correlation matrix of two views is brought to the identity matrix."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .method import Batch, Method, check_pairs, positive


def barlow_twins_loss(first: Tensor, second: Tensor, weight: float = 5e-3) -> Tensor:
    """Return the loss of Barlow Twins, which brings the cross-correlation of two views to the identity matrix.

    The loss is sum_i (1 - C_ii)^2 + weight * sum_{i != j} C_ij^2, where C_ij is the correlation of feature i in one view with
    feature j in the other.

    Parameters
    ----------
    first, second : float (N, K)
        Projections of two views of the same N >= 2 objects; each feature is standardized over the objects here.
    weight : float
        Factor lambda of the redundancy term (the second sum).

    Returns
    -------
    float ()
        Not negative; 0 if C is the identity matrix.

    Raises
    ------
    ValueError
        The shapes differ, or N is below 2.

    References
    ----------
    Zbontar et al. 2021, arXiv:2103.03230, equation 1.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import barlow_twins_loss
    >>> features = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    >>> round(float(barlow_twins_loss(features, features)), 3)
    0.0
    >>> round(float(barlow_twins_loss(features, features.flip(1))), 3)
    2.01
    """
    check_pairs("barlow_twins_loss", first, second)
    first, second = ((v - v.mean(0)) / (v.var(0, correction=0) + 1e-5).sqrt() for v in (first.float(), second.float()))
    correlation = first.T @ second / len(first)
    diagonal = correlation.diagonal()
    redundant = correlation.square().sum() - diagonal.square().sum()
    return (1.0 - diagonal).square().sum() + weight * redundant


class BarlowTwins(Method):
    """Method that makes each feature agree between views and uncorrelated with all other features; no negatives.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections; the paper finds that more is better.
    weight : float
        Factor of the redundancy term, above 0.

    Raises
    ------
    InputError
        A value is out of range.

    References
    ----------
    Zbontar et al. 2021, arXiv:2103.03230.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import BarlowTwins, Batch
    >>> method = BarlowTwins(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=16)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['barlowtwins'])
    """

    summary = "features agree between views and are not correlated with each other; no negatives"
    paper = "Zbontar et al. 2021, arXiv:2103.03230"

    def __init__(self, encoder: Any, projection_dim: int = 256, weight: float = 5e-3) -> None:
        super().__init__(encoder, projection_dim)
        self.weight = positive("weight", weight)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the loss of Barlow Twins for the two views of each object."""
        first, second = self.projected(embeddings)
        return barlow_twins_loss(first, second, self.weight)

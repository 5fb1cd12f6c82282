"""Triplet loss: each view is nearer to the other view of its object than to any other object, by a margin."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from .distances import between
from .method import Batch, Method, check_pairs, positive


def triplet_loss(first: Tensor, second: Tensor, margin: float = 0.2) -> Tensor:
    """Return the triplet loss of two views.

    For a triplet, the loss is max(0, d(anchor, other view) - d(anchor, other object) + m) with Euclidean distance d. All
    triplets of the batch are used. The mean is over those where the loss is not 0: in the course of a training most become 0,
    and a mean over all would vanish.

    Parameters
    ----------
    first, second : float (N, K)
        Projections of two views of the same N >= 2 objects; scaled to unit length here.
    margin : float
        Margin m, above 0.

    Returns
    -------
    float ()
        Not negative.

    Raises
    ------
    ValueError
        The shapes differ, or N is below 2.

    References
    ----------
    Schroff et al. 2015, arXiv:1503.03832; the mean is that of Hermans, Beyer & Leibe 2017, arXiv:1703.07737.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import triplet_loss
    >>> round(float(triplet_loss(torch.eye(3), torch.eye(3))), 3)
    0.0
    >>> round(float(triplet_loss(torch.eye(3), torch.eye(3).roll(1, 0))), 3)
    0.554
    """
    check_pairs("triplet_loss", first, second)
    both = functional.normalize(torch.cat([first, second]).float(), dim=-1)
    count = len(first)
    objects = torch.arange(count, device=both.device).repeat(2)
    apart = between(both, both)
    alike = apart.diagonal(count).repeat(2)
    violation = functional.relu(alike[:, None] - apart + margin) * (objects[:, None] != objects)
    return violation.sum() / (violation > 0).sum().clamp(min=1)


class Triplet(Method):
    """Method that brings each view nearer to the other view of its object than to all other objects, by a margin.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    margin : float
        Margin in the distance on the unit sphere, above 0.

    Raises
    ------
    InputError
        A value is out of range.

    References
    ----------
    Schroff et al. 2015, arXiv:1503.03832.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, Triplet
    >>> method = Triplet(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=4)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['triplet'])
    """

    summary = "each view nearer to its other view than to any other object, by a margin"
    paper = "Schroff et al. 2015, arXiv:1503.03832"

    def __init__(self, encoder: Any, projection_dim: int = 128, margin: float = 0.2) -> None:
        super().__init__(encoder, projection_dim)
        self.margin = positive("margin", margin)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the triplet loss of the two views of each object."""
        first, second = self.projected(embeddings)
        return triplet_loss(first, second, self.margin)

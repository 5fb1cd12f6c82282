"""Pairwise contrastive loss: views of one object are pulled together, and two objects pushed at least a margin apart."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from .distances import between
from .method import Batch, Method, check_pairs, positive


def pairwise_loss(first: Tensor, second: Tensor, margin: float = 1.0) -> Tensor:
    """Return the pairwise contrastive loss of two views.

    The loss is the mean of d^2 / 2 over the pairs of views of one object, plus the mean of max(0, m - d)^2 / 2 over the pairs of
    two objects, where d is the Euclidean distance. Each kind of pair has its own mean, since there are many more of the second.

    Parameters
    ----------
    first, second : float (N, K)
        Projections of two views of the same N >= 2 objects; scaled to unit length here.
    margin : float
        Distance m below which two objects are pushed apart, from 0 to 2.

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
    Hadsell, Chopra & LeCun 2006, CVPR, equation 4.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import pairwise_loss
    >>> round(float(pairwise_loss(torch.eye(3), torch.eye(3))), 3)
    0.0
    >>> round(float(pairwise_loss(torch.eye(3), torch.eye(3).roll(1, 0))), 3)
    1.125
    """
    check_pairs("pairwise_loss", first, second)
    both = functional.normalize(torch.cat([first, second]).float(), dim=-1)
    objects = torch.arange(len(first), device=both.device).repeat(2)
    others = objects[:, None] != objects
    alike = (both[: len(first)] - both[len(first) :]).square().sum(-1)
    apart = functional.relu(margin - between(both, both)[others]).square()
    return 0.5 * (alike.mean() + apart.mean())


class Pairwise(Method):
    """Method that pulls views of one object together and pushes two objects at least a margin apart.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    margin : float
        Distance on the unit sphere below which two objects are pushed apart, above 0 and below 2.

    Raises
    ------
    InputError
        A value is not above 0.

    References
    ----------
    Hadsell, Chopra & LeCun 2006, CVPR.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, Pairwise
    >>> method = Pairwise(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=4)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['pairwise'])
    """

    summary = "views of one object pulled together, two objects pushed a margin apart"
    paper = "Hadsell et al. 2006, CVPR"

    def __init__(self, encoder: Any, projection_dim: int = 128, margin: float = 1.0) -> None:
        super().__init__(encoder, projection_dim)
        self.margin = positive("margin", margin)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the pairwise contrastive loss of the two views of each object."""
        first, second = self.projected(embeddings)
        return pairwise_loss(first, second, self.margin)

"""Pairwise contrastive loss (Hadsell, Chopra & LeCun 2006, CVPR): alike is near, different at least a margin away."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from .distances import between
from .method import Batch, Method, check_pairs, positive


def pairwise_loss(first: Tensor, second: Tensor, margin: float = 1.0) -> Tensor:
    """Equation 4 of Hadsell et al., D^2 / 2 for two views of an object and max(0, m - D)^2 / 2 for two objects.

    Each kind of pair is averaged on its own, as else N - 1 times as many of the second would drown the first.

    Parameters
    ----------
    first, second : float (N, K)
        Projections of two views of the same N >= 2 objects; scaled to unit length here.
    margin : float
        m > 0, below 2.
    """
    check_pairs("pairwise_loss", first, second)
    both = functional.normalize(torch.cat([first, second]).float(), dim=-1)
    objects = torch.arange(len(first), device=both.device).repeat(2)
    others = objects[:, None] != objects
    alike = (both[: len(first)] - both[len(first) :]).square().sum(-1)
    apart = functional.relu(margin - between(both, both)[others]).square()
    return 0.5 * (alike.mean() + apart.mean())


class Pairwise(Method):
    """Views of one object pulled together, of two objects pushed to a margin."""

    summary = "views of one object pulled together, two objects pushed a margin apart"
    paper = "Hadsell et al. 2006, CVPR"

    def __init__(self, encoder: Any, projection: int = 128, margin: float = 1.0) -> None:
        super().__init__(encoder, projection)
        self.margin = positive("margin", margin)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D)."""
        first, second = self.projected(embeddings)
        return pairwise_loss(first, second, self.margin)

"""Triplet loss (Schroff et al. 2015, arXiv:1503.03832): nearer to the other view than to any other object, by a margin."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from .distances import between
from .method import Batch, Method, check_pairs, positive


def triplet_loss(first: Tensor, second: Tensor, margin: float = 0.2) -> Tensor:
    """max(0, d(anchor, other view) - d(anchor, other object) + m), mean over the triplets where it is not 0.

    All triplets of the batch, averaged as in Hermans, Beyer & Leibe 2017 (arXiv:1703.07737): a mean over all of them
    vanishes as most become easy.

    Parameters
    ----------
    first, second : float (N, K)
        Projections of two views of the same N >= 2 objects; scaled to unit length here.
    margin : float
        m > 0.
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
    """Each view nearer to its other view than to every other object, by a margin."""

    summary = "each view nearer to its other view than to any other object, by a margin"
    paper = "Schroff et al. 2015, arXiv:1503.03832"

    def __init__(self, encoder: Any, projection: int = 128, margin: float = 0.2) -> None:
        super().__init__(encoder, projection)
        self.margin = positive("margin", margin)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D)."""
        first, second = self.projected(embeddings)
        return triplet_loss(first, second, self.margin)

"""Supervised contrastive learning (Khosla et al. 2020, arXiv:2004.11362), alone or mixed with the label-free loss."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from ..errors import InputError
from ..ranks import gather
from .log_sum_exp import log_sum_exp
from .method import Batch, Method, positive
from .simclr import nt_xent


def supcon_loss(vectors: Tensor, label: Tensor, temperature: float = 0.1) -> Tensor:
    """Equation 2 of Khosla et al. (L_out): all members of an anchor's class told from all others.

    The mean over positives of their similarities is the similarity to their mean, so no matrix of pairs is needed.

    Parameters
    ----------
    vectors : float (N, K)
        Scaled to unit length here.
    label : int (N,)
        Anchors whose class has no other member are left out.
    temperature : float

    Returns
    -------
    float ()
        Mean over anchors; 0 if none has a positive.
    """
    unit = functional.normalize(vectors.float(), dim=-1)
    _, group = label.unique(return_inverse=True)
    sums = unit.new_zeros(int(group.max()) + 1, unit.shape[1]).index_add(0, group, unit)
    others = torch.bincount(group)[group] - 1
    alike = (unit * (sums[group] - unit)).sum(-1) / (others.clamp(min=1) * temperature)
    itself = torch.arange(len(unit), device=unit.device)
    per_anchor = log_sum_exp(unit / temperature, unit, itself, itself) - alike
    return (per_anchor * (others > 0)).sum() / (others > 0).sum().clamp(min=1)


class SupCon(Method):
    """Objects of one class pulled together where the class is known, views of one object everywhere.

    Parameters
    ----------
    encoder : torch.nn.Module
    projection : int
    temperature : float
    weight : float
        Of the loss with labels; 1 - weight is that of NT-Xent, which needs none. 1 is Khosla's method, something
        between suits data with few labels.
    """

    summary = "objects of one class pulled together; mixed with SimCLR by a weight where labels are few"
    paper = "Khosla et al. 2020, arXiv:2004.11362"
    label: ClassVar[str] = "class"

    def __init__(self, encoder: Any, projection: int = 128, temperature: float = 0.1, weight: float = 0.5) -> None:
        super().__init__(encoder, projection)
        self.temperature = positive("temperature", temperature)
        if not 0 < weight <= 1:
            raise InputError(f"weight must be above 0 and at most 1, got {weight}")
        self.weight = weight

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D) and classes, -1 where unknown."""
        if batch.label is None:
            raise InputError("supcon needs a column of classes: give label")
        first, second = self.projected(embeddings)
        label = gather(batch.label)
        known = label >= 0
        labelled = torch.cat([first[known], second[known]])
        loss = (1.0 - self.weight) * nt_xent(first, second, self.temperature)
        if int(known.sum()) > 1:
            loss = loss + self.weight * supcon_loss(labelled, label[known].repeat(2), self.temperature)
        return loss

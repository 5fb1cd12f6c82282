"""Supervised contrastive learning (SupCon), alone or mixed with the loss of SimCLR, which needs no labels."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from ..distributed import gather
from ..errors import InputError
from .log_sum_exp import log_sum_exp
from .method import Batch, Method, positive
from .simclr import nt_xent


def supcon_loss(vectors: Tensor, label: Tensor, temperature: float = 0.1) -> Tensor:
    """Return the supervised contrastive loss: members of an anchor's class against all other vectors.

    For an anchor i, the loss is -mean_p s_ip / tau + ln sum_{k != i} exp(s_ik / tau), with cosine s, where p runs over the
    other members of its class. The mean of cosines is the dot product with the mean unit vector of these members, so that no
    matrix of pairs is needed.

    Parameters
    ----------
    vectors : float (N, K)
        Projections of at least two views; scaled to unit length here.
    label : int (N,)
        Class of each; an anchor whose class has no other member is left out.
    temperature : float
        Divisor tau of the cosines, above 0.

    Returns
    -------
    float ()
        Mean over anchors; 0 if none has another member in its class.

    References
    ----------
    Khosla et al. 2020, arXiv:2004.11362, equation 2 (L_out).

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import supcon_loss
    >>> vectors = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    >>> round(float(supcon_loss(vectors, torch.tensor([0, 0, 1, 1]), temperature=1.0)), 3)
    0.862
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
    """Method that pulls objects of one class together where the class is known, and views of one object everywhere.

    The loss is weight * SupCon + (1 - weight) * NT-Xent.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    temperature : float
        Divides the cosines, above 0.
    weight : float
        Share of the loss with labels, above 0 and at most 1; 1 is the method of the paper, less suits data with few labels.

    Raises
    ------
    InputError
        A value is out of range.

    References
    ----------
    Khosla et al. 2020, arXiv:2004.11362.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, SupCon
    >>> method = SupCon(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=4)
    >>> classes = torch.tensor([0, 0, 1, 1, -1, -1])
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40)), label=classes))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['supcon'])
    """

    summary = "objects of one class pulled together; mixed with SimCLR by a weight where labels are few"
    paper = "Khosla et al. 2020, arXiv:2004.11362"
    label: ClassVar[str] = "class"

    def __init__(self, encoder: Any, projection_dim: int = 128, temperature: float = 0.1, weight: float = 0.5) -> None:
        super().__init__(encoder, projection_dim)
        self.temperature = positive("temperature", temperature)
        if not 0 < weight <= 1:
            raise InputError(f"weight must be above 0 and at most 1, got {weight}")
        self.weight = weight

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return SupCon of the objects with a known class, mixed with NT-Xent of all; a class of -1 is unknown.

        Raises
        ------
        InputError
            The batch has no `label`.
        """
        if batch.label is None:
            raise InputError("supcon needs a column of classes: give label")
        first, second = self.projected(embeddings)
        label = gather(batch.label)
        known = label >= 0
        labeled_rows = torch.cat([first[known], second[known]])
        loss = (1.0 - self.weight) * nt_xent(first, second, self.temperature)
        if int(known.sum()) > 1:
            loss = loss + self.weight * supcon_loss(labeled_rows, label[known].repeat(2), self.temperature)
        return loss

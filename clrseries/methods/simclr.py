"""SimCLR (Chen et al. 2020, arXiv:2002.05709): the other view of an object against all other objects."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from .log_sum_exp import log_sum_exp
from .method import Batch, Method, check_pairs, positive


def nt_xent(first: Tensor, second: Tensor, temperature: float = 0.1) -> Tensor:
    """Normalised temperature-scaled cross entropy, equation 1 of SimCLR; InfoNCE with the batch as negatives.

    Memory grows with N, not N^2 (:func:`clrseries.methods.log_sum_exp.log_sum_exp`).

    Parameters
    ----------
    first, second : float (N, K)
        Projections of two views of the same N objects, in the same order; they are
        scaled to unit length here.
    temperature : float
        tau > 0.

    Returns
    -------
    float ()
        Mean over all 2 N anchors.

    Raises
    ------
    ValueError
        Shapes differ or N < 2 (without another object there is nothing to contrast).
    """
    check_pairs("nt_xent", first, second)
    first, second = (functional.normalize(view.float(), dim=-1) for view in (first, second))
    both = torch.cat([first, second])
    itself = torch.arange(len(both), device=both.device)
    alike = (first * second).sum(-1) / temperature
    return (log_sum_exp(both / temperature, both, itself, itself) - alike.repeat(2)).mean()


class SimCLR(Method):
    """The other view of an object, told from all other objects of the batch.

    Parameters
    ----------
    encoder : torch.nn.Module
    projection : int
        Size in which views are compared.
    temperature : float
        Smaller weighs the most similar other objects more.
    """

    summary = "the other view of an object, told from all others of the batch (NT-Xent, InfoNCE)"
    paper = "Chen et al. 2020, arXiv:2002.05709"

    def __init__(self, encoder: Any, projection: int = 128, temperature: float = 0.1) -> None:
        super().__init__(encoder, projection)
        self.temperature = positive("temperature", temperature)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D)."""
        first, second = self.projected(embeddings)
        return nt_xent(first, second, self.temperature)

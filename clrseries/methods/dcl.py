"""Decoupled contrastive learning (Yeh et al. 2022, arXiv:2110.06848): NT-Xent without the positive below the line."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .log_sum_exp import log_sum_exp
from .method import Batch, check_pairs
from .simclr import SimCLR


def dcl_loss(first: Tensor, second: Tensor, temperature: float = 0.1) -> Tensor:
    """Equation 6 of Yeh et al.: -s_positive / tau + ln sum over other objects of exp(s / tau), mean over 2 N anchors.

    Parameters are those of :func:`clrseries.methods.nt_xent`.
    """
    check_pairs("dcl_loss", first, second)
    first, second = (functional.normalize(view.float(), dim=-1) for view in (first, second))
    both = torch.cat([first, second])
    objects = torch.arange(len(first), device=both.device).repeat(2)
    alike = (first * second).sum(-1) / temperature
    return (log_sum_exp(both / temperature, both, objects, objects) - alike.repeat(2)).mean()


class DCL(SimCLR):
    """SimCLR whose gradient does not fade as a pair becomes easy; less dependent on large batches."""

    summary = "SimCLR whose gradient does not fade for easy pairs; works with smaller batches"
    paper = "Yeh et al. 2022, arXiv:2110.06848"

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D)."""
        first, second = self.projected(embeddings)
        return dcl_loss(first, second, self.temperature)

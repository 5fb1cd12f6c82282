"""A copy of a network that follows it slowly (He et al. 2020, arXiv:1911.05722)."""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn

from ..ranks import gather
from .method import by_view


class MomentumCopy(nn.Module):
    """Encoder and projector whose weights are a running mean of those that are trained; gives targets, no gradients.

    Parameters
    ----------
    encoder, projector : torch.nn.Module
    momentum : float
        m in [0, 1]: how much of the copy stays at each step.
    """

    def __init__(self, encoder: nn.Module, projector: nn.Module, momentum: float) -> None:
        super().__init__()
        self.encoder = copy.deepcopy(encoder).requires_grad_(False)
        self.projector = copy.deepcopy(projector).requires_grad_(False)
        self.momentum = momentum

    @torch.no_grad()
    def forward(self, inputs: tuple[Tensor, ...]) -> list[Tensor]:
        """The projections of each view, of the objects of all processes: V tensors (N, K)."""
        objects, views = inputs[0].shape[:2]
        embeddings = self.encoder(*(part.flatten(0, 1) for part in inputs)).float()
        return [gather(view) for view in by_view(self.projector, embeddings.unflatten(0, (objects, views)))]

    @torch.no_grad()
    def follow(self, encoder: nn.Module, projector: nn.Module, progress: float = 0.0) -> None:
        """Move towards the networks, the less the nearer the end: 1 - (1 - m) (cos(pi progress) + 1) / 2 stays.

        The schedule is that of BYOL (Grill et al. 2020, section 3.2). Running statistics are copied.
        """
        stays = 1.0 - (1.0 - self.momentum) * (math.cos(math.pi * progress) + 1.0) / 2.0
        for own, trained in ((self.encoder, encoder), (self.projector, projector)):
            for old, new in zip(own.parameters(), trained.parameters(), strict=True):
                old.lerp_(new.detach(), 1.0 - stays)
            for kept, fresh in zip(own.buffers(), trained.buffers(), strict=True):
                kept.copy_(fresh)

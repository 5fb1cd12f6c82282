"""A momentum encoder: a copy of a network whose weights follow it slowly."""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn

from ..distributed import gather
from ..errors import InputError
from .method import by_view


class MomentumEncoder(nn.Module):
    """Encoder and projector whose weights are a running mean of those of the trained ones; no gradients reach it.

    Parameters
    ----------
    encoder : torch.nn.Module
        Trained encoder, which is copied.
    projector : torch.nn.Module
        Trained projector, which is copied.
    momentum : float
        Share m of the copy that a step keeps, at least 0 and below 1.

    Raises
    ------
    InputError
        The momentum is out of range.

    References
    ----------
    He et al. 2020, arXiv:1911.05722.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods.momentum_encoder import MomentumEncoder
    >>> trained = torch.nn.Linear(1, 1, bias=False)
    >>> target = MomentumEncoder(trained, torch.nn.Identity(), momentum=0.9)
    >>> before = float(target.encoder.weight)
    >>> with torch.no_grad():
    ...     _ = trained.weight.add_(1.0)
    >>> target.follow(trained, torch.nn.Identity())
    >>> round(float(target.encoder.weight) - before, 3)
    0.1
    """

    def __init__(self, encoder: nn.Module, projector: nn.Module, momentum: float) -> None:
        super().__init__()
        if not 0 <= momentum < 1:
            raise InputError(f"momentum must be at least 0 and below 1, got {momentum}")
        self.encoder = copy.deepcopy(encoder).requires_grad_(False)
        self.projector = copy.deepcopy(projector).requires_grad_(False)
        self.momentum = momentum

    @torch.no_grad()
    def forward(self, inputs: tuple[Tensor, ...]) -> list[Tensor]:
        """Return the projections of each view, for the objects of all processes, without gradient.

        Parameters
        ----------
        inputs : tuple of Tensor
            Arrays that the encoder takes, (N, V, P or L) each.

        Returns
        -------
        list of float (N, K)
            One tensor for each of the V views; with W processes, it has W N rows.
        """
        objects, views = inputs[0].shape[:2]
        embeddings = self.encoder(*(part.flatten(0, 1) for part in inputs)).float()
        return [gather(view) for view in by_view(self.projector, embeddings.unflatten(0, (objects, views)))]

    @torch.no_grad()
    def follow(self, encoder: nn.Module, projector: nn.Module, progress: float = 0.0) -> None:
        """Move the weights toward those of the trained networks, by less as the training proceeds.

        A weight becomes a * own + (1 - a) * trained with a = 1 - (1 - m) (cos(pi progress) + 1) / 2. Running statistics are
        copied.

        Parameters
        ----------
        encoder : torch.nn.Module
            Trained encoder.
        projector : torch.nn.Module
            Trained projector.
        progress : float
            Fraction of the training that is done, from 0 to 1; 0 keeps a = m.

        References
        ----------
        The schedule is that of BYOL: Grill et al. 2020, section 3.2.
        """
        stays = 1.0 - (1.0 - self.momentum) * (math.cos(math.pi * progress) + 1.0) / 2.0
        for own, trained in ((self.encoder, encoder), (self.projector, projector)):
            for old, new in zip(own.parameters(), trained.parameters(), strict=True):
                old.lerp_(new.detach(), 1.0 - stays)
            for kept, fresh in zip(own.buffers(), trained.buffers(), strict=True):
                kept.copy_(fresh)

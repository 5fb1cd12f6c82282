"""Low-rank adaptation (Hu et al. 2022, arXiv:2106.09685): a weight is tuned by the product of two thin matrices."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize


class LowRank(nn.Module):
    """W + B A, with A random and B 0 at first: the network begins as it was.

    Parameters
    ----------
    weight : float (out, ...)
        Of a linear layer or a convolution; taken as a matrix (out, rest).
    rank : int
    """

    def __init__(self, weight: Tensor, rank: int) -> None:
        super().__init__()
        out, rest = len(weight), weight[0].numel()
        self.a = nn.Parameter(torch.randn(rank, rest) / rest**0.5)
        self.b = nn.Parameter(torch.zeros(out, rank))

    def forward(self, weight: Tensor) -> Tensor:
        """The tuned weight, of the same shape."""
        return weight + (self.b @ self.a).view_as(weight)


def adapt(network: nn.Module, rank: int) -> list[nn.Parameter]:
    """Freeze `network`, put low-rank terms beside the weights of its linear layers and convolutions, and return those terms."""
    network.requires_grad_(False)
    added: list[nn.Parameter] = []
    for layer in _layers(network):
        term = LowRank(layer.weight, min(rank, len(layer.weight)))
        parametrize.register_parametrization(layer, "weight", term)
        added += term.parameters()
    return added


def merge(network: nn.Module) -> None:
    """Add the low-rank terms to the weights: a network of the usual form again."""
    for layer in _layers(network):
        if parametrize.is_parametrized(layer, "weight"):
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)
    network.requires_grad_(True)


def _layers(network: nn.Module) -> list[Any]:
    return [part for part in network.modules() if isinstance(part, nn.Linear | nn.Conv1d)]

"""Low-rank adaptation (Hu et al. 2022, arXiv:2106.09685): a weight is tuned by the product of two thin matrices."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize


class LowRank(nn.Module):
    """Adds a product B A to a weight, with A random and B zero at first, so that training begins with the weight as it was.

    Parameters
    ----------
    weight : Tensor (out, ...)
        Weight of a linear layer or a convolution; taken as a matrix (out, rest).
    rank : int
        Rank of the product.
    """

    def __init__(self, weight: Tensor, rank: int) -> None:
        super().__init__()
        out, rest = len(weight), weight[0].numel()
        self.a = nn.Parameter(torch.randn(rank, rest) / rest**0.5)
        self.b = nn.Parameter(torch.zeros(out, rank))

    def forward(self, weight: Tensor) -> Tensor:
        """Return the tuned weight.

        Parameters
        ----------
        weight : Tensor (out, ...)
            The weight as it was trained before.

        Returns
        -------
        Tensor (out, ...)
        """
        return weight + (self.b @ self.a).view_as(weight)


def adapt(network: nn.Module, rank: int) -> list[nn.Parameter]:
    """Freeze a network, and add low-rank terms to the weights of its linear layers and convolutions.

    Parameters
    ----------
    network : torch.nn.Module
        Changed in place.
    rank : int
        Rank of the terms, at least 1.

    Returns
    -------
    list of torch.nn.Parameter
        The terms, to be trained.
    """
    network.requires_grad_(False)
    added: list[nn.Parameter] = []
    for layer in _layers(network):
        term = LowRank(layer.weight, min(rank, len(layer.weight)))
        parametrize.register_parametrization(layer, "weight", term)
        added += term.parameters()
    return added


def merge(network: nn.Module) -> None:
    """Add the low-rank terms to the weights, so that the network has its usual form again.

    Parameters
    ----------
    network : torch.nn.Module
        After :func:`adapt`; changed in place.
    """
    for layer in _layers(network):
        if parametrize.is_parametrized(layer, "weight"):
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)
    network.requires_grad_(True)


def _layers(network: nn.Module) -> list[Any]:
    return [part for part in network.modules() if isinstance(part, nn.Linear | nn.Conv1d)]

"""Unit vectors that views are compared with, instead of with each other."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Prototypes(nn.Module):
    """Cosines of (B, K) with `count` learnt directions, (B, count).

    Parameters
    ----------
    projection : int
        K.
    count : int
    """

    def __init__(self, projection: int, count: int) -> None:
        super().__init__()
        self.directions = nn.Parameter(functional.normalize(torch.randn(count, projection), dim=-1))

    def forward(self, projections: Tensor) -> Tensor:
        """(B, K) -> (B, count), each in [-1, 1]."""
        return functional.normalize(projections.float(), dim=-1) @ functional.normalize(self.directions, dim=-1).T

"""Prototypes: learned unit vectors that views are compared with."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Prototypes(nn.Module):
    """Layer that returns the cosines of projections with learned prototypes.

    Parameters
    ----------
    projection_dim : int
        K, size of the projections.
    count : int
        C, number of prototypes.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods.prototypes import Prototypes
    >>> Prototypes(4, count=16)(torch.ones(2, 4)).shape
    torch.Size([2, 16])
    """

    def __init__(self, projection_dim: int, count: int) -> None:
        super().__init__()
        self.directions = nn.Parameter(functional.normalize(torch.randn(count, projection_dim), dim=-1))

    def forward(self, projections: Tensor) -> Tensor:
        """Return the cosine of each projection with each prototype.

        Parameters
        ----------
        projections : float (B, K)
            Projections of B views.

        Returns
        -------
        float32 (B, C)
            From -1 to 1.
        """
        return functional.normalize(projections.float(), dim=-1) @ functional.normalize(self.directions, dim=-1).T

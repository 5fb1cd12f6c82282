"""The last projections of earlier batches, oldest out first (He et al. 2020, arXiv:1911.05722)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Queue(nn.Module):
    """`size` unit vectors (size, K), random at first.

    It is part of the state that a checkpoint keeps. Every process sees the same gathered batch, so all hold the same.

    Parameters
    ----------
    size : int
    projection : int
        K.
    """

    vectors: Tensor
    place: Tensor

    def __init__(self, size: int, projection: int) -> None:
        super().__init__()
        self.register_buffer("vectors", functional.normalize(torch.randn(size, projection), dim=-1))
        self.register_buffer("place", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def push(self, vectors: Tensor) -> None:
        """Take in (N, K), of which the last `size` stay."""
        newest = functional.normalize(vectors[-len(self.vectors) :].detach().float(), dim=-1)
        places = (self.place + torch.arange(len(newest), device=newest.device)) % len(self.vectors)
        self.vectors[places] = newest
        self.place.copy_((self.place + len(newest)) % len(self.vectors))

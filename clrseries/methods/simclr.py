"""SimCLR (Chen et al. 2020, arXiv:2002.05709): the other view of an object against all other objects."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .projector import Projector


def nt_xent(first: Tensor, second: Tensor, temperature: float = 0.1) -> Tensor:
    """Normalised temperature-scaled cross entropy, equation 1 of SimCLR.

    Parameters
    ----------
    first, second : float (N, D)
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
    if first.shape != second.shape or first.ndim != 2 or len(first) < 2:
        raise ValueError(
            f"nt_xent needs two (N, D) tensors of the same shape with N >= 2, "
            f"got {tuple(first.shape)} and {tuple(second.shape)}"
        )
    both = functional.normalize(torch.cat([first, second]).float(), dim=-1)
    similarity = both @ both.T / temperature
    itself = torch.eye(len(both), dtype=torch.bool, device=both.device)
    partner = torch.arange(len(both), device=both.device).roll(len(first))
    return functional.cross_entropy(similarity.masked_fill(itself, -torch.inf), partner)


class SimCLR(nn.Module):
    """Projector and loss.

    Parameters
    ----------
    embedding : int
        D, size of the encoder's output.
    projection : int
        Size in which views are compared.
    temperature : float
    """

    def __init__(self, embedding: int, projection: int = 128, temperature: float = 0.1) -> None:
        super().__init__()
        self.temperature = temperature
        self.projector = Projector(embedding, projection)

    def forward(self, embeddings: Tensor) -> Tensor:
        """Loss of embeddings (N, 2, D): two views of N objects."""
        objects, views, size = embeddings.shape
        if views != 2:
            raise ValueError(f"SimCLR compares two views of each object, got {views}")
        projected = self.projector(embeddings.transpose(0, 1).reshape(2 * objects, size))
        return nt_xent(projected[:objects], projected[objects:], self.temperature)

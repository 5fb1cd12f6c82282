"""The small network between an embedding and the space in which views are compared."""

from __future__ import annotations

from torch import Tensor, nn


class Projector(nn.Module):
    """Two layers, (B, D) -> (B, K) (Chen et al. 2020, section 4.2).

    What is before it keeps more (better for probes), what is after it is what the
    loss made alike (better for finding the same source again).

    Parameters
    ----------
    embedding : int
        D.
    projection : int
        K.
    """

    def __init__(self, embedding: int, projection: int = 128) -> None:
        super().__init__()
        self.settings = {"embedding": embedding, "projection": projection}
        self.layers = nn.Sequential(
            nn.GELU(),
            nn.Linear(embedding, embedding, bias=False),
            nn.BatchNorm1d(embedding),
            nn.GELU(),
            nn.Linear(embedding, projection),
        )

    def forward(self, embeddings: Tensor) -> Tensor:
        """(B, D) -> (B, K)."""
        return self.layers(embeddings)

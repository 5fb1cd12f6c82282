"""The small networks behind an encoder: into the space where views are compared, and from one view to the other."""

from __future__ import annotations

from torch import Tensor, nn

from ..encoders.batch_norm import BatchNorm


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
            BatchNorm(embedding),
            nn.GELU(),
            nn.Linear(embedding, projection),
        )

    def forward(self, embeddings: Tensor) -> Tensor:
        """(B, D) -> (B, K)."""
        return self.layers(embeddings)


class Predictor(nn.Module):
    """From the projection of one view to that of the other, (B, K) -> (B, K) (Grill et al. 2020, section 3.3).

    Parameters
    ----------
    projection : int
        K.
    hidden : int
    """

    def __init__(self, projection: int, hidden: int = 256) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(projection, hidden, bias=False), BatchNorm(hidden), nn.ReLU(), nn.Linear(hidden, projection)
        )

    def forward(self, projections: Tensor) -> Tensor:
        """(B, K) -> (B, K)."""
        return self.layers(projections)

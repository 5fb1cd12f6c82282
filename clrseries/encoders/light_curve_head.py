"""The last layers of every encoder of light curves."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class LightCurveHead(nn.Module):
    """Two layers that turn the pooled vector of a light curve and the flux levels of its bands into the embedding.

    Parameters
    ----------
    pooled : int
        Q, size of the pooled vector.
    bands : int
        Number of bands.
    embedding_dim : int
        D, size of the embedding.
    """

    def __init__(self, pooled: int, bands: int, embedding_dim: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(pooled)
        hidden = 2 * embedding_dim
        self.layers = nn.Sequential(nn.Linear(pooled + 2 * bands, hidden), nn.GELU(), nn.Linear(hidden, embedding_dim))

    def forward(self, pooled: Tensor, levels: Tensor) -> Tensor:
        """Return the embeddings of light curves.

        Parameters
        ----------
        pooled : float (B, Q)
            One vector for each light curve, pooled over its points or bins.
        levels : float (B, 2 bands)
            Levels of the bands, as :class:`StandardizePoints` returns them.

        Returns
        -------
        float (B, D)
            One embedding for each light curve.
        """
        return self.layers(torch.cat([self.norm(pooled), levels.to(pooled.dtype)], dim=-1))

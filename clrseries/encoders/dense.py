"""A residual network whose first layer sees the whole spectrum at once."""

from __future__ import annotations

from torch import Tensor, nn

from .batch_norm import BatchNorm
from .standard import Standardize


class ResidualDense(nn.Module):
    """One linear map of all pixels, then residual blocks; for spectra in one frame on one grid.

    A convolution's local filters, being the same everywhere, pick up the noise of a
    spectrum as well as its lines, and contrastive training uses what it can: two views
    share their source's own noise. A map of the whole spectrum can only average it.

    Parameters
    ----------
    pixels : int
        P, pixels of the grid.
    width : int
        Hidden units.
    embedding : int
        D, size of the embedding.
    blocks : int
        Residual blocks.
    """

    def __init__(self, pixels: int, width: int = 512, embedding: int = 256, blocks: int = 1) -> None:
        super().__init__()
        self.settings = {"pixels": pixels, "width": width, "embedding": embedding, "blocks": blocks}
        self.embedding = embedding
        self.standard = Standardize(pixels)
        self.stem = nn.Sequential(nn.Flatten(), nn.Linear(2 * pixels, width, bias=False), BatchNorm(width))
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.GELU(), nn.Linear(width, width, bias=False), BatchNorm(width)) for _ in range(blocks)
        )
        self.head = nn.Sequential(nn.GELU(), nn.Linear(width, embedding, bias=False), BatchNorm(embedding))

    def forward(self, flux: Tensor, ivar: Tensor) -> Tensor:
        """Embed spectra.

        Parameters
        ----------
        flux, ivar : float32 (B, P)

        Returns
        -------
        float32 (B, D)
        """
        hidden = self.stem(self.standard(flux, ivar))
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return self.head(hidden)

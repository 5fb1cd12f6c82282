"""A residual network whose first layer reads the whole spectrum at once."""

from __future__ import annotations

from torch import Tensor, nn

from .batch_norm import BatchNorm
from .standardize_pixels import StandardizePixels


class ResidualDense(nn.Module):
    """Encoder of spectra that applies one linear layer to all pixels, then residual blocks; for spectra on one grid.

    Two views of one source share the noise of the measured spectrum, and contrastive training can use this noise to match
    them. The local filters of a convolution carry noise on as well as lines; a linear layer over all pixels averages it.

    Parameters
    ----------
    pixels : int
        P, pixels of the grid.
    width : int
        Hidden units.
    embedding_dim : int
        D, size of the embedding.
    blocks : int
        Residual blocks, at least 0.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> ResidualDense(pixels=400, width=32, embedding_dim=16)(torch.ones(2, 400), torch.ones(2, 400)).shape
    torch.Size([2, 16])
    """

    def __init__(self, pixels: int, width: int = 512, embedding_dim: int = 256, blocks: int = 1) -> None:
        super().__init__()
        self.settings = {"pixels": pixels, "width": width, "embedding_dim": embedding_dim, "blocks": blocks}
        self.embedding_dim = embedding_dim
        self.standardize = StandardizePixels(pixels)
        self.stem = nn.Sequential(nn.Flatten(), nn.Linear(2 * pixels, width, bias=False), BatchNorm(width))
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.GELU(), nn.Linear(width, width, bias=False), BatchNorm(width)) for _ in range(blocks)
        )
        self.head = nn.Sequential(nn.GELU(), nn.Linear(width, embedding_dim, bias=False), BatchNorm(embedding_dim))

    def forward(self, flux: Tensor, ivar: Tensor) -> Tensor:
        """Return the embeddings of spectra.

        Parameters
        ----------
        flux, ivar : float32 (B, P)
            Spectra; ``ivar == 0`` where there is no information.

        Returns
        -------
        float32 (B, D)
            One embedding for each spectrum.
        """
        hidden = self.stem(self.standardize(flux, ivar))
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return self.head(hidden)

"""A one-dimensional residual network for spectra on a common grid."""

from __future__ import annotations

from torch import Tensor, nn

from .batch_norm import BatchNorm
from .standardize_pixels import StandardizePixels

PATCH = 16  # pixels that become one position of the first stage


class Residual(nn.Module):
    """Residual block of two convolutions with batch normalization.

    Parameters
    ----------
    inward, outward : int
        Channels before and after the block, C and C'.
    stride : int
        Step of the first convolution, at least 1.
    kernel : int
        Pixels that a convolution reads; odd.
    """

    def __init__(self, inward: int, outward: int, stride: int, kernel: int = 5) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            nn.Conv1d(inward, outward, kernel, stride, kernel // 2, bias=False),
            BatchNorm(outward),
            nn.ReLU(),
            nn.Conv1d(outward, outward, kernel, 1, kernel // 2, bias=False),
            BatchNorm(outward),
        )
        same = inward == outward and stride == 1
        self.shortcut = nn.Identity() if same else nn.Conv1d(inward, outward, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Return the feature maps after one block.

        Parameters
        ----------
        x : float (B, C, L)
            Feature maps.

        Returns
        -------
        float (B, C', ceil(L / stride))
            Feature maps, not below 0.
        """
        return nn.functional.relu(self.shortcut(x) + self.branch(x))


class ResNet1d(nn.Module):
    """Encoder of spectra that applies residual convolutions and keeps the position of each feature; for spectra on one grid.

    The last feature maps are flattened, not averaged over positions: on a fixed rest-frame grid, the position of a line says
    which line it is.

    Parameters
    ----------
    pixels : int
        P, pixels of the grid, at least 16; the last P modulo 16 are not used.
    width : int
        Channels of the first stage; the second has twice as many.
    embedding_dim : int
        D, size of the embedding.

    References
    ----------
    After He et al. 2016, arXiv:1512.03385.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResNet1d
    >>> ResNet1d(pixels=400, width=8, embedding_dim=16)(torch.ones(2, 400), torch.ones(2, 400)).shape
    torch.Size([2, 16])
    """

    def __init__(self, pixels: int, width: int = 32, embedding_dim: int = 256) -> None:
        super().__init__()
        self.settings = {"pixels": pixels, "width": width, "embedding_dim": embedding_dim}
        self.patches = pixels // PATCH
        self.embedding_dim = embedding_dim
        self.standardize = StandardizePixels(pixels)
        # A linear layer on each patch: on a CPU, the equivalent strided convolution of two channels
        # would take longer than the rest of the network.
        self.stem = nn.Linear(2 * PATCH, width, bias=False)
        self.stem_norm = BatchNorm(width)
        self.body = nn.Sequential(Residual(width, width, stride=1), Residual(width, 2 * width, stride=2))
        length = -(-self.patches // 2)
        self.head = nn.Sequential(
            nn.Flatten(), nn.Linear(2 * width * length, embedding_dim, bias=False), BatchNorm(embedding_dim)
        )

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
        both = self.standardize(flux, ivar)[..., : PATCH * self.patches]
        patches = both.unflatten(-1, (self.patches, PATCH)).transpose(1, 2).flatten(2)
        maps = nn.functional.relu(self.stem_norm(self.stem(patches).transpose(1, 2)))
        return self.head(self.body(maps))

"""A 1-D residual network for spectra on a common grid (after He et al. 2016, arXiv:1512.03385)."""

from __future__ import annotations

from torch import Tensor, nn

from .batch_norm import BatchNorm
from .standard import Standardize

PATCH = 16  # pixels read by one position of the first stage


class Residual(nn.Module):
    """Two convolutions and a shortcut; (B, C, L) -> (B, C', ceil(L / stride))."""

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
        """(B, C, L) -> (B, C', L')."""
        return nn.functional.relu(self.shortcut(x) + self.branch(x))


class ResNet1d(nn.Module):
    """Residual network whose head keeps wavelength: feature maps are flattened, not averaged.

    On a fixed rest-frame grid a line's position says which line it is; averaging
    over positions would throw that away.

    Parameters
    ----------
    pixels : int
        P, pixels of the grid.
    width : int
        Channels of the first stage; doubled once.
    embedding : int
        D, size of the embedding.
    """

    def __init__(self, pixels: int, width: int = 32, embedding: int = 256) -> None:
        super().__init__()
        self.settings = {"pixels": pixels, "width": width, "embedding": embedding}
        self.patches = pixels // PATCH
        self.embedding = embedding
        self.standard = Standardize(pixels)
        # A patch per position as one matrix product: a strided convolution of two
        # channels costs a CPU more than all the rest of the network.
        self.stem = nn.Linear(2 * PATCH, width, bias=False)
        self.stem_norm = BatchNorm(width)
        self.body = nn.Sequential(Residual(width, width, stride=1), Residual(width, 2 * width, stride=2))
        length = -(-self.patches // 2)
        self.head = nn.Sequential(
            nn.Flatten(), nn.Linear(2 * width * length, embedding, bias=False), BatchNorm(embedding)
        )

    def forward(self, flux: Tensor, ivar: Tensor) -> Tensor:
        """Embed spectra.

        Parameters
        ----------
        flux, ivar : float32 (B, P)

        Returns
        -------
        float32 (B, D)
        """
        both = self.standard(flux, ivar)[..., : PATCH * self.patches]
        patches = both.unflatten(-1, (self.patches, PATCH)).transpose(1, 2).flatten(2)
        maps = nn.functional.relu(self.stem_norm(self.stem(patches).transpose(1, 2)))
        return self.head(self.body(maps))

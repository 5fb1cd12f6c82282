"""ConvNeXt blocks over patches of a spectrum: one model for the grids of several instruments."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor, nn

from .patches import Patches
from .pool import Pool
from .sizes import size_of


class ConvNeXt1d(nn.Module):
    """Encoder of spectra that applies ConvNeXt blocks to patches of pixels.

    Each patch of pixels becomes one vector, which also encodes the wavelength of the patch; so the same weights work on
    other grids. An average with learned weights turns the vectors of all patches into the embedding.

    Parameters
    ----------
    wavelength : float (P,)
        Centers of the pixels it is trained on [Angstrom]; each call can give others.
    size : {"tiny", "small", "base"}
        About 0.2, 1 or 5 million parameters.
    embedding_dim : int
        D, size of the embedding.
    patch : int
        Pixels of one patch, from 1 to P.

    Raises
    ------
    InputError
        There is no such size, or `wavelength` is not one row of at least `patch` pixels.

    References
    ----------
    Liu et al. 2022, arXiv:2201.03545.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ConvNeXt1d
    >>> encoder = ConvNeXt1d(torch.linspace(4000, 6800, 400), embedding_dim=16)
    >>> encoder(torch.ones(2, 400), torch.ones(2, 400)).shape
    torch.Size([2, 16])
    """

    sizes: ClassVar[dict[str, dict[str, int]]] = {
        "tiny": {"width": 64, "blocks": 5},
        "small": {"width": 128, "blocks": 8},
        "base": {"width": 256, "blocks": 10},
    }

    def __init__(self, wavelength: Any, size: str = "tiny", embedding_dim: int = 256, patch: int = 8) -> None:
        super().__init__()
        shape = size_of(self.sizes, size)
        width = shape["width"]
        self.patches = Patches(wavelength, patch, width)
        self.settings: dict[str, Any] = {
            "wavelength": self.patches.wavelength.tolist(), "size": size, "embedding_dim": embedding_dim, "patch": patch,
        }  # fmt: skip
        self.embedding_dim = embedding_dim
        self.blocks = nn.ModuleList(ConvNeXtBlock(width) for _ in range(shape["blocks"]))
        self.pool = Pool(width, "attention")
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, embedding_dim))

    def forward(self, flux: Tensor, ivar: Tensor, wavelength: Tensor | None = None) -> Tensor:
        """Return the embeddings of spectra.

        Parameters
        ----------
        flux, ivar : float32 (B, P)
            Spectra; ``ivar == 0`` where there is no information.
        wavelength : float (P,) or (B, P), optional
            Centers of the pixels [Angstrom], if they differ from those of the training.

        Returns
        -------
        float32 (B, D)
            One embedding for each spectrum.
        """
        tokens, holds = self.patches(flux, ivar, wavelength)
        for block in self.blocks:
            tokens = block(tokens * holds.unsqueeze(-1))
        return self.head(self.pool(tokens, holds))


class ConvNeXtBlock(nn.Module):
    """ConvNeXt block: a convolution of each channel along the tokens, a two-layer network on each token, and a shortcut.

    Parameters
    ----------
    width : int
        D, channels of a token.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.along = nn.Conv1d(width, width, 7, padding=3, groups=width)
        self.across = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the tokens after one block.

        Parameters
        ----------
        tokens : float (B, T, D)
            T tokens of each of B spectra.

        Returns
        -------
        float (B, T, D)
            Changed tokens.
        """
        return tokens + self.across(self.along(tokens.transpose(1, 2)).transpose(1, 2))

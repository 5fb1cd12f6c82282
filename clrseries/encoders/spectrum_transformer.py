"""A transformer over patches of a spectrum: one model for the grids of several instruments."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from .patches import Patches
from .pool import Pool
from .sizes import size_of
from .transformer_block import TransformerBlock


class SpectrumTransformer(nn.Module):
    """Encoder of spectra that applies attention to patches of pixels.

    Each patch of pixels becomes one token, which also encodes the wavelength of the patch; so the same weights work on other
    grids. An average with learned weights turns the tokens into the embedding.

    Parameters
    ----------
    wavelength : float (P,)
        Centers of the pixels it is trained on [Angstrom]; each call can give others.
    size : {"tiny", "small", "base"}
        About 0.2, 0.8 or 4 million parameters.
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
    After ViT: Dosovitskiy et al. 2021, arXiv:2010.11929.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import SpectrumTransformer
    >>> encoder = SpectrumTransformer(torch.linspace(4000, 6800, 400), embedding_dim=16)
    >>> encoder(torch.ones(2, 400), torch.ones(2, 400)).shape
    torch.Size([2, 16])
    """

    sizes: ClassVar[dict[str, dict[str, int]]] = {
        "tiny": {"width": 64, "blocks": 4, "heads": 4},
        "small": {"width": 128, "blocks": 6, "heads": 4},
        "base": {"width": 256, "blocks": 8, "heads": 8},
    }

    def __init__(self, wavelength: Any, size: str = "tiny", embedding_dim: int = 256, patch: int = 16) -> None:
        super().__init__()
        shape = size_of(self.sizes, size)
        self.patches = Patches(wavelength, patch, shape["width"])
        self.settings: dict[str, Any] = {
            "wavelength": self.patches.wavelength.tolist(), "size": size, "embedding_dim": embedding_dim, "patch": patch,
        }  # fmt: skip
        self.embedding_dim = embedding_dim
        self.blocks = nn.ModuleList(TransformerBlock(shape["width"], shape["heads"]) for _ in range(shape["blocks"]))
        self.pool = Pool(shape["width"], "attention")
        self.head = nn.Sequential(nn.LayerNorm(shape["width"]), nn.Linear(shape["width"], embedding_dim))

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
        bias = torch.where(holds, 0.0, -1e4)[:, None, None, :]
        for block in self.blocks:
            tokens = block(tokens, bias)
        return self.head(self.pool(tokens, holds))

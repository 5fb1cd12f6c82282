"""Encoders of spectra whose positions are wavelengths: one model for several instruments' grids."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ..errors import InputError
from .attention import Block
from .points import Pool
from .sizes import size_of

PIVOT = 5000.0  # Angstrom
FINEST, COARSEST = 2e-3, 4.0  # periods of the position encoding in ln(wavelength)


class WavelengthWaves(nn.Module):
    """ln(wavelength) as sines and cosines, between periods of 0.2 per cent and of many ranges; nothing is learnt."""

    frequency: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        period = torch.logspace(math.log10(COARSEST), math.log10(FINEST), width // 2)
        self.register_buffer("frequency", 2.0 * math.pi / period)

    def forward(self, wavelength: Tensor) -> Tensor:
        """(..., T) [Angstrom] -> (..., T, width), in float32."""
        phase = torch.log(wavelength.float() / PIVOT).unsqueeze(-1) * self.frequency.float()
        return torch.cat([phase.sin(), phase.cos()], dim=-1)


class Patches(nn.Module):
    """Flux and ivar to one token for each run of `patch` pixels, at the wavelength of its middle.

    Flux is divided by its mean over good pixels; the second channel says how well a pixel is measured. A patch
    without any good pixel is masked.
    """

    wavelength: Tensor

    def __init__(self, wavelength: Any, patch: int, width: int) -> None:
        super().__init__()
        centres = torch.as_tensor(wavelength, dtype=torch.float32)
        if centres.ndim != 1 or len(centres) < patch:
            raise InputError(f"wavelength must be one row of at least {patch} pixels, got shape {tuple(centres.shape)}")
        self.patch = patch
        self.register_buffer("wavelength", centres)
        self.project = nn.Linear(2 * patch, width)
        self.waves = WavelengthWaves(width)
        self.position = nn.Linear(width, width)

    def forward(self, flux: Tensor, ivar: Tensor, wavelength: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(B, P), (B, P), (P,) or (B, P) [Angstrom] -> tokens (B, T, D), whether each holds data (B, T)."""
        wave = self.wavelength if wavelength is None else wavelength
        if wave.shape[-1] != flux.shape[-1]:
            raise InputError(f"the spectra have {flux.shape[-1]} pixels and the wavelengths {wave.shape[-1]}")
        good = (ivar > 0).to(flux.dtype)
        mean = (flux * good).sum(-1, keepdim=True) / good.sum(-1, keepdim=True).clamp(min=1.0)
        value = (flux / torch.where(mean.abs() > 1e-6, mean, torch.ones_like(mean)) - 1.0) * good
        signal = torch.log1p(ivar.sqrt() * mean.abs()) / 3.0 - 1.0
        count = flux.shape[-1] // self.patch
        both = torch.stack([value, signal], dim=-1)[:, : count * self.patch]
        tokens = self.project(both.unflatten(1, (count, self.patch)).flatten(2))
        middle = wave[..., : count * self.patch].unflatten(-1, (count, self.patch)).mean(-1)
        holds = good[:, : count * self.patch].unflatten(1, (count, self.patch)).amax(-1) > 0
        return tokens + self.position(self.waves(middle).to(tokens.dtype)), holds


class SpectrumTransformer(nn.Module):
    """A transformer over patches of a spectrum (after ViT, Dosovitskiy et al. 2021, arXiv:2010.11929).

    Parameters
    ----------
    wavelength : float (P,)
        Centres of the pixels it is trained on [Angstrom]; others can be given with each call.
    size : str
        ``"tiny"``, ``"small"`` or ``"base"``: about 0.2, 1 and 6 million parameters.
    embedding : int
        D, size of the embedding.
    patch : int
        Pixels of one patch.
    """

    sizes: ClassVar[dict[str, dict[str, int]]] = {
        "tiny": {"width": 64, "blocks": 4, "heads": 4},
        "small": {"width": 128, "blocks": 6, "heads": 4},
        "base": {"width": 256, "blocks": 8, "heads": 8},
    }

    def __init__(self, wavelength: Any, size: str = "tiny", embedding: int = 256, patch: int = 16) -> None:
        super().__init__()
        shape = size_of(self.sizes, size)
        self.patches = Patches(wavelength, patch, shape["width"])
        self.settings: dict[str, Any] = {
            "wavelength": self.patches.wavelength.tolist(), "size": size, "embedding": embedding, "patch": patch,
        }  # fmt: skip
        self.embedding = embedding
        self.blocks = nn.ModuleList(Block(shape["width"], shape["heads"]) for _ in range(shape["blocks"]))
        self.pool = Pool(shape["width"], "attention")
        self.head = nn.Sequential(nn.LayerNorm(shape["width"]), nn.Linear(shape["width"], embedding))

    def forward(self, flux: Tensor, ivar: Tensor, wavelength: Tensor | None = None) -> Tensor:
        """Embed spectra.

        Parameters
        ----------
        flux, ivar : float32 (B, P)
        wavelength : float (P,) or (B, P), optional
            [Angstrom], where it is not that of the training.

        Returns
        -------
        float32 (B, D)
        """
        tokens, holds = self.patches(flux, ivar, wavelength)
        bias = torch.where(holds, 0.0, -1e4)[:, None, None, :]
        for block in self.blocks:
            tokens = block(tokens, bias)
        return self.head(self.pool(tokens, holds))


class ConvNeXt1d(nn.Module):
    """ConvNeXt blocks over patches of a spectrum (Liu et al. 2022, arXiv:2201.03545), positions in wavelength.

    Parameters are those of :class:`SpectrumTransformer`.
    """

    sizes: ClassVar[dict[str, dict[str, int]]] = {
        "tiny": {"width": 64, "blocks": 5},
        "small": {"width": 128, "blocks": 8},
        "base": {"width": 256, "blocks": 10},
    }

    def __init__(self, wavelength: Any, size: str = "tiny", embedding: int = 256, patch: int = 8) -> None:
        super().__init__()
        shape = size_of(self.sizes, size)
        width = shape["width"]
        self.patches = Patches(wavelength, patch, width)
        self.settings: dict[str, Any] = {
            "wavelength": self.patches.wavelength.tolist(), "size": size, "embedding": embedding, "patch": patch,
        }  # fmt: skip
        self.embedding = embedding
        self.blocks = nn.ModuleList(NextBlock(width) for _ in range(shape["blocks"]))
        self.pool = Pool(width, "attention")
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, embedding))

    def forward(self, flux: Tensor, ivar: Tensor, wavelength: Tensor | None = None) -> Tensor:
        """Embed spectra; arguments as for :class:`SpectrumTransformer`."""
        tokens, holds = self.patches(flux, ivar, wavelength)
        for block in self.blocks:
            tokens = block(tokens * holds.unsqueeze(-1))
        return self.head(self.pool(tokens, holds))


class NextBlock(nn.Module):
    """A convolution for each channel on its own, then a network for each position, (B, T, D) -> (B, T, D)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.along = nn.Conv1d(width, width, 7, padding=3, groups=width)
        self.across = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, T, D) -> (B, T, D)."""
        return tokens + self.across(self.along(tokens.transpose(1, 2)).transpose(1, 2))

"""Patches of neighboring pixels as tokens whose positions are wavelengths."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import InputError

PIVOT = 5000.0  # [Angstrom], where the phase of every wave is 0
FINEST, COARSEST = 2e-3, 4.0  # shortest and longest period of the position encoding in ln(wavelength)


class WavelengthEncoding(nn.Module):
    """Encoding of wavelength as sines and cosines of ln(wavelength), with fixed frequencies.

    Periods are spaced evenly in the logarithm, from 0.002 to 4 in ln(wavelength): from about 0.2 percent of the wavelength to
    more than the range of any spectrum.

    Parameters
    ----------
    width : int
        W, number of sines and cosines together; even.
    """

    frequency: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        period = torch.logspace(math.log10(COARSEST), math.log10(FINEST), width // 2)
        self.register_buffer("frequency", 2.0 * math.pi / period)

    def forward(self, wavelength: Tensor) -> Tensor:
        """Return the encoding of wavelengths.

        Parameters
        ----------
        wavelength : float (..., T)
            Wavelengths [Angstrom], above 0.

        Returns
        -------
        float32 (..., T, W)
            Sines, then cosines.
        """
        phase = torch.log(wavelength.float() / PIVOT).unsqueeze(-1) * self.frequency.float()
        return torch.cat([phase.sin(), phase.cos()], dim=-1)


class Patches(nn.Module):
    """Layer that turns flux and ivar into one token for each patch of neighboring pixels.

    A pixel has two channels: flux over its mean on the good pixels, minus 1, and how well it is measured. To each token, an
    encoding of the mean wavelength of its patch is added. Pixels after the last whole patch are not used.

    Parameters
    ----------
    wavelength : float (P,)
        Centers of the pixels, used where a call gives no others [Angstrom].
    patch : int
        Pixels of one patch, from 1 to P.
    width : int
        D, channels of a token; even.

    Raises
    ------
    InputError
        The argument `wavelength` is not one row of at least `patch` pixels.
    """

    wavelength: Tensor

    def __init__(self, wavelength: Any, patch: int, width: int) -> None:
        super().__init__()
        centers = torch.as_tensor(wavelength, dtype=torch.float32)
        if centers.ndim != 1 or len(centers) < patch:
            raise InputError(f"wavelength must be one row of at least {patch} pixels, got shape {tuple(centers.shape)}")
        self.patch = patch
        self.register_buffer("wavelength", centers)
        self.project = nn.Linear(2 * patch, width)
        self.waves = WavelengthEncoding(width)
        self.position = nn.Linear(width, width)

    def forward(self, flux: Tensor, ivar: Tensor, wavelength: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the tokens of spectra, and which of them hold data.

        Parameters
        ----------
        flux, ivar : float32 (B, P)
            Spectra; ``ivar == 0`` where there is no information.
        wavelength : float (P,) or (B, P), optional
            Centers of the pixels [Angstrom], if they differ from those given to the layer.

        Returns
        -------
        tuple of float (B, T, D) and bool (B, T)
            T tokens of each spectrum, and whether a token has at least one good pixel.

        Raises
        ------
        InputError
            Flux and wavelength have different numbers of pixels.
        """
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

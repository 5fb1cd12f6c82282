"""Convolutions over a light curve: on a regular grid of time or phase, or along its points."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ..errors import InputError
from .points import Pool, StandardPoints
from .sizes import size_of


class CurveConv(nn.Module):
    """Residual convolutions on the curve binned in time, or in phase where it is folded.

    Each band is averaged (ivar-weighted) within `bins` bins between `start` and `stop`; a second channel says how well a
    bin is measured. On phases the convolutions go round.

    Parameters
    ----------
    bands : int
    size : str
        ``"tiny"``, ``"small"`` or ``"base"``: about 0.2, 0.9 and 4 million parameters.
    embedding : int
        D, size of the embedding.
    bins : int
    start, stop : float
        Of the bins [day]; 0 and 1 for phases. Points outside count to the nearest bin.
    folded : bool
        Whether what is given is phases.
    """

    sizes = {
        "tiny": {"width": 48, "blocks": 4},
        "small": {"width": 96, "blocks": 5},
        "base": {"width": 192, "blocks": 6},
    }

    def __init__(
        self,
        bands: int,
        size: str = "tiny",
        embedding: int = 128,
        bins: int = 64,
        start: float = 0.0,
        stop: float = 1.0,
        folded: bool = True,
    ) -> None:
        super().__init__()
        shape = size_of(self.sizes, size)
        if bins < 4 or not start < stop:
            raise InputError(f"CurveConv needs at least 4 bins and start < stop, got {bins}, {start} and {stop}")
        self.settings: dict[str, Any] = {
            "bands": bands, "size": size, "embedding": embedding, "bins": bins, "start": start, "stop": stop, "folded": folded,
        }  # fmt: skip
        self.embedding, self.bands, self.bins = embedding, bands, bins
        self.start, self.stop = start, stop
        width, mode = shape["width"], "circular" if folded else "zeros"
        self.standard = StandardPoints(bands)
        self.stem = nn.Conv1d(2 * bands, width, 5, padding=2, padding_mode=mode)
        self.blocks = nn.ModuleList(Residual(width, 1, mode) for _ in range(shape["blocks"]))
        self.head = nn.Sequential(nn.LayerNorm(2 * width), nn.Linear(2 * width, embedding))

    def forward(self, time: Tensor, flux: Tensor, ivar: Tensor, band: Tensor) -> Tensor:
        """Embed light curves; arguments as for :class:`CurveTransformer`, (B, L) each -> (B, D)."""
        maps = nn.functional.gelu(self.stem(self.binned(time, flux, ivar, band)))
        for block in self.blocks:
            maps = block(maps)
        return self.head(torch.cat([maps.mean(-1), maps.amax(-1)], dim=-1))

    def binned(self, time: Tensor, flux: Tensor, ivar: Tensor, band: Tensor) -> Tensor:
        """(B, 2 bands, bins): mean flux and ln(1 + its S/N for a unit flux) / 3 of each bin."""
        band = band.long()
        weight = ivar * self.standard.scatter[band].square()
        value = self.standard(flux, ivar, band)[..., 0]
        place = ((time - self.start) * (self.bins / (self.stop - self.start))).long().clamp(0, self.bins - 1)
        cell = band * self.bins + place
        empty = torch.zeros(len(time), self.bands * self.bins, dtype=weight.dtype, device=time.device)
        total = empty.scatter_add(1, cell, weight)
        mean = empty.scatter_add(1, cell, weight * value) / total.clamp(min=1e-12)
        both = torch.stack([mean, torch.log1p(total.sqrt()) / 3.0], dim=1)
        return both.unflatten(-1, (self.bands, self.bins)).flatten(1, 2)


class CurveTCN(nn.Module):
    """Dilated convolutions along the points, whatever their distance (Bai et al. 2018, arXiv:1803.01271, not causal).

    Channels are flux, error, the band (one-hot) and the time since the point before; each block doubles the dilation.

    Parameters
    ----------
    bands : int
    size : str
        ``"tiny"``, ``"small"`` or ``"base"``: about 0.2, 0.9 and 5 million parameters.
    embedding : int
        D, size of the embedding.
    """

    sizes = {
        "tiny": {"width": 64, "blocks": 5},
        "small": {"width": 128, "blocks": 6},
        "base": {"width": 256, "blocks": 7},
    }

    def __init__(self, bands: int, size: str = "tiny", embedding: int = 128) -> None:
        super().__init__()
        shape = size_of(self.sizes, size)
        self.settings: dict[str, Any] = {"bands": bands, "size": size, "embedding": embedding}
        self.embedding, self.bands = embedding, bands
        width = shape["width"]
        self.standard = StandardPoints(bands)
        self.stem = nn.Conv1d(3 + bands, width, 1)
        self.blocks = nn.ModuleList(Residual(width, 2**k, "zeros") for k in range(shape["blocks"]))
        self.pool = Pool(width, "attention")
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, embedding))

    def forward(self, time: Tensor, flux: Tensor, ivar: Tensor, band: Tensor) -> Tensor:
        """Embed light curves; arguments as for :class:`CurveTransformer`, (B, L) each -> (B, D)."""
        good = (ivar > 0).unsqueeze(1)
        points = self.standard(flux, ivar, band.long()).transpose(1, 2)
        since = nn.functional.pad(time[:, 1:] - time[:, :-1], (1, 0)).clamp(min=0.0)
        kinds = nn.functional.one_hot(band.long(), self.bands).transpose(1, 2).to(points.dtype)
        maps = self.stem(torch.cat([points, torch.log1p(since).unsqueeze(1), kinds], dim=1)) * good
        for block in self.blocks:
            maps = block(maps) * good
        return self.head(self.pool(maps.transpose(1, 2), good.squeeze(1)))


class Residual(nn.Module):
    """Two convolutions and a shortcut, (B, C, L) -> (B, C, L)."""

    def __init__(self, width: int, dilation: int, mode: str) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(1, width)
        self.wide = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, padding_mode=mode)
        self.narrow = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, padding_mode=mode)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, L) -> (B, C, L)."""
        return maps + self.narrow(nn.functional.gelu(self.wide(self.norm(maps))))

"""Convolutions over a light curve: on a regular grid of time or phase, or along its points."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from ..errors import InputError
from .points import CurveHead, Pool, StandardPoints
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

    sizes: ClassVar[dict[str, dict[str, int]]] = {
        "tiny": {"width": 64, "blocks": 5},
        "small": {"width": 128, "blocks": 6},
        "base": {"width": 256, "blocks": 8},
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
        width = shape["width"]
        mode: Literal["zeros", "circular"] = "circular" if folded else "zeros"
        self.standard = StandardPoints(bands)
        self.stem = nn.Conv1d(2 * bands, width, 5, padding=2, padding_mode=mode)
        self.blocks = nn.ModuleList(Residual(width, 1, mode) for _ in range(shape["blocks"]))
        self.head = CurveHead(2 * width, bands, embedding)

    def forward(self, time: Tensor, flux: Tensor, ivar: Tensor, band: Tensor) -> Tensor:
        """Embed light curves; arguments as for :class:`CurveTransformer`, (B, L) each -> (B, D)."""
        points, levels = self.standard(flux, ivar, band.long())
        maps = nn.functional.gelu(self.stem(self.binned(time, points[..., 0], ivar, band.long())))
        for block in self.blocks:
            maps = block(maps)
        return self.head(torch.cat([maps.mean(-1), maps.amax(-1)], dim=-1), levels)

    def binned(self, time: Tensor, value: Tensor, ivar: Tensor, band: Tensor) -> Tensor:
        """(B, 2 bands, bins): mean of the points' first channel and ln(1 + its S/N for a unit of it) / 3 of each bin."""
        weight = ivar * self.standard.within[band].square()
        place = ((time - self.start) * (self.bins / (self.stop - self.start))).long().clamp(0, self.bins - 1)
        cell = band * self.bins + place
        empty = torch.zeros(time.shape[0], self.bands * self.bins, dtype=weight.dtype, device=time.device)
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

    sizes: ClassVar[dict[str, dict[str, int]]] = {
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
        self.head = CurveHead(width, bands, embedding)

    def forward(self, time: Tensor, flux: Tensor, ivar: Tensor, band: Tensor) -> Tensor:
        """Embed light curves; arguments as for :class:`CurveTransformer`, (B, L) each -> (B, D)."""
        good = (ivar > 0).unsqueeze(1)
        points, levels = self.standard(flux, ivar, band.long())
        since = nn.functional.pad(time[:, 1:] - time[:, :-1], (1, 0)).clamp(min=0.0)
        kinds = nn.functional.one_hot(band.long(), self.bands).transpose(1, 2).to(points.dtype)
        maps = self.stem(torch.cat([points.transpose(1, 2), torch.log1p(since).unsqueeze(1), kinds], dim=1)) * good
        for block in self.blocks:
            maps = block(maps, good) * good
        return self.head(self.pool(maps.transpose(1, 2), good.squeeze(1)), levels)


class Residual(nn.Module):
    """Two convolutions and a shortcut, (B, C, L) -> (B, C, L); empty places are made 0 again between the two."""

    def __init__(self, width: int, dilation: int, mode: Literal["zeros", "circular"]) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)  # of each place on its own: empty places must not count
        self.wide = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, padding_mode=mode)
        self.narrow = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation, padding_mode=mode)

    def forward(self, maps: Tensor, good: Tensor | None = None) -> Tensor:
        """(B, C, L), (B, 1, L) -> (B, C, L)."""
        inside = 1.0 if good is None else good
        hidden = self.wide(self.norm(maps.transpose(1, 2)).transpose(1, 2) * inside)
        return maps + self.narrow(nn.functional.gelu(hidden) * inside)

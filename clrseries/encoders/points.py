"""What every encoder of light curves does first: points to numbers of order one, and times to waves."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

SHORTEST, LONGEST = 0.2, 2000.0  # periods of the time encoding [day]


class StandardPoints(nn.Module):
    """Each band's level, and what varies about it, in units of the training views' scatter.

    What varies is often a small part of how objects differ, and would be lost beside it. Points get two channels,
    asinh((flux - level) / typical scatter within an object) and ln(error / that scatter) / 2, both 0 where there is no point;
    a curve gets two numbers a band, (level - mean) / scatter of the levels and 1, both 0 for a band without points.

    Parameters
    ----------
    bands : int
        How many bands there are.
    """

    mean: Tensor
    scatter: Tensor
    within: Tensor

    def __init__(self, bands: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(bands))
        self.register_buffer("scatter", torch.ones(bands))
        self.register_buffer("within", torch.ones(bands))

    @torch.no_grad()
    def fit(self, time: Tensor, flux: Tensor, ivar: Tensor, band: Tensor) -> None:
        """Take the numbers of every band from a sample of views, (B, L) each."""
        level, present = self.levels(flux, ivar, band)
        for b in range(len(self.mean)):
            own, inside = level[present[:, b], b], (ivar > 0) & (band == b)
            if len(own) > 1:
                self.mean[b] = own.mean()
                self.scatter[b] = own.std().clamp(min=1e-6)
                self.within[b] = 1.48 * (flux - level[:, b : b + 1])[inside].abs().median().clamp(min=1e-6)

    def levels(self, flux: Tensor, ivar: Tensor, band: Tensor) -> tuple[Tensor, Tensor]:
        """The mean flux of each band, and whether it has any: (B, L) each -> (B, bands) each."""
        inside = (ivar > 0).unsqueeze(1) & (
            band.unsqueeze(1) == torch.arange(len(self.mean), device=flux.device)[:, None]
        )
        count = inside.to(flux.dtype).sum(-1)
        return (flux.unsqueeze(1) * inside).sum(-1) / count.clamp(min=1.0), count > 0

    def forward(self, flux: Tensor, ivar: Tensor, band: Tensor) -> tuple[Tensor, Tensor]:
        """(B, L) each -> points (B, L, 2), levels (B, 2 bands)."""
        good, band = ivar > 0, band.long()
        level, present = self.levels(flux, ivar, band)
        within = self.within[band]
        varies = torch.asinh((flux - level.gather(1, band)) / within)
        error = -0.25 * torch.log(torch.where(good, ivar, 1.0) * within.square())
        points = torch.stack([varies, error.clamp(-4.0, 4.0)], dim=-1) * good.unsqueeze(-1)
        standard = (level - self.mean) / self.scatter * present
        return points, torch.cat([standard, present.to(standard.dtype)], dim=-1)


class TimeWaves(nn.Module):
    """Continuous time as sines and cosines of learnable frequencies (Time2Vec, Kazemi et al. 2019, arXiv:1907.05321).

    Frequencies begin spread evenly in the logarithm between periods of 2000 and 0.2 days. Always in float32: a phase
    of many turns has no place in bfloat16.

    Parameters
    ----------
    waves : int
        Frequencies; twice as many channels.
    """

    def __init__(self, waves: int) -> None:
        super().__init__()
        self.log_frequency = nn.Parameter(torch.linspace(-math.log(LONGEST), -math.log(SHORTEST), waves))

    def forward(self, time: Tensor) -> Tensor:
        """(B, L) [day] -> (B, L, 2 waves)."""
        with torch.autocast(time.device.type, enabled=False):
            phase = 2.0 * math.pi * time.float().unsqueeze(-1) * self.log_frequency.float().exp()
            return torch.cat([phase.sin(), phase.cos()], dim=-1)


class Pool(nn.Module):
    """From one vector a point to one a curve.

    Parameters
    ----------
    width : int
        D.
    kind : str
        ``"mean"``, ``"moments"``: mean and scatter over the points, or ``"attention"``: a mean whose weights are learnt.
    """

    def __init__(self, width: int, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.width = 2 * width if kind == "moments" else width
        self.weight = nn.Linear(width, 1) if kind == "attention" else None

    def forward(self, tokens: Tensor, good: Tensor) -> Tensor:
        """(B, L, D), (B, L) -> (B, ``self.width``); 0 for a curve without points."""
        inside = good.unsqueeze(-1)
        if self.weight is not None:
            score = self.weight(tokens).float().masked_fill(~inside, -1e9)
            return (score.softmax(1).to(tokens.dtype) * tokens * inside).sum(1)
        count = inside.to(tokens.dtype).sum(1).clamp(min=1.0)
        mean = (tokens * inside).sum(1) / count
        if self.kind == "mean":
            return mean
        scatter = ((tokens - mean.unsqueeze(1)).square() * inside).sum(1) / count
        return torch.cat([mean, (scatter + 1e-4).sqrt()], dim=-1)


class CurveHead(nn.Module):
    """From what was pooled, and the levels of the bands, to the embedding.

    Parameters
    ----------
    pooled : int
        Size of what was pooled.
    bands : int
    embedding : int
        D.
    """

    def __init__(self, pooled: int, bands: int, embedding: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(pooled)
        hidden = 2 * embedding
        self.layers = nn.Sequential(nn.Linear(pooled + 2 * bands, hidden), nn.GELU(), nn.Linear(hidden, embedding))

    def forward(self, pooled: Tensor, levels: Tensor) -> Tensor:
        """(B, P), (B, 2 bands) -> (B, D)."""
        return self.layers(torch.cat([self.norm(pooled), levels.to(pooled.dtype)], dim=-1))

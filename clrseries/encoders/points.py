"""What every encoder of light curves does first: points to numbers of order one, and times to waves."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

SHORTEST, LONGEST = 0.2, 2000.0  # periods of the time encoding [day]


class StandardPoints(nn.Module):
    """Flux and error of each point, in units of the training views' scatter in its band.

    Two channels: (flux - mean) / scatter, and ln(error / scatter) / 2; both are 0 where there is no point.

    Parameters
    ----------
    bands : int
        How many bands there are.
    """

    mean: Tensor
    scatter: Tensor

    def __init__(self, bands: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(bands))
        self.register_buffer("scatter", torch.ones(bands))

    @torch.no_grad()
    def fit(self, time: Tensor, flux: Tensor, ivar: Tensor, band: Tensor) -> None:
        """Take mean and scatter of every band from a sample of views, (B, L) each."""
        for b in range(len(self.mean)):
            values = flux[(ivar > 0) & (band == b)].double()
            if len(values) > 1:
                self.mean[b] = values.mean()
                self.scatter[b] = values.std().clamp(min=1e-6)

    def forward(self, flux: Tensor, ivar: Tensor, band: Tensor) -> Tensor:
        """(B, L) each -> (B, L, 2)."""
        good = ivar > 0
        scatter = self.scatter[band]
        value = (flux - self.mean[band]) / scatter
        error = -0.25 * torch.log(torch.where(good, ivar, 1.0) * scatter.square())
        return torch.stack([value, error.clamp(-4.0, 4.0)], dim=-1) * good.unsqueeze(-1)


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
        ``"mean"``, or ``"attention"``: a mean whose weights are learnt.
    """

    def __init__(self, width: int, kind: str) -> None:
        super().__init__()
        self.weight = nn.Linear(width, 1) if kind == "attention" else None

    def forward(self, tokens: Tensor, good: Tensor) -> Tensor:
        """(B, L, D), (B, L) -> (B, D); 0 for a curve without points."""
        if self.weight is None:
            share = good.to(tokens.dtype).unsqueeze(-1)
            return (tokens * share).sum(1) / share.sum(1).clamp(min=1.0)
        score = self.weight(tokens).float().masked_fill(~good.unsqueeze(-1), -1e9)
        return (score.softmax(1).to(tokens.dtype) * tokens * good.unsqueeze(-1)).sum(1)

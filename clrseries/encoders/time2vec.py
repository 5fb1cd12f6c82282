"""Encoding of time as sines and cosines."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

SHORTEST, LONGEST = 0.2, 2000.0  # periods before training [day]


class Time2Vec(nn.Module):
    """Encoding of time as sines and cosines of learned frequencies.

    Frequencies start at periods from 2000 to 0.2 days, spaced evenly in the logarithm. The computation is always in float32,
    since bfloat16 cannot hold a phase of many turns.

    Parameters
    ----------
    waves : int
        Number of frequencies.

    References
    ----------
    Kazemi et al. 2019, arXiv:1907.05321.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.time2vec import Time2Vec
    >>> Time2Vec(waves=8)(torch.zeros(2, 10)).shape
    torch.Size([2, 10, 16])
    """

    def __init__(self, waves: int) -> None:
        super().__init__()
        self.log_frequency = nn.Parameter(torch.linspace(-math.log(LONGEST), -math.log(SHORTEST), waves))

    def forward(self, time: Tensor) -> Tensor:
        """Return the waves at given times.

        Parameters
        ----------
        time : float (B, L)
            Times [day].

        Returns
        -------
        float32 (B, L, 2 waves)
            Sines, then cosines.
        """
        with torch.autocast(time.device.type, enabled=False):
            phase = 2.0 * math.pi * time.float().unsqueeze(-1) * self.log_frequency.float().exp()
            return torch.cat([phase.sin(), phase.cos()], dim=-1)

"""Masked segments filled in from the embedding, beside any method's loss (He et al. 2022, arXiv:2111.06377).

A contrastive loss may forget what all views of an object share and needs only enough to tell objects apart; having to
fill in what is hidden keeps the rest.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ..encoders.points import TimeWaves
from .method import Batch, Method, positive

NOISE = 0.1  # of a flux of order one: pixels measured better than this all count alike


class Reconstruction(nn.Module):
    """Hide segments of each object's first view, embed what is left, and predict flux where it was hidden.

    Parameters
    ----------
    encoder : torch.nn.Module
    samples : int
        Pixels of a spectrum's view; points of a light curve's.
    bands : int
        0 for spectra.
    weight : float
        Beside the method's own loss.
    hidden : float
        Fraction of the samples to hide.
    segments : int
        In how many runs.
    """

    def __init__(
        self, encoder: Any, samples: int, bands: int = 0, weight: float = 1.0, hidden: float = 0.3, segments: int = 3
    ) -> None:
        super().__init__()
        self.weight = positive("weight", weight)
        self.length = max(round(samples * positive("hidden", hidden) / positive("segments", segments)), 1)
        self.segments = segments
        width = 2 * encoder.embedding
        if bands:
            self.waves: nn.Module | None = TimeWaves(16)
            self.of_band = nn.Embedding(bands, 32)
            self.decoder = nn.Sequential(nn.Linear(encoder.embedding + 32, width), nn.GELU(), nn.Linear(width, 1))
        else:
            self.waves = None
            self.decoder = nn.Sequential(nn.Linear(encoder.embedding, width), nn.GELU(), nn.Linear(width, samples))

    def forward(self, method: Method, embeddings: Tensor, batch: Batch) -> Tensor:
        """Mean squared error over hidden samples, each weighted by ivar / (ivar + 1 / 0.1^2)."""
        first = [part[:, 0] for part in batch.inputs]
        place = 0 if self.waves is None else 1  # of flux, with ivar behind it
        flux, ivar = first[place], first[place + 1]
        hidden = self._hidden(flux, batch.number)
        first[place], first[place + 1] = flux.masked_fill(hidden, 0.0), ivar.masked_fill(hidden, 0.0)
        guess = self._filled(method.encoder(*first).float(), batch)
        weight = ivar / (ivar + NOISE**-2) * hidden
        return ((guess - flux.float()).square() * weight).sum() / weight.sum().clamp(min=1e-6)

    def _filled(self, embedding: Tensor, batch: Batch) -> Tensor:
        if self.waves is None:
            return self.decoder(embedding)
        time, band = batch.inputs[0][:, 0], batch.inputs[3][:, 0]
        asked = self.waves(time) + self.of_band(band.int())
        return self.decoder(torch.cat([embedding[:, None].expand(-1, time.shape[1], -1), asked], dim=-1))[..., 0]

    def _hidden(self, flux: Tensor, number: int) -> Tensor:
        objects, samples = flux.shape
        dice = torch.Generator().manual_seed(number)
        start = torch.randint(samples, (objects, self.segments, 1), generator=dice).to(flux.device)
        place = torch.arange(samples, device=flux.device)
        return ((place >= start) & (place < start + self.length)).any(1)

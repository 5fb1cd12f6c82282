"""An auxiliary term that reconstructs masked segments from the embedding."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ..encoders.time2vec import Time2Vec
from .method import Batch, Method, positive

NOISE = 0.1  # error of a flux of order one, below which all samples have nearly the same weight


class Reconstruction(nn.Module):
    """Term that masks segments of the first view of each object, embeds the rest, and predicts the flux in the segments.

    A contrastive loss keeps only what tells objects apart; to predict masked flux, an embedding must keep other properties too.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    samples : int
        Pixels of a view of a spectrum, or points of a view of a light curve.
    bands : int
        Number of bands of light curves; 0 for spectra.
    weight : float
        Factor of the term in the loss, above 0.
    hidden : float
        Fraction of the samples in all segments together, above 0; less is masked where segments overlap or pass the end.
    segments : int
        Number of segments, at least 1.

    Raises
    ------
    InputError
        A value is out of range.

    References
    ----------
    He et al. 2022, arXiv:2111.06377.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, Reconstruction, SimCLR
    >>> encoder = ResidualDense(pixels=40, width=16, embedding_dim=8)
    >>> method = SimCLR(encoder, projection_dim=4)
    >>> method.terms = torch.nn.ModuleList([Reconstruction(encoder, samples=40)])
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> list(parts)
    ['simclr', 'reconstruction']
    """

    def __init__(
        self, encoder: Any, samples: int, bands: int = 0, weight: float = 1.0, hidden: float = 0.3, segments: int = 3
    ) -> None:
        super().__init__()
        self.weight = positive("weight", weight)
        self.length = max(round(samples * positive("hidden", hidden) / positive("segments", segments)), 1)
        self.segments = segments
        width = 2 * encoder.embedding_dim
        if bands:
            self.waves: nn.Module | None = Time2Vec(16)
            self.of_band = nn.Embedding(bands, 32)
            self.decoder = nn.Sequential(nn.Linear(encoder.embedding_dim + 32, width), nn.GELU(), nn.Linear(width, 1))
        else:
            self.waves = None
            self.decoder = nn.Sequential(nn.Linear(encoder.embedding_dim, width), nn.GELU(), nn.Linear(width, samples))

    def forward(self, method: Method, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the weighted mean squared error of the predicted flux over the masked samples.

        The loss is sum w (prediction - flux)^2 / sum w with w = ivar / (ivar + 1 / 0.1^2).

        Parameters
        ----------
        method : Method
            Its encoder embeds the masked views.
        embeddings : float (N, V, D)
            Not used; every term is called with them.
        batch : Batch
            Views; its `number` is the seed of the segments.

        Returns
        -------
        float ()
            Not negative. Not yet multiplied by `weight`.
        """
        first = [part[:, 0] for part in batch.inputs]
        place = 0 if self.waves is None else 1  # of flux among the inputs; ivar is next
        flux, ivar = first[place], first[place + 1]
        hidden = self._hidden(flux, batch.number)
        first[place], first[place + 1] = flux.masked_fill(hidden, 0.0), ivar.masked_fill(hidden, 0.0)
        guess = self._filled(method.encoder(*first).float(), batch)
        weight = ivar / (ivar + NOISE**-2) * hidden
        return ((guess - flux.float()).square() * weight).sum() / weight.sum().clamp(min=1e-6)

    def _filled(self, embedding: Tensor, batch: Batch) -> Tensor:
        """Return the flux (N, P or L) that the decoder predicts; for light curves, at the time and in the band of each point."""
        if self.waves is None:
            return self.decoder(embedding)
        time, band = batch.inputs[0][:, 0], batch.inputs[3][:, 0]
        asked = self.waves(time) + self.of_band(band.int())
        return self.decoder(torch.cat([embedding[:, None].expand(-1, time.shape[1], -1), asked], dim=-1))[..., 0]

    def _hidden(self, flux: Tensor, number: int) -> Tensor:
        """Return which samples are masked, bool (N, P or L), drawn with a seed."""
        objects, samples = flux.shape
        rng = torch.Generator().manual_seed(number)
        start = torch.randint(samples, (objects, self.segments, 1), generator=rng).to(flux.device)
        place = torch.arange(samples, device=flux.device)
        return ((place >= start) & (place < start + self.length)).any(1)

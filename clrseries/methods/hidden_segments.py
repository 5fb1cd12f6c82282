"""Segments that are hidden from an encoder, and a decoder that predicts the flux in them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..distributed import gather, process_rank, world_size
from ..encoders.time2vec import Time2Vec
from .method import at_least, positive

NOISE = 0.1  # error of a flux of order one, below which all samples have nearly the same weight


class HiddenSegments(nn.Module):
    """Hides segments of one view of each object, and predicts the flux in them from a vector.

    Parameters
    ----------
    size : int
        D, size of the vectors.
    samples : int
        L, pixels of a view of a spectrum, or points of a view of a light curve.
    bands : int
        Number of bands of light curves; 0 for spectra.
    hidden : float
        Fraction of the samples in all segments together, above 0; less is hidden where segments overlap or pass the end.
    segments : int
        Number of segments, at least 1.

    Raises
    ------
    InputError
        A value is out of range.
    """

    def __init__(self, size: int, samples: int, bands: int, hidden: float, segments: int) -> None:
        super().__init__()
        samples, self.segments = at_least("samples", samples, 1), at_least("segments", segments, 1)
        self.length = max(round(samples * positive("hidden", hidden) / segments), 1)
        self.place = 1 if bands else 0  # of flux among the inputs of an encoder; ivar is next
        self.waves = Time2Vec(16) if bands else None
        self.of_band = nn.Embedding(bands, 32) if bands else None
        inward, outward = (size + 32, 1) if bands else (size, samples)
        self.decoder = nn.Sequential(nn.Linear(inward, 2 * size), nn.GELU(), nn.Linear(2 * size, outward))

    def hide(self, inputs: tuple[Tensor, ...], number: int) -> tuple[list[Tensor], Tensor]:
        """Return views without what lies in the segments, and which samples that are.

        Parameters
        ----------
        inputs : tuple of Tensor (N, L)
            Arrays that an encoder takes.
        number : int
            Seed of the segments.

        Returns
        -------
        rest : list of Tensor (N, L)
            The same arrays, with flux and ivar 0 in the segments.
        hidden : bool (N, L)
            Which samples are hidden.
        """
        rest, place = list(inputs), self.place
        objects, samples = rest[place].shape
        rng = torch.Generator().manual_seed(number)  # the same in all processes, each of which takes its part
        start = torch.randint(samples, (world_size() * objects, self.segments, 1), generator=rng)
        start = start[process_rank() * objects :][:objects].to(rest[place].device)
        index = torch.arange(samples, device=start.device)
        hidden = ((index >= start) & (index < start + self.length)).any(1)
        for k in (place, place + 1):
            rest[k] = rest[k].masked_fill(hidden, 0.0)
        return rest, hidden

    def forward(self, vectors: Tensor, inputs: tuple[Tensor, ...], hidden: Tensor) -> Tensor:
        """Return the weighted mean squared error of the predicted flux over the hidden samples of all processes.

        The loss is sum w (prediction - flux)^2 / sum w with w = ivar / (ivar + 1 / 0.1^2).

        Parameters
        ----------
        vectors : float32 (N, D)
            Vectors of the views without the segments.
        inputs : tuple of Tensor (N, L)
            The whole views.
        hidden : bool (N, L)
            Which samples are hidden.

        Returns
        -------
        float ()
            Not negative.
        """
        flux, ivar = inputs[self.place].float(), inputs[self.place + 1]
        weight = ivar / (ivar + NOISE**-2) * hidden
        error = (self._flux(vectors, inputs) - flux).square() * weight
        total, weights = gather(torch.stack([error.sum(1), weight.sum(1)], dim=1)).sum(0)
        return total / weights.clamp(min=1e-6)

    def _flux(self, vectors: Tensor, inputs: tuple[Tensor, ...]) -> Tensor:
        """Return the flux (N, L) that the decoder predicts; for light curves, at the time and in the band of each point."""
        if self.waves is None or self.of_band is None:
            return self.decoder(vectors)
        time, band = inputs[0], inputs[3]
        asked = self.waves(time) + self.of_band(band.int())
        return self.decoder(torch.cat([vectors[:, None].expand(-1, time.shape[1], -1), asked], dim=-1))[..., 0]

"""Masked modeling: hide segments of an observation, and predict their flux from the rest."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import torch
from torch import Tensor

from .hidden_segments import HiddenSegments
from .method import Batch, Method, by_view


@dataclass
class _WithSegments(Batch):
    """Views without their segments, the whole views (N, L), and which samples are hidden (N, L)."""

    whole: tuple[Tensor, ...] = ()
    hidden: Tensor = field(default_factory=lambda: torch.zeros(0, dtype=torch.bool))


class Masked(Method):
    """Method that hides segments of one view of each object and predicts their flux from the embedding of the rest; no pairs.

    A small network after the projector predicts the flux, and is not kept.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    samples : int
        Pixels of a view of a spectrum, or points of a view of a light curve.
    bands : int
        Number of bands of light curves; 0 for spectra.
    projection_dim : int
        K, size of the projections.
    hidden : float
        Fraction of the samples in all segments together, above 0; less is hidden where segments overlap or pass the end.
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
    >>> from clrseries.methods import Batch, Masked
    >>> method = Masked(ResidualDense(pixels=40, width=16, embedding_dim=8), samples=40)
    >>> loss, parts = method(Batch((torch.randn(6, 1, 40), torch.ones(6, 1, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['masked'])
    """

    summary = "the flux of hidden segments is predicted from the rest; no pairs of views"
    paper = "He et al. 2022, arXiv:2111.06377"
    views: ClassVar[int] = 1

    def __init__(
        self,
        encoder: Any,
        samples: int,
        bands: int = 0,
        projection_dim: int = 128,
        hidden: float = 0.5,
        segments: int = 5,
    ) -> None:
        super().__init__(encoder, projection_dim)
        self.segments = HiddenSegments(projection_dim, samples, bands, hidden, segments)

    def forward(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a batch, and its parts by name; the encoder sees views without the segments.

        Parameters
        ----------
        batch : Batch
            Views of N objects; its `number` is the seed of the segments.

        Returns
        -------
        loss : float32 ()
            The method's own loss plus weight times loss of each auxiliary term.
        parts : dict of str to float32 ()
            Each of these losses, without its weight and without gradient.
        """
        whole = tuple(part[:, 0] for part in batch.inputs)
        rest, hidden = self.segments.hide(whole, batch.number)
        known = {one.name: getattr(batch, one.name) for one in fields(Batch)}
        known["inputs"] = tuple(part[:, None] for part in rest)
        return super().forward(_WithSegments(**known, whole=whole, hidden=hidden))

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the weighted mean squared error of the flux in the segments."""
        assert isinstance(batch, _WithSegments)
        (projections,) = by_view(self.projector, embeddings)
        return self.segments(projections, batch.whole, batch.hidden)

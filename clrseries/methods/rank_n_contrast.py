"""Rank-N-Contrast (Zha et al. 2023, arXiv:2210.01189): the order of distances follows the order of a continuous label."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from ..errors import InputError
from ..ranks import gather
from .distances import between
from .method import Batch, Method, positive


def rank_n_contrast_loss(vectors: Tensor, value: Tensor, temperature: float = 2.0) -> Tensor:
    """Equation 1 of Zha et al.: j told from all k that are no nearer to anchor i in the label than j is.

    Similarity is minus the Euclidean distance. Each row is sorted by distance in the label; sums over "no nearer" are
    then running sums from the far end, so N^2 numbers are held and not N^3.

    Parameters
    ----------
    vectors : float (N, K)
    value : float (N,)
    temperature : float

    Returns
    -------
    float ()
        Mean over the N (N - 1) pairs.
    """
    vectors, value = vectors.float(), value.float()
    count = len(vectors)
    if count < 2 or value.shape != (count,):
        raise ValueError(f"rank_n_contrast_loss needs N >= 2 vectors and values, got {count} and {tuple(value.shape)}")
    similarity = -between(vectors, vectors) / temperature
    others = ~torch.eye(count, dtype=torch.bool, device=vectors.device)
    similarity = similarity[others].view(count, count - 1)
    apart = (value[:, None] - value).abs()[others].view(count, count - 1)
    apart, order = apart.sort(dim=1)
    similarity = similarity.gather(1, order)
    no_nearer = similarity.flip(1).logcumsumexp(1).flip(1)
    first_alike = torch.searchsorted(apart, apart.contiguous())  # ties count from the first of them
    return (no_nearer.gather(1, first_alike) - similarity).mean()


class RankNContrast(Method):
    """Distances of embeddings in the order of a continuous label: redshift, temperature.

    Parameters
    ----------
    encoder : torch.nn.Module
    projection : int
    temperature : float
    """

    summary = "distances in the order of a continuous label such as redshift or temperature"
    paper = "Zha et al. 2023, arXiv:2210.01189"
    label: ClassVar[str] = "value"

    def __init__(self, encoder: Any, projection: int = 128, temperature: float = 2.0) -> None:
        super().__init__(encoder, projection)
        self.temperature = positive("temperature", temperature)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D) and values, NaN where unknown."""
        if batch.label is None:
            raise InputError("rank_n_contrast needs a column of numbers: give label")
        views = self.projected(embeddings)
        value = gather(batch.label).float()
        known = torch.isfinite(value)
        if int(known.sum()) < 2:
            return sum((view.sum() * 0.0 for view in views), embeddings.sum() * 0.0)
        return rank_n_contrast_loss(
            torch.cat([view[known] for view in views]), value[known].repeat(2), self.temperature
        )

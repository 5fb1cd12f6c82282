"""Rank-N-Contrast: distances between embeddings follow the order of the differences in a continuous label."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from ..distributed import gather
from ..errors import InputError
from .distances import between
from .method import Batch, Method, positive


def rank_n_contrast_loss(vectors: Tensor, value: Tensor, temperature: float = 2.0) -> Tensor:
    """Return the Rank-N-Contrast loss of vectors with continuous labels.

    For a pair i, j the loss is -s_ij + ln sum_k exp(s_ik), where s is minus the Euclidean distance over the temperature, and the
    sum is over all k != i whose label differs from that of i at least as much as that of j does. Each row is sorted by the
    difference in label, so that these sums are cumulative sums; memory grows with N^2, not N^3.

    Parameters
    ----------
    vectors : float (N, K)
        Projections; not scaled here.
    value : float (N,)
        Finite labels.
    temperature : float
        Divides the distances, above 0.

    Returns
    -------
    float ()
        Mean over the N (N - 1) pairs.

    Raises
    ------
    ValueError
        N is below 2, or there are not as many values as vectors.

    References
    ----------
    Zha et al. 2023, arXiv:2210.01189, equation 1.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import rank_n_contrast_loss
    >>> vectors = torch.tensor([[0.0], [1.0], [2.0], [3.0]])
    >>> round(float(rank_n_contrast_loss(vectors, torch.tensor([0.0, 1.0, 2.0, 3.0]))), 3)
    0.512
    >>> round(float(rank_n_contrast_loss(vectors, torch.tensor([0.0, 3.0, 1.0, 2.0]))), 3)
    0.743
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
    # Pairs with equal differences share one sum, which starts at the first of them.
    first_alike = torch.searchsorted(apart, apart.contiguous())
    return (no_nearer.gather(1, first_alike) - similarity).mean()


class RankNContrast(Method):
    """Method that orders distances between embeddings as a continuous label, for instance redshift or temperature.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    temperature : float
        Divides the distances, above 0.

    Raises
    ------
    InputError
        A value is out of range.

    References
    ----------
    Zha et al. 2023, arXiv:2210.01189.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, RankNContrast
    >>> method = RankNContrast(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=4)
    >>> redshift = torch.tensor([0.1, 0.2, 0.3, 0.4, float("nan"), float("nan")])
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40)), label=redshift))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['rankncontrast'])
    """

    summary = "distances in the order of a continuous label such as redshift or temperature"
    paper = "Zha et al. 2023, arXiv:2210.01189"
    label: ClassVar[str] = "value"

    def __init__(self, encoder: Any, projection_dim: int = 128, temperature: float = 2.0) -> None:
        super().__init__(encoder, projection_dim)
        self.temperature = positive("temperature", temperature)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the Rank-N-Contrast loss of all views whose label is not NaN; 0 if fewer than two objects have one.

        Raises
        ------
        InputError
            The batch has no `label`.
        """
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

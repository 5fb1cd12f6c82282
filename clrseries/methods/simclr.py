"""SimCLR: find the other view of each object among all objects of the batch."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from .log_sum_exp import log_sum_exp
from .method import Batch, Method, check_pairs, positive


def nt_xent(first: Tensor, second: Tensor, temperature: float = 0.1) -> Tensor:
    """Return the loss of SimCLR, the normalized temperature-scaled cross entropy (NT-Xent).

    For an anchor, the loss is -s_positive / tau + ln sum exp(s / tau) over all other views in the batch, with cosine s.
    Memory grows with N, not N^2 (:func:`clrseries.methods.log_sum_exp.log_sum_exp`).

    Parameters
    ----------
    first, second : float (N, K)
        Projections of two views of the same N >= 2 objects, in the same order; scaled to unit length here.
    temperature : float
        Divisor tau of the cosines, above 0.

    Returns
    -------
    float ()
        Mean over all 2 N anchors.

    Raises
    ------
    ValueError
        The shapes differ, or N is below 2.

    References
    ----------
    Chen et al. 2020, arXiv:2002.05709, equation 1.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import nt_xent
    >>> round(float(nt_xent(torch.eye(3), torch.eye(3), temperature=1.0)), 3)
    0.905
    >>> round(float(nt_xent(torch.eye(3), torch.eye(3).roll(1, 0), temperature=1.0)), 3)
    1.905
    """
    check_pairs("nt_xent", first, second)
    first, second = (functional.normalize(view.float(), dim=-1) for view in (first, second))
    both = torch.cat([first, second])
    itself = torch.arange(len(both), device=both.device)
    alike = (first * second).sum(-1) / temperature
    return (log_sum_exp(both / temperature, both, itself, itself) - alike.repeat(2)).mean()


class SimCLR(Method):
    """Method that finds the other view of each object among all objects of the batch.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    temperature : float
        Divides the cosines, above 0; the smaller, the more the most similar other objects count.

    Raises
    ------
    InputError
        A value is out of range.

    References
    ----------
    Chen et al. 2020, arXiv:2002.05709.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, SimCLR
    >>> method = SimCLR(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=4)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['simclr'])
    """

    summary = "the other view of an object, told from all others of the batch (NT-Xent, InfoNCE)"
    paper = "Chen et al. 2020, arXiv:2002.05709"

    def __init__(self, encoder: Any, projection_dim: int = 128, temperature: float = 0.1) -> None:
        super().__init__(encoder, projection_dim)
        self.temperature = positive("temperature", temperature)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the NT-Xent loss of the two views of each object."""
        first, second = self.projected(embeddings)
        return nt_xent(first, second, self.temperature)

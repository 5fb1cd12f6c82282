"""Decoupled contrastive learning: NT-Xent without the positive pair in the denominator."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .log_sum_exp import log_sum_exp
from .method import Batch, check_pairs
from .simclr import SimCLR


def dcl_loss(first: Tensor, second: Tensor, temperature: float = 0.1) -> Tensor:
    """Return the decoupled contrastive loss of two views.

    For an anchor, the loss is -s_positive / tau + ln sum exp(s / tau) over both views of all other objects, with cosine s.

    Parameters
    ----------
    first, second : float (N, K)
        Projections of two views of the same N >= 2 objects; scaled to unit length here.
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
    Yeh et al. 2022, arXiv:2110.06848, equation 6.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import dcl_loss
    >>> round(float(dcl_loss(torch.eye(3), torch.eye(3), temperature=1.0)), 3)
    0.386
    """
    check_pairs("dcl_loss", first, second)
    first, second = (functional.normalize(view.float(), dim=-1) for view in (first, second))
    both = torch.cat([first, second])
    objects = torch.arange(len(first), device=both.device).repeat(2)
    alike = (first * second).sum(-1) / temperature
    return (log_sum_exp(both / temperature, both, objects, objects) - alike.repeat(2)).mean()


class DCL(SimCLR):
    """Method as SimCLR, with a gradient that does not fade once a pair is easy; depends less on large batches.

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
    Yeh et al. 2022, arXiv:2110.06848.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import DCL, Batch
    >>> method = DCL(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=4)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['dcl'])
    """

    summary = "SimCLR whose gradient does not fade for easy pairs; works with smaller batches"
    paper = "Yeh et al. 2022, arXiv:2110.06848"

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the decoupled contrastive loss of the two views of each object."""
        first, second = self.projected(embeddings)
        return dcl_loss(first, second, self.temperature)

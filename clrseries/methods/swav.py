"""SwAV: predict, from one view, the prototypes that the other view is assigned to."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .method import Batch, Method, at_least, check_pairs, positive
from .prototypes import Prototypes


@torch.no_grad()
def sinkhorn(scores: Tensor, epsilon: float = 0.05, rounds: int = 3) -> Tensor:
    """Return soft assignments of objects to prototypes, with all prototypes equally used.

    Columns and rows of exp(scores / epsilon) are normalized in turn.

    Parameters
    ----------
    scores : float (N, C)
        Cosines of N objects with C prototypes.
    epsilon : float
        Smoothness, above 0; with smaller values an object belongs more to a single prototype.
    rounds : int
        How often columns and rows are normalized.

    Returns
    -------
    float (N, C)
        Rows sum to 1, columns to about N / C.

    References
    ----------
    Caron et al. 2020, arXiv:2006.09882, equation 5.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import sinkhorn
    >>> sinkhorn(torch.tensor([[1.0, 0.0], [0.8, 0.0]]), epsilon=0.1).round(decimals=1)
    tensor([[0.7000, 0.3000],
            [0.3000, 0.7000]])
    """
    log = scores.float() / epsilon
    for _ in range(rounds):
        log = log - log.logsumexp(0, keepdim=True)
        log = log - log.logsumexp(1, keepdim=True)
    return log.exp()


def swav_loss(first: Tensor, second: Tensor, temperature: float = 0.1, epsilon: float = 0.05) -> Tensor:
    """Return the loss of SwAV: the cross entropy of each view's softmax with the assignment of the other view.

    For each object, the loss is -(sum_c q2_c ln p1_c + sum_c q1_c ln p2_c) / 2 with p = softmax(scores / temperature) and
    q = sinkhorn(scores, epsilon) of views 1 and 2.

    Parameters
    ----------
    first, second : float (N, C)
        Cosines of two views of N objects with C prototypes.
    temperature : float
        Divides the scores in the softmax, above 0.
    epsilon : float
        Smoothness of the assignments, above 0.

    Returns
    -------
    float ()
        Mean over the objects.

    Raises
    ------
    ValueError
        The shapes differ, or there is no object.

    References
    ----------
    Caron et al. 2020, arXiv:2006.09882, equations 1 and 2.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import swav_loss
    >>> round(float(swav_loss(torch.eye(3), torch.eye(3))), 3)
    0.0
    >>> round(float(swav_loss(torch.eye(3), torch.eye(3).roll(1, 0))), 3)
    10.0
    """
    check_pairs("swav_loss", first, second, least=1)
    of_first, of_second = ((view.float() / temperature).log_softmax(1) for view in (first, second))
    parts = (sinkhorn(second, epsilon) * of_first).sum(1) + (sinkhorn(first, epsilon) * of_second).sum(1)
    return -0.5 * parts.mean()


class SwAV(Method):
    """Method that assigns the views of one object to the same learned prototypes, all of which are equally used.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    prototypes : int
        C, number of prototypes, at least 2; a few times the number of kinds of objects that are expected.
    temperature : float
        Divides the scores in the softmax, above 0.
    epsilon : float
        Smoothness of the assignments, above 0.

    Raises
    ------
    InputError
        A value is out of range.

    References
    ----------
    Caron et al. 2020, arXiv:2006.09882.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, SwAV
    >>> method = SwAV(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=4, prototypes=16)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['swav'])
    """

    summary = "one view predicts the cluster that the other is assigned to, all clusters equally full"
    paper = "Caron et al. 2020, arXiv:2006.09882"

    def __init__(
        self,
        encoder: Any,
        projection_dim: int = 128,
        prototypes: int = 128,
        temperature: float = 0.1,
        epsilon: float = 0.05,
    ) -> None:
        super().__init__(encoder, projection_dim)
        self.temperature, self.epsilon = positive("temperature", temperature), positive("epsilon", epsilon)
        self.prototypes = Prototypes(projection_dim, at_least("prototypes", prototypes, 2))

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the loss of SwAV for the two views of each object."""
        first, second = (self.prototypes(view) for view in self.projected(embeddings))
        return swav_loss(first, second, self.temperature, self.epsilon)

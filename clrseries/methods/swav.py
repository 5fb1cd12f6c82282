"""SwAV (Caron et al. 2020, arXiv:2006.09882): predict from one view the cluster that the other is assigned to."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .method import Batch, Method, at_least, check_pairs, positive
from .prototypes import Prototypes


@torch.no_grad()
def sinkhorn(scores: Tensor, epsilon: float = 0.05, rounds: int = 3) -> Tensor:
    """Soft assignments of N objects to C prototypes, equally full (Caron et al. 2020, equation 5).

    Parameters
    ----------
    scores : float (N, C)
    epsilon : float
        Smoothness; smaller is nearer to one prototype each.
    rounds : int
        Of scaling columns and rows in turn.

    Returns
    -------
    float (N, C)
        Rows sum to 1, columns to about N / C.
    """
    log = scores.float() / epsilon
    for _ in range(rounds):
        log = log - log.logsumexp(0, keepdim=True)
        log = log - log.logsumexp(1, keepdim=True)
    return log.exp()


def swav_loss(first: Tensor, second: Tensor, temperature: float = 0.1, epsilon: float = 0.05) -> Tensor:
    """Equations 1 and 2 of Caron et al.: cross entropy of each view's softmax with the other's assignment, mean of both.

    Parameters
    ----------
    first, second : float (N, C)
        Scores of two views on the prototypes.
    temperature, epsilon : float
        Of the softmax and of the assignment.
    """
    check_pairs("swav_loss", first, second, least=1)
    of_first, of_second = ((view.float() / temperature).log_softmax(1) for view in (first, second))
    parts = (sinkhorn(second, epsilon) * of_first).sum(1) + (sinkhorn(first, epsilon) * of_second).sum(1)
    return -0.5 * parts.mean()


class SwAV(Method):
    """Views of one object assigned to the same of many learnt prototypes, all equally used.

    Parameters
    ----------
    encoder : torch.nn.Module
    projection : int
    prototypes : int
        A few times the number of kinds expected.
    temperature, epsilon : float
    """

    summary = "one view predicts the cluster that the other is assigned to, all clusters equally full"
    paper = "Caron et al. 2020, arXiv:2006.09882"

    def __init__(
        self,
        encoder: Any,
        projection: int = 128,
        prototypes: int = 128,
        temperature: float = 0.1,
        epsilon: float = 0.05,
    ) -> None:
        super().__init__(encoder, projection)
        self.temperature, self.epsilon = positive("temperature", temperature), positive("epsilon", epsilon)
        self.prototypes = Prototypes(projection, at_least("prototypes", prototypes, 2))

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D)."""
        first, second = (self.prototypes(view) for view in self.projected(embeddings))
        return swav_loss(first, second, self.temperature, self.epsilon)

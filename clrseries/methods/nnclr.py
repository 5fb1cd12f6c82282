"""NNCLR (Dwibedi et al. 2021, arXiv:2104.14548): the positive is the nearest of many earlier objects."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from .info_nce import info_nce
from .method import Batch, Method, at_least, positive
from .projector import Predictor
from .queue import Queue


@torch.no_grad()
def nearest(vectors: Tensor, support: Tensor) -> Tensor:
    """Of each of (N, K), the nearest by cosine of (M, K)."""
    return support[(functional.normalize(vectors.float(), dim=-1) @ support.T).argmax(1)]


class NNCLR(Method):
    """Equation 3 of Dwibedi et al.: the other view is to resemble the nearest neighbour of this one.

    Parameters
    ----------
    encoder : torch.nn.Module
    projection : int
    temperature : float
    queue : int
        Size of the support set in which neighbours are sought.
    """

    summary = "SimCLR whose positive is the nearest neighbour among earlier objects: beyond views of one object"
    paper = "Dwibedi et al. 2021, arXiv:2104.14548"

    def __init__(self, encoder: Any, projection: int = 128, temperature: float = 0.1, queue: int = 4096) -> None:
        super().__init__(encoder, projection)
        self.temperature = positive("temperature", temperature)
        self.predictor = Predictor(projection)
        self.queue = Queue(at_least("queue", queue, 1), projection)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D), symmetric in the views."""
        projections, predictions = self.predicted(embeddings, self.predictor)
        support = self.queue.vectors
        parts = [
            info_nce(nearest(projections[i], support), predictions[1 - i], temperature=self.temperature) for i in (0, 1)
        ]
        if self.training:
            self.queue.push(projections[0])
        return 0.5 * (parts[0] + parts[1])

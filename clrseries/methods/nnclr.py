"""NNCLR: the positive of a view is its nearest neighbor among earlier objects."""

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
    """Return, for each vector, the support vector with the largest cosine.

    Parameters
    ----------
    vectors : float (N, K)
        Vectors of any length.
    support : float (M, K)
        Unit vectors among which the neighbors are sought.

    Returns
    -------
    float (N, K)
        Rows of `support`, without gradient.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods.nnclr import nearest
    >>> nearest(torch.tensor([[3.0, 1.0]]), torch.eye(2))
    tensor([[1., 0.]])
    """
    return support[(functional.normalize(vectors.float(), dim=-1) @ support.T).argmax(1)]


class NNCLR(Method):
    """Method as SimCLR, with the nearest neighbor among earlier objects instead of the view itself.

    The loss is InfoNCE (:func:`info_nce`) between the nearest neighbor of one view and the prediction from the other, averaged
    over both directions. So objects that resemble each other can become positives.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    temperature : float
        Divides the cosines, above 0.
    queue : int
        Number of earlier projections among which neighbors are sought, at least 1.

    Raises
    ------
    InputError
        A value is out of range.

    References
    ----------
    Dwibedi et al. 2021, arXiv:2104.14548, equation 3.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import NNCLR, Batch
    >>> method = NNCLR(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=4, queue=32)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['nnclr'])
    """

    summary = "SimCLR whose positive is the nearest neighbor among earlier objects: beyond views of one object"
    paper = "Dwibedi et al. 2021, arXiv:2104.14548"

    def __init__(self, encoder: Any, projection_dim: int = 128, temperature: float = 0.1, queue: int = 4096) -> None:
        super().__init__(encoder, projection_dim)
        self.temperature = positive("temperature", temperature)
        self.predictor = Predictor(projection_dim)
        self.queue = Queue(at_least("queue", queue, 1), projection_dim)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the loss of NNCLR, and in training mode add the projections of first views to the queue."""
        projections, predictions = self.predicted(embeddings, self.predictor)
        support = self.queue.vectors
        parts = [
            info_nce(nearest(projections[i], support), predictions[1 - i], temperature=self.temperature) for i in (0, 1)
        ]
        if self.training:
            self.queue.push(projections[0])
        return 0.5 * (parts[0] + parts[1])

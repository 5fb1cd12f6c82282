"""Momentum contrast: MoCo v2 with a queue of negatives, and MoCo v3 without one."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .info_nce import info_nce
from .method import Batch, Method, at_least, positive
from .momentum_encoder import MomentumEncoder
from .projector import Predictor
from .queue import Queue


class MoCoV2(Method):
    """Method that finds the momentum encoder's view of each object among a queue of earlier objects.

    The loss is InfoNCE (:func:`info_nce`) with the queue as negatives; each view is once the query and once the key.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    temperature : float
        Divides the cosines, above 0.
    queue : int
        Negatives that are kept from earlier batches, at least 1.
    momentum : float
        Share of the momentum encoder that a step keeps, at least 0 and below 1; constant over the training.

    Raises
    ------
    InputError
        A value is out of range.

    References
    ----------
    He et al. 2020, arXiv:1911.05722, equation 1; Chen et al. 2020, arXiv:2003.04297.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, MoCoV2
    >>> method = MoCoV2(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=4, queue=32)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['mocov2'])
    """

    summary = "the momentum encoder's view of an object, told from a queue of earlier ones"
    paper = "He et al. 2020, arXiv:1911.05722; Chen et al. 2020, arXiv:2003.04297"

    def __init__(
        self,
        encoder: Any,
        projection_dim: int = 128,
        temperature: float = 0.1,
        queue: int = 4096,
        momentum: float = 0.99,
    ) -> None:
        super().__init__(encoder, projection_dim)
        self.temperature = positive("temperature", temperature)
        self.queue = Queue(at_least("queue", queue, 1), projection_dim)
        self.target = MomentumEncoder(encoder, self.projector, momentum)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the InfoNCE loss against the queue, and in training mode add the keys of second views to it."""
        first, second = self.projected(embeddings)
        key_first, key_second = self.target(batch.inputs)
        others = self.queue.vectors.clone()
        loss = info_nce(first, key_second, others, self.temperature)
        loss = 0.5 * (loss + info_nce(second, key_first, others, self.temperature))
        if self.training:
            self.queue.push(key_second)
        return loss

    def after_step(self, progress: float) -> None:
        """Move the momentum encoder toward the trained network, by the same share at each step."""
        self.target.follow(self.encoder, self.projector)


class MoCoV3(Method):
    """Method as SimCLR, with the views of a momentum encoder as keys, and a predictor before the queries.

    The loss is 2 tau times the sum of InfoNCE (:func:`info_nce`) over both directions, with temperature tau.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    temperature : float
        Divides the cosines, above 0.
    momentum : float
        Share of the momentum encoder that a step keeps, at least 0 and below 1; it increases to 1 over the training.

    Raises
    ------
    InputError
        A value is out of range.

    References
    ----------
    Chen, Xie & He 2021, arXiv:2104.02057, algorithm 1.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, MoCoV3
    >>> method = MoCoV3(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=4)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['mocov3'])
    """

    summary = "SimCLR against the momentum encoder's views, with a predictor and no queue"
    paper = "Chen, Xie & He 2021, arXiv:2104.02057"

    def __init__(
        self, encoder: Any, projection_dim: int = 128, temperature: float = 0.2, momentum: float = 0.99
    ) -> None:
        super().__init__(encoder, projection_dim)
        self.temperature = positive("temperature", temperature)
        self.predictor = Predictor(projection_dim)
        self.target = MomentumEncoder(encoder, self.projector, momentum)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the loss of MoCo v3, summed over both directions."""
        _, queries = self.predicted(embeddings, self.predictor)
        keys = self.target(batch.inputs)
        parts = [info_nce(queries[i], keys[1 - i], temperature=self.temperature) for i in (0, 1)]
        return 2.0 * self.temperature * (parts[0] + parts[1])

    def after_step(self, progress: float) -> None:
        """Move the momentum encoder toward the trained network, by less as the training proceeds."""
        self.target.follow(self.encoder, self.projector, progress)

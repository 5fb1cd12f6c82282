"""Momentum contrast: MoCo v2 with a queue (He et al. 2020, Chen et al. 2020), v3 without (Chen, Xie & He 2021)."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .info_nce import info_nce
from .method import Batch, Method, at_least, positive
from .momentum import MomentumCopy
from .projector import Predictor
from .queue import Queue


class MoCoV2(Method):
    """Equation 1 of He et al.: the momentum encoder's view of the object, told from a queue of earlier ones.

    Parameters
    ----------
    encoder : torch.nn.Module
    projection : int
    temperature : float
    queue : int
        Negatives kept from earlier batches.
    momentum : float
        Of the key encoder.
    """

    summary = "the momentum encoder's view of an object, told from a queue of earlier ones"
    paper = "He et al. 2020, arXiv:1911.05722; Chen et al. 2020, arXiv:2003.04297"

    def __init__(
        self, encoder: Any, projection: int = 128, temperature: float = 0.1, queue: int = 4096, momentum: float = 0.99
    ) -> None:
        super().__init__(encoder, projection)
        self.temperature = positive("temperature", temperature)
        self.queue = Queue(at_least("queue", queue, 1), projection)
        self.target = MomentumCopy(encoder, self.projector, momentum)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D); each view is once the query and once the key."""
        first, second = self.projected(embeddings)
        key_first, key_second = self.target(batch.inputs)
        others = self.queue.vectors.clone()
        loss = info_nce(first, key_second, others, self.temperature)
        loss = 0.5 * (loss + info_nce(second, key_first, others, self.temperature))
        if self.training:
            self.queue.push(key_second)
        return loss

    def after_step(self, progress: float) -> None:
        """The key encoder follows, always at the same pace."""
        self.target.follow(self.encoder, self.projector)


class MoCoV3(Method):
    """Algorithm 1 of Chen, Xie & He: as SimCLR, with the momentum encoder's views as keys and a predictor before them.

    Parameters are those of :class:`MoCoV2`, without a queue.
    """

    summary = "SimCLR against the momentum encoder's views, with a predictor and no queue"
    paper = "Chen, Xie & He 2021, arXiv:2104.02057"

    def __init__(self, encoder: Any, projection: int = 128, temperature: float = 0.2, momentum: float = 0.99) -> None:
        super().__init__(encoder, projection)
        self.temperature = positive("temperature", temperature)
        self.predictor = Predictor(projection)
        self.target = MomentumCopy(encoder, self.projector, momentum)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D), symmetric in the views."""
        _, queries = self.predicted(embeddings, self.predictor)
        keys = self.target(batch.inputs)
        parts = [info_nce(queries[i], keys[1 - i], temperature=self.temperature) for i in (0, 1)]
        return 2.0 * self.temperature * (parts[0] + parts[1])

    def after_step(self, progress: float) -> None:
        """The key encoder follows, ever more slowly."""
        self.target.follow(self.encoder, self.projector, progress)

"""SimSiam (Chen & He 2021, arXiv:2011.10566): a predictor and a stopped gradient are enough."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn import functional

from .method import Batch, Method, check_pairs
from .projector import Predictor


def simsiam_loss(prediction: Tensor, target: Tensor) -> Tensor:
    """Equation 1 of Chen & He: minus the cosine of `prediction` and `target`, mean over objects.

    Parameters
    ----------
    prediction, target : float (N, K)
        No gradient goes to `target`.
    """
    check_pairs("simsiam_loss", prediction, target, least=1)
    return -functional.cosine_similarity(prediction.float(), target.detach().float(), dim=-1).mean()


class SimSiam(Method):
    """Predict the projection of the other view, whose gradient is stopped; no negatives, no copy.

    Parameters
    ----------
    encoder : torch.nn.Module
    projection : int
    """

    summary = "predict the other view's projection with its gradient stopped; no negatives, no copy"
    paper = "Chen & He 2021, arXiv:2011.10566"

    def __init__(self, encoder: Any, projection: int = 128) -> None:
        super().__init__(encoder, projection)
        self.predictor = Predictor(projection)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D), symmetric in the views (equation 2)."""
        targets, predictions = self.predicted(embeddings, self.predictor)
        return 0.5 * (simsiam_loss(predictions[0], targets[1]) + simsiam_loss(predictions[1], targets[0]))

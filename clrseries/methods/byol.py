"""Bootstrap your own latent (Grill et al. 2020, arXiv:2006.07733): predict what a slow copy sees in the other view."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn import functional

from .method import Batch, Method, check_pairs
from .momentum import MomentumCopy
from .projector import Predictor


def byol_loss(prediction: Tensor, target: Tensor) -> Tensor:
    """Equation 2 of Grill et al.: |p / |p| - z / |z| |^2 = 2 - 2 cos, mean over objects.

    Parameters
    ----------
    prediction, target : float (N, K)
        No gradient goes to `target`.
    """
    check_pairs("byol_loss", prediction, target, least=1)
    return 2.0 - 2.0 * functional.cosine_similarity(prediction.float(), target.detach().float(), dim=-1).mean()


class BYOL(Method):
    """Predict the projection that a momentum copy makes of the other view; no negatives.

    Parameters
    ----------
    encoder : torch.nn.Module
    projection : int
    momentum : float
        Of the copy.
    """

    summary = "predict what a slow copy of the network sees in the other view; no negatives"
    paper = "Grill et al. 2020, arXiv:2006.07733"

    def __init__(self, encoder: Any, projection: int = 128, momentum: float = 0.99) -> None:
        super().__init__(encoder, projection)
        self.predictor = Predictor(projection)
        self.target = MomentumCopy(encoder, self.projector, momentum)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D), symmetric in the views."""
        _, (first, second) = self.predicted(embeddings, self.predictor)
        target_first, target_second = self.target(batch.inputs)
        return byol_loss(first, target_second) + byol_loss(second, target_first)

    def after_step(self, progress: float) -> None:
        """The copy follows, ever more slowly."""
        self.target.follow(self.encoder, self.projector, progress)

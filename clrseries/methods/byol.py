"""Bootstrap your own latent (BYOL): predict the projection that a momentum encoder makes of the other view."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn import functional

from .method import Batch, Method, check_pairs
from .momentum_encoder import MomentumEncoder
from .projector import Predictor


def byol_loss(prediction: Tensor, target: Tensor) -> Tensor:
    """Return the loss of BYOL: the mean squared distance of predictions and targets on the unit sphere.

    For each object, the loss is |p / |p| - z / |z||^2 = 2 - 2 cos(p, z), with prediction p and target z.

    Parameters
    ----------
    prediction, target : float (N, K)
        Prediction from one view, and projection of the other; no gradient goes to `target`.

    Returns
    -------
    float ()
        Mean over the objects, from 0 to 4.

    Raises
    ------
    ValueError
        The shapes differ, or there is no object.

    References
    ----------
    Grill et al. 2020, arXiv:2006.07733, equation 2.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import byol_loss
    >>> round(float(byol_loss(torch.eye(3), torch.eye(3))), 3)
    0.0
    >>> round(float(byol_loss(torch.eye(3), torch.eye(3).roll(1, 0))), 3)
    2.0
    """
    check_pairs("byol_loss", prediction, target, least=1)
    return 2.0 - 2.0 * functional.cosine_similarity(prediction.float(), target.detach().float(), dim=-1).mean()


class BYOL(Method):
    """Method that predicts, from one view, the projection that a momentum encoder makes of the other; no negatives.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    momentum : float
        Share of the momentum encoder that a step keeps, at least 0 and below 1; it increases to 1 over the training.

    Raises
    ------
    InputError
        `projection_dim` is below 1.

    References
    ----------
    Grill et al. 2020, arXiv:2006.07733.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import BYOL, Batch
    >>> method = BYOL(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=4)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['byol'])
    """

    summary = "predict what a slow copy of the network sees in the other view; no negatives"
    paper = "Grill et al. 2020, arXiv:2006.07733"

    def __init__(self, encoder: Any, projection_dim: int = 128, momentum: float = 0.99) -> None:
        super().__init__(encoder, projection_dim)
        self.predictor = Predictor(projection_dim)
        self.target = MomentumEncoder(encoder, self.projector, momentum)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the loss of BYOL, summed over both directions: each view predicts the other."""
        _, (first, second) = self.predicted(embeddings, self.predictor)
        target_first, target_second = self.target(batch.inputs)
        return byol_loss(first, target_second) + byol_loss(second, target_first)

    def after_step(self, progress: float) -> None:
        """Move the momentum encoder toward the trained network, by less as the training proceeds."""
        self.target.follow(self.encoder, self.projector, progress)

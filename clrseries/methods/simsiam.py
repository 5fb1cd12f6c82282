"""SimSiam: predict the projection of the other view, with a stop-gradient and without negatives."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn import functional

from .method import Batch, Method, check_pairs
from .projector import Predictor


def simsiam_loss(prediction: Tensor, target: Tensor) -> Tensor:
    """Return the loss of SimSiam: minus the mean cosine of predictions and targets.

    For each object, the loss is -cos(p, z), with prediction p and target z.

    Parameters
    ----------
    prediction, target : float (N, K)
        Prediction from one view, and projection of the other; no gradient goes to `target`.

    Returns
    -------
    float ()
        Mean over the objects, from -1 to 1.

    Raises
    ------
    ValueError
        The shapes differ, or there is no object.

    References
    ----------
    Chen & He 2021, arXiv:2011.10566, equation 1.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import simsiam_loss
    >>> round(float(simsiam_loss(torch.eye(3), torch.eye(3))), 3)
    -1.0
    """
    check_pairs("simsiam_loss", prediction, target, least=1)
    return -functional.cosine_similarity(prediction.float(), target.detach().float(), dim=-1).mean()


class SimSiam(Method):
    """Method that predicts the projection of the other view, with a stop-gradient; no negatives and no momentum encoder.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.

    Raises
    ------
    InputError
        `projection_dim` is below 1.

    References
    ----------
    Chen & He 2021, arXiv:2011.10566.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, SimSiam
    >>> method = SimSiam(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=4)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['simsiam'])
    """

    summary = "predict the other view's projection with its gradient stopped; no negatives, no copy"
    paper = "Chen & He 2021, arXiv:2011.10566"

    def __init__(self, encoder: Any, projection_dim: int = 128) -> None:
        super().__init__(encoder, projection_dim)
        self.predictor = Predictor(projection_dim)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the loss of SimSiam, averaged over both directions (equation 2 of the paper)."""
        targets, predictions = self.predicted(embeddings, self.predictor)
        return 0.5 * (simsiam_loss(predictions[0], targets[1]) + simsiam_loss(predictions[1], targets[0]))

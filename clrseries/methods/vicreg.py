"""VICReg: views agree (invariance), features vary (variance), and features are not correlated (covariance)."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn import functional

from .method import Batch, Method, at_least, check_pairs


def vicreg_loss(
    first: Tensor, second: Tensor, invariance: float = 25.0, variance: float = 25.0, covariance: float = 1.0
) -> Tensor:
    """Return the loss of VICReg, a weighted sum of an invariance, a variance and a covariance term.

    The terms are: mean (first - second)^2; mean over features of max(0, 1 - standard deviation), averaged over the two views;
    and sum of the squared covariances of different features over K, summed over the two views.

    Parameters
    ----------
    first, second : float (N, K)
        Projections of two views of the same N >= 2 objects; not scaled here.
    invariance, variance, covariance : float
        Weights of the three terms.

    Returns
    -------
    float ()
        Not negative.

    Raises
    ------
    ValueError
        The shapes differ, or N is below 2.

    References
    ----------
    Bardes, Ponce & LeCun 2022, arXiv:2105.04906, equation 6; the variance term is averaged as in the authors' code.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import vicreg_loss
    >>> features = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    >>> round(float(vicreg_loss(features, features)), 3)
    0.0
    >>> round(float(vicreg_loss(features, features.flip(1))), 3)
    50.0
    """
    check_pairs("vicreg_loss", first, second)
    first, second = first.float(), second.float()
    spread = 0.5 * (_too_narrow(first) + _too_narrow(second))
    return (
        invariance * functional.mse_loss(first, second)
        + variance * spread
        + covariance * (_correlated(first) + _correlated(second))
    )


def _too_narrow(features: Tensor) -> Tensor:
    """Return the variance term of one view."""
    return functional.relu(1.0 - (features.var(0) + 1e-4).sqrt()).mean()


def _correlated(features: Tensor) -> Tensor:
    """Return the covariance term of one view."""
    centered = features - features.mean(0)
    covariance = centered.T @ centered / (len(features) - 1)
    return (covariance.square().sum() - covariance.diagonal().square().sum()) / features.shape[1]


class VICReg(Method):
    """Method that makes views agree, every feature vary over objects, and no two features correlate; no negatives.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    invariance, variance, covariance : float
        Weights of the three terms, at least 0.

    Raises
    ------
    InputError
        A value is out of range.

    References
    ----------
    Bardes, Ponce & LeCun 2022, arXiv:2105.04906.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, VICReg
    >>> method = VICReg(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=16)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['vicreg'])
    """

    summary = "views agree, every feature varies over objects, no two correlate; no negatives"
    paper = "Bardes et al. 2022, arXiv:2105.04906"

    def __init__(
        self,
        encoder: Any,
        projection_dim: int = 256,
        invariance: float = 25.0,
        variance: float = 25.0,
        covariance: float = 1.0,
    ) -> None:
        super().__init__(encoder, projection_dim)
        self.weights = [
            at_least(name, value, 0.0)
            for name, value in (("invariance", invariance), ("variance", variance), ("covariance", covariance))
        ]

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the loss of VICReg for the two views of each object."""
        first, second = self.projected(embeddings)
        return vicreg_loss(first, second, *self.weights)

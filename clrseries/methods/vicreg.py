"""VICReg (Bardes, Ponce & LeCun 2022, arXiv:2105.04906): views agree, features vary, features do not correlate."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn import functional

from .method import Batch, Method, at_least, check_pairs


def vicreg_loss(
    first: Tensor, second: Tensor, invariance: float = 25.0, variance: float = 25.0, covariance: float = 1.0
) -> Tensor:
    """Equation 6 of Bardes et al., with the mean of the two variance terms as in the authors' code.

    Parameters
    ----------
    first, second : float (N, K)
        N >= 2; not scaled.
    invariance, variance, covariance : float
        Weights of the mean squared difference, of the hinge max(0, 1 - standard deviation) averaged over features, and
        of the squared covariances off the diagonal, summed and divided by K.
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
    return functional.relu(1.0 - (features.var(0) + 1e-4).sqrt()).mean()


def _correlated(features: Tensor) -> Tensor:
    centred = features - features.mean(0)
    covariance = centred.T @ centred / (len(features) - 1)
    return (covariance.square().sum() - covariance.diagonal().square().sum()) / features.shape[1]


class VICReg(Method):
    """Views agree, every feature varies, no two correlate; no negatives, and views may have networks of their own.

    Parameters
    ----------
    encoder : torch.nn.Module
    projection : int
    invariance, variance, covariance : float
        Weights of the three terms.
    """

    summary = "views agree, every feature varies over objects, no two correlate; no negatives"
    paper = "Bardes et al. 2022, arXiv:2105.04906"

    def __init__(
        self,
        encoder: Any,
        projection: int = 256,
        invariance: float = 25.0,
        variance: float = 25.0,
        covariance: float = 1.0,
    ) -> None:
        super().__init__(encoder, projection)
        self.weights = [
            at_least(name, value, 0.0)
            for name, value in (("invariance", invariance), ("variance", variance), ("covariance", covariance))
        ]

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 2, D)."""
        first, second = self.projected(embeddings)
        return vicreg_loss(first, second, *self.weights)

"""LeJEPA: views agree with their mean, and projections are brought to a Gaussian of unit covariance (SIGReg)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from ..errors import InputError
from .method import Batch, Method, at_least, check_pairs

KNOTS, REACH = 17, 3.0  # points of the quadrature, and where it ends; both of the authors' code


def sigreg(features: Tensor, directions: Tensor) -> Tensor:
    """Return how far vectors are from a Gaussian of zero mean and unit covariance, along some directions.

    Along a direction, the statistic of Epps and Pulley compares the characteristic function of the sample with that of a Gaussian:
    N times the integral of abs(mean exp(i t x) - exp(-t^2 / 2))^2 exp(-t^2 / 2) over t from -3 to 3, by the trapezoidal rule.

    Parameters
    ----------
    features : float (N, K)
        Projections of N objects; not scaled here.
    directions : float (K, M)
        Vectors of unit length.

    Returns
    -------
    float ()
        Mean over the M directions; not negative.

    References
    ----------
    Balestriero & LeCun 2025, arXiv:2511.08544, section 4; Epps & Pulley 1983, Biometrika 70, 723.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import sigreg
    >>> normal = torch.distributions.Normal(0.0, 1.0).icdf((torch.arange(400) + 0.5) / 400)[:, None]
    >>> round(float(sigreg(normal, torch.ones(1, 1))), 3)
    0.0
    >>> round(float(sigreg(torch.zeros(400, 1), torch.ones(1, 1))), 0)
    161.0
    """
    t = torch.linspace(0.0, REACH, KNOTS, device=features.device)
    gaussian = torch.exp(-0.5 * t.square())
    angle = (features.float() @ directions)[..., None] * t
    apart = (angle.cos().mean(0) - gaussian).square() + angle.sin().mean(0).square()
    return 2.0 * len(features) * torch.trapezoid(apart * gaussian, t).mean()


def lejepa_loss(first: Tensor, second: Tensor, directions: Tensor, weight: float = 0.02) -> Tensor:
    """Return the loss of LeJEPA, a mean of how far views are apart and of SIGReg of each view.

    The loss is (1 - weight) mean (z - mean over the two views of z)^2 + weight * mean over views of SIGReg.

    Parameters
    ----------
    first, second : float (N, K)
        Projections of two views of the same N >= 2 objects; not scaled here.
    directions : float (K, M)
        Vectors of unit length, new for every batch.
    weight : float
        Weight lambda of SIGReg, between 0 and 1.

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
    Balestriero & LeCun 2025, arXiv:2511.08544, section 5.1.

    Examples
    --------
    >>> import torch
    >>> from clrseries.methods import lejepa_loss
    >>> features = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    >>> round(float(lejepa_loss(features, -features, torch.eye(2), weight=0.0)), 3)
    1.0
    """
    check_pairs("lejepa_loss", first, second)
    first, second = first.float(), second.float()
    apart = functional.mse_loss(first, second) / 4.0  # of each from the mean of both
    return (1.0 - weight) * apart + 0.5 * weight * (sigreg(first, directions) + sigreg(second, directions))


class LeJEPA(Method):
    """Method that makes views agree and projections a Gaussian of unit covariance; no negatives, no slow copy, one weight.

    Parameters
    ----------
    encoder : torch.nn.Module
        Network with an attribute ``embedding_dim``.
    projection_dim : int
        K, size of the projections.
    weight : float
        Weight of SIGReg against the distance of views, at least 0 and below 1.
    directions : int
        M, random directions of each batch, at least 1.

    Raises
    ------
    InputError
        A value is out of range.

    References
    ----------
    Balestriero & LeCun 2025, arXiv:2511.08544.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders import ResidualDense
    >>> from clrseries.methods import Batch, LeJEPA
    >>> method = LeJEPA(ResidualDense(pixels=40, width=16, embedding_dim=8), projection_dim=16)
    >>> loss, parts = method(Batch((torch.randn(6, 2, 40), torch.ones(6, 2, 40))))
    >>> loss.shape, list(parts)
    (torch.Size([]), ['lejepa'])
    """

    summary = "views agree, and projections have the distribution of a Gaussian (SIGReg); no negatives"
    paper = "Balestriero & LeCun 2025, arXiv:2511.08544"

    def __init__(self, encoder: Any, projection_dim: int = 64, weight: float = 0.02, directions: int = 256) -> None:
        super().__init__(encoder, projection_dim)
        if not 0 <= weight < 1:
            raise InputError(f"weight must be at least 0 and below 1, got {weight}")
        self.weight = weight
        self.directions = at_least("directions", directions, 1)

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Return the loss of LeJEPA for the two views of each object; `number` of the batch is the seed of the directions."""
        first, second = self.projected(embeddings)
        rng = torch.Generator().manual_seed(batch.number)
        drawn = torch.randn(first.shape[1], self.directions, generator=rng).to(first.device)
        return lejepa_loss(first, second, functional.normalize(drawn, dim=0), self.weight)

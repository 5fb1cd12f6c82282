"""Heads that turn an embedding into a prediction: a class, or a value with its uncertainty."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..argument_types import check_whole
from .known_objects import KnownObjects

SIGMA = 0.8413447460685429  # of a Gaussian lies below one standard deviation above its mean
BISECTIONS = 40


class ClassHead(nn.Module):
    """Linear layer that turns embeddings into the log-probabilities of classes.

    The logits are divided by a temperature, 1 at first. A calibration after the training can set it, and what else the head answers: sets of classes,
    and how unlike the known objects an object is.

    Parameters
    ----------
    embedding_dim : int
        D, size of the embedding.
    classes : list of str
        Names of the C classes.
    known : bool
        Whether the head holds the :class:`~clrseries.encoders.known_objects.KnownObjects` of the training.
    least_probability : float, optional
        A class with at least this probability is in the set of classes of an object; default there are no sets.
    views : int
        Number of views that the probabilities of :meth:`clrseries.Model.predict` are the geometric mean of, at least 1: the object as it
        is, and random views as the training had them.

    Raises
    ------
    InputError
        `views` is not a whole number of at least 1.

    References
    ----------
    Temperature scaling: Guo et al. 2017.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.heads import ClassHead
    >>> head = ClassHead(4, ["star", "galaxy", "quasar"])
    >>> head(torch.ones(2, 4)).exp().sum(1).round(decimals=3).tolist()
    [1.0, 1.0]
    """

    temperature: Tensor

    def __init__(
        self,
        embedding_dim: int,
        classes: list[str],
        known: bool = False,
        least_probability: float | None = None,
        views: int = 1,
    ) -> None:
        super().__init__()
        self.classes, self.views = list(classes), check_whole("views", views, 1)
        self.least_probability = least_probability
        self.known = KnownObjects(embedding_dim, len(classes)) if known else None
        self.linear = nn.Linear(embedding_dim, len(classes))
        self.register_buffer("temperature", torch.ones(()))

    def forward(self, embeddings: Tensor) -> Tensor:
        """Return the log-probability of each class.

        Parameters
        ----------
        embeddings : float (B, D)
            Embeddings of B objects.

        Returns
        -------
        float32 (B, C)
            Natural logarithms of the probabilities.
        """
        return (self.linear(embeddings).float() / self.temperature).log_softmax(-1)

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments that make this head again."""
        found: dict[str, Any] = {"embedding_dim": self.linear.in_features, "classes": list(self.classes)}
        found |= {"known": True} if self.known is not None else {}
        found |= {"views": self.views} if self.views > 1 else {}
        return found | ({"least_probability": self.least_probability} if self.least_probability is not None else {})

    def answers(self, embeddings: Tensor) -> Tensor:
        """Return the log-probability of each class and, if known objects are held, which fraction of them are less unlike.

        Parameters
        ----------
        embeddings : float (B, D)
            Embeddings of B objects.

        Returns
        -------
        float32 (B, C) or (B, C + 1)
            The fraction, from 0 to 1, is the last column.
        """
        found = self(embeddings)
        return (
            found if self.known is None else torch.cat([found, self.known.fraction_less_unlike(embeddings)[:, None]], 1)
        )

    def loss(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Return the cross entropy of each object: minus the log-probability of its class.

        Parameters
        ----------
        outputs : float (B, C)
            Log-probabilities, as :meth:`forward` returns them.
        target : int64 (B,)
            True classes, from 0.

        Returns
        -------
        float (B,)
            At least 0.
        """
        return functional.nll_loss(outputs, target, reduction="none")


class MixtureHead(nn.Module):
    """Linear layer that turns embeddings into a mixture of Gaussians for a continuous value.

    A mixture can have several peaks, as the probability of a redshift often has.

    Parameters
    ----------
    embedding_dim : int
        D, size of the embedding.
    components : int
        K, number of Gaussians, at least 1.

    References
    ----------
    Bishop 1994, NCRG/94/004.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.heads import MixtureHead
    >>> MixtureHead(4, components=5)(torch.ones(2, 4)).shape
    torch.Size([2, 3, 5])
    """

    center: Tensor
    scale: Tensor
    temperature: Tensor

    def __init__(self, embedding_dim: int, components: int = 5) -> None:
        super().__init__()
        self.settings: dict[str, Any] = {"embedding_dim": embedding_dim, "components": components}
        self.linear = nn.Linear(embedding_dim, 3 * components)
        with torch.no_grad():
            self.linear.bias[components : 2 * components] = torch.linspace(-1, 1, components)
        self.register_buffer("center", torch.zeros(()))
        self.register_buffer("scale", torch.ones(()))
        self.register_buffer("temperature", torch.ones(()))

    def forward(self, embeddings: Tensor) -> Tensor:
        """Return the weights, means and standard deviations of the Gaussians.

        Parameters
        ----------
        embeddings : float (B, D)
            Embeddings of B objects.

        Returns
        -------
        float32 (B, 3, K)
            Along the second axis: ln(weight), mean and standard deviation; the last two in the unit of the target.
        """
        weight, mean, width = self.linear(embeddings).float().chunk(3, dim=-1)
        sigma = (functional.softplus(width) + 1e-3) * self.scale * self.temperature
        return torch.stack([weight.log_softmax(-1), self.center + self.scale * mean, sigma], dim=-2)

    def loss(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Return minus the log-likelihood of each object: -ln sum_k w_k N(y; m_k, s_k).

        Parameters
        ----------
        outputs : float (B, 3, K)
            Mixtures, as :meth:`forward` returns them.
        target : float (B,)
            True values y.

        Returns
        -------
        float (B,)
            Can be negative.
        """
        weight, mean, sigma = outputs.unbind(-2)
        apart = (target[:, None] - mean) / sigma
        return -(weight - 0.5 * apart.square() - sigma.log() - 0.5 * math.log(2 * math.pi)).logsumexp(-1)

    @torch.no_grad()
    def standardize(self, target: Tensor) -> None:
        """Set the mean and the scatter that predictions start from to those of the training values.

        Parameters
        ----------
        target : float (N,)
            Values of at least two training objects.
        """
        self.center.copy_(target.mean())
        self.scale.copy_(target.std().clamp(min=1e-6))


def half_width(outputs: Tensor) -> Tensor:
    """Return half the distance between the 16th and the 84th percentile of each mixture of Gaussians.

    Unlike the standard deviation, it does not grow with an unlikely Gaussian far away, as mixtures have for rare gross errors.

    Parameters
    ----------
    outputs : float (B, 3, K)
        Mixtures, as :meth:`MixtureHead.forward` returns them.

    Returns
    -------
    float (B,)
        The standard deviation, where the mixture is one Gaussian.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.heads import half_width
    >>> one_gaussian = torch.tensor([[[0.0], [3.0], [0.5]]])
    >>> round(float(half_width(one_gaussian)), 3)
    0.5
    """
    return 0.5 * (quantile(outputs, SIGMA) - quantile(outputs, 1.0 - SIGMA))


def median(outputs: Tensor) -> Tensor:
    """Return the median of each mixture of Gaussians.

    Parameters
    ----------
    outputs : float (B, 3, K)
        Mixtures, as :meth:`MixtureHead.forward` returns them.

    Returns
    -------
    float (B,)
        Medians.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.heads import median
    >>> one_gaussian = torch.tensor([[[0.0], [3.0], [0.5]]])
    >>> round(float(median(one_gaussian)), 3)
    3.0
    """
    return quantile(outputs, 0.5)


def quantile(outputs: Tensor, fraction: float) -> Tensor:
    """Return the value below which a fraction of each mixture of Gaussians lies, found by bisection.

    Parameters
    ----------
    outputs : float (B, 3, K)
        Mixtures, as :meth:`MixtureHead.forward` returns them.
    fraction : float
        Between 0 and 1, both excluded.

    Returns
    -------
    float (B,)
        Quantiles.
    """
    weight, mean, sigma = outputs.unbind(-2)
    low, high = (mean - 8 * sigma).amin(-1), (mean + 8 * sigma).amax(-1)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        below = (weight.exp() * 0.5 * (1 + torch.erf((middle[:, None] - mean) / (sigma * math.sqrt(2))))).sum(-1)
        low, high = torch.where(below < fraction, middle, low), torch.where(below < fraction, high, middle)
    return 0.5 * (low + high)


def crps(outputs: Tensor, target: Tensor) -> Tensor:
    """Return the continuous ranked probability score of each mixture of Gaussians: E|Y - y| - E|Y - Y'| / 2.

    Like the likelihood, it is least on average for the true distribution; unlike it, a gross error counts in proportion to its size,
    so that a few of them do not make all uncertainties larger.

    Parameters
    ----------
    outputs : float (B, 3, K)
        Mixtures, as :meth:`MixtureHead.forward` returns them.
    target : float (B,)
        True values y.

    Returns
    -------
    float (B,)
        At least 0, in the unit of the target.

    References
    ----------
    Gneiting & Raftery 2007, JASA 102, 359; Grimit et al. 2006, QJRMS 132, 2925, equation 5.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.heads import crps
    >>> one_gaussian = torch.tensor([[[0.0], [3.0], [0.5]]])
    >>> round(float(crps(one_gaussian, torch.tensor([3.0]))), 4)
    0.1168
    """
    weight, mean, sigma = outputs.double().unbind(-2)
    share, variance = weight.exp(), sigma.square()
    from_target = (share * _mean_distance(target.double()[:, None] - mean, variance)).sum(-1)
    apart = _mean_distance(mean[:, :, None] - mean[:, None], variance[:, :, None] + variance[:, None])
    return (from_target - 0.5 * (share[:, :, None] * share[:, None] * apart).sum((1, 2))).to(outputs.dtype)


def _mean_distance(mean: Tensor, variance: Tensor) -> Tensor:
    """Return the mean absolute value of a Gaussian."""
    sigma = variance.sqrt()
    ratio = mean / sigma
    return sigma * math.sqrt(2 / math.pi) * torch.exp(-0.5 * ratio.square()) + mean * torch.erf(ratio / math.sqrt(2))

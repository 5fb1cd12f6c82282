"""From an embedding to an answer: a class, or a value with its uncertainty."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class ClassHead(nn.Module):
    """Log-probabilities of classes, (B, D) -> (B, C), softened by a temperature that calibration sets (Guo et al. 2017).

    Parameters
    ----------
    embedding : int
        D.
    classes : list of str
    """

    temperature: Tensor

    def __init__(self, embedding: int, classes: list[str]) -> None:
        super().__init__()
        self.settings: dict[str, Any] = {"embedding": embedding, "classes": list(classes)}
        self.classes = list(classes)
        self.linear = nn.Linear(embedding, len(classes))
        self.register_buffer("temperature", torch.ones(()))

    def forward(self, embeddings: Tensor) -> Tensor:
        """(B, D) -> (B, C), natural logarithms of probabilities."""
        return (self.linear(embeddings).float() / self.temperature).log_softmax(-1)

    def loss(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Cross entropy of each object, (B, C), int (B,) -> (B,)."""
        return functional.nll_loss(outputs, target, reduction="none")


class MixtureHead(nn.Module):
    """A mixture of Gaussians for a continuous value (Bishop 1994, NCRG/94/004), for answers such as a redshift with two peaks.

    Parameters
    ----------
    embedding : int
        D.
    components : int
        K Gaussians.
    """

    centre: Tensor
    scale: Tensor
    temperature: Tensor

    def __init__(self, embedding: int, components: int = 5) -> None:
        super().__init__()
        self.settings: dict[str, Any] = {"embedding": embedding, "components": components}
        self.linear = nn.Linear(embedding, 3 * components)
        with torch.no_grad():
            self.linear.bias[components : 2 * components] = torch.linspace(-1, 1, components)
        self.register_buffer("centre", torch.zeros(()))
        self.register_buffer("scale", torch.ones(()))
        self.register_buffer("temperature", torch.ones(()))

    def forward(self, embeddings: Tensor) -> Tensor:
        """(B, D) -> (B, 3, K): logarithms of the weights, means and standard deviations, in the unit of the target."""
        weight, mean, width = self.linear(embeddings).float().chunk(3, dim=-1)
        sigma = (functional.softplus(width) + 1e-3) * self.scale * self.temperature
        return torch.stack([weight.log_softmax(-1), self.centre + self.scale * mean, sigma], dim=-2)

    def loss(self, outputs: Tensor, target: Tensor) -> Tensor:
        """Minus the log-likelihood of each object, (B, 3, K), (B,) -> (B,)."""
        weight, mean, sigma = outputs.unbind(-2)
        apart = (target[:, None] - mean) / sigma
        return -(weight - 0.5 * apart.square() - sigma.log() - 0.5 * math.log(2 * math.pi)).logsumexp(-1)

    @torch.no_grad()
    def standardise(self, target: Tensor) -> None:
        """Begin with the mean and the scatter of the training values, (N,)."""
        self.centre.copy_(target.mean())
        self.scale.copy_(target.std().clamp(min=1e-6))


def mean_and_scatter(outputs: Tensor) -> tuple[Tensor, Tensor]:
    """Of the mixtures (B, 3, K): mean and standard deviation, (B,) each."""
    weight, mean, sigma = outputs.unbind(-2)
    share = weight.exp()
    middle = (share * mean).sum(-1)
    variance = (share * (sigma.square() + (mean - middle[:, None]).square())).sum(-1)
    return middle, variance.sqrt()


def median(outputs: Tensor, steps: int = 40) -> Tensor:
    """Of the mixtures (B, 3, K), (B,): by bisection, since it has no closed form."""
    weight, mean, sigma = outputs.unbind(-2)
    low, high = (mean - 8 * sigma).amin(-1), (mean + 8 * sigma).amax(-1)
    for _ in range(steps):
        middle = 0.5 * (low + high)
        below = (weight.exp() * 0.5 * (1 + torch.erf((middle[:, None] - mean) / (sigma * math.sqrt(2))))).sum(-1)
        low, high = torch.where(below < 0.5, middle, low), torch.where(below < 0.5, high, middle)
    return 0.5 * (low + high)


HEADS: dict[str, Any] = {"class": ClassHead, "mixture": MixtureHead}

"""Embeddings that do not tell the instrument, for differences that no augmentation spans. Terms beside a method's loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..errors import InputError
from ..ranks import gather
from .distances import squared
from .method import Batch, Method, positive

WIDTHS = (0.25, 0.5, 1.0, 2.0, 4.0)  # of the kernels, in units of the mean squared distance


class _Reversed(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Tensor:
        return -slopes[0]


def mmd(first: Tensor, second: Tensor) -> Tensor:
    """Squared maximum mean discrepancy (Gretton et al. 2012, JMLR 13, equation 5) with a sum of five Gaussian kernels.

    Parameters
    ----------
    first, second : float (N, D), (M, D)

    Returns
    -------
    float ()
        Not negative; 0 where both are the same. Widths are set by the mean squared distance of all pairs.
    """
    both = torch.cat([first, second]).float()
    apart = squared(both, both)
    typical = apart.detach().mean().clamp(min=1e-12)
    kernel = torch.stack([torch.exp(-apart / (width * typical)) for width in WIDTHS]).sum(0)
    n = len(first)
    return kernel[:n, :n].mean() + kernel[n:, n:].mean() - 2.0 * kernel[:n, n:].mean()


def coral(first: Tensor, second: Tensor) -> Tensor:
    """Squared difference of two covariance matrices over 4 D^2 (Sun & Saenko 2016, arXiv:1607.01719, equation 1).

    Parameters
    ----------
    first, second : float (N, D), (M, D)
    """
    return (first.float().T.cov() - second.float().T.cov()).square().sum() / (4 * first.shape[1] ** 2)


class DomainAdversarial(nn.Module):
    """A classifier of the instrument, whose gradient reaches the encoder reversed (Ganin et al. 2016, arXiv:1505.07818).

    Parameters
    ----------
    encoder : torch.nn.Module
    domains : int
        How many instruments there are.
    weight : float
    """

    def __init__(self, encoder: Any, domains: int, weight: float = 0.1) -> None:
        super().__init__()
        self.weight = positive("weight", weight)
        width = encoder.embedding
        self.classifier = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, domains))

    def forward(self, method: Method, embeddings: Tensor, batch: Batch) -> Tensor:
        """Cross entropy of the classifier over all views whose domain is known."""
        vectors, domain = _of_domains(embeddings, batch)
        if not len(vectors):
            return embeddings.sum() * 0.0
        return functional.cross_entropy(self.classifier(_Reversed.apply(vectors)), domain)


class _Discrepancy(nn.Module):
    measure: Callable[[Tensor, Tensor], Tensor]

    def __init__(self, encoder: Any, domains: int, weight: float = 1.0) -> None:
        super().__init__()
        self.weight = positive("weight", weight)
        self.domains = domains

    def forward(self, method: Method, embeddings: Tensor, batch: Batch) -> Tensor:
        """Mean over domains of the discrepancy between a domain and all others."""
        vectors, domain = _of_domains(embeddings, batch)
        parts = [
            self.measure(vectors[domain == k], vectors[domain != k])
            for k in range(self.domains)
            if min(int((domain == k).sum()), int((domain != k).sum())) > 1
        ]
        return torch.stack(parts).mean() if parts else embeddings.sum() * 0.0


class MMD(_Discrepancy):
    """The embeddings of each domain distributed as those of the others (Long et al. 2015, arXiv:1502.02791).

    Parameters are those of :class:`DomainAdversarial`.
    """

    measure = staticmethod(mmd)


class CORAL(_Discrepancy):
    """The embeddings of each domain with the covariances of the others.

    Parameters are those of :class:`DomainAdversarial`.
    """

    measure = staticmethod(coral)


def _of_domains(embeddings: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    if batch.domain is None:
        raise InputError("terms that make domains alike need a column: give domain")
    domain = gather(batch.domain).repeat_interleave(embeddings.shape[1])
    vectors = gather(embeddings).flatten(0, 1)
    return vectors[domain >= 0], domain[domain >= 0]

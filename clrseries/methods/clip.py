"""CLIP (Radford et al. 2021) and SigLIP (Zhai et al. 2023): one object in two modalities, or from two instruments."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..errors import InputError
from ..ranks import gather
from .log_sum_exp import log_sum_exp
from .method import Batch, Method, check_pairs, positive
from .projector import Projector

STEEPEST = math.log(100.0)  # as the authors of CLIP clip it


def clip_loss(first: Tensor, second: Tensor, scale: Tensor | float = 10.0) -> Tensor:
    """The mean of two cross entropies: each object's second among all seconds, its first among all firsts.

    Radford et al. 2021 (arXiv:2103.00020), figure 3. Memory grows with N, not N^2.

    Parameters
    ----------
    first, second : float (N, K)
        N >= 2 objects in two modalities; scaled to unit length here.
    scale : float ()
        1 / temperature.
    """
    check_pairs("clip_loss", first, second)
    first, second = (functional.normalize(side.float(), dim=-1) for side in (first, second))
    numbers = torch.arange(len(first), device=first.device)
    none = torch.full_like(numbers, -1)
    total = log_sum_exp(first * scale, second, numbers, none) + log_sum_exp(second * scale, first, numbers, none)
    return 0.5 * total.mean() - ((first * second).sum(-1) * scale).mean()


def siglip_loss(first: Tensor, second: Tensor, scale: Tensor | float = 10.0, bias: Tensor | float = -10.0) -> Tensor:
    """-ln sigmoid(+-(scale * cosine + bias)) of every pair, + for the same object; sum over pairs / N.

    Zhai et al. 2023 (arXiv:2303.15343), equation in section 3.2. Parameters as for :func:`clip_loss`.
    """
    check_pairs("siglip_loss", first, second)
    first, second = (functional.normalize(side.float(), dim=-1) for side in (first, second))
    logits = first @ second.T * scale + bias
    sign = 2.0 * torch.eye(len(first), device=first.device) - 1.0
    return -functional.logsigmoid(sign * logits).sum() / len(first)


class CLIP(Method):
    """Two encoders whose projections of one object agree.

    Parameters
    ----------
    encoder : torch.nn.Module
    partner : torch.nn.Module
        Of the other modality.
    projection : int
    temperature : float
        At the start; it is learnt.
    """

    summary = "two encoders agree on one object in two modalities, told from all others of the batch"
    paper = "Radford et al. 2021, arXiv:2103.00020"
    label: ClassVar[str] = "partner"
    views: ClassVar[int] = 1

    def __init__(self, encoder: Any, partner: Any = None, projection: int = 128, temperature: float = 0.1) -> None:
        super().__init__(encoder, projection)
        if partner is None:
            raise InputError(f"{type(self).__name__.lower()} compares two modalities: give partner")
        self.partner = partner
        self.partner_projector = Projector(partner.embedding, projection)
        self.log_scale = nn.Parameter(torch.tensor(-math.log(positive("temperature", temperature))))

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 1, D) and the other modality's inputs."""
        return clip_loss(*self.sides(embeddings, batch), self.scale())

    def scale(self) -> Tensor:
        """1 / temperature, at most 100."""
        return self.log_scale.clamp(max=STEEPEST).exp()

    def sides(self, embeddings: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """The projections in both modalities, of the objects of all processes."""
        if batch.partner is None:
            raise InputError("the batch holds no partner")
        other = self.partner(*(part.flatten(0, 1) for part in batch.partner)).float()
        return self.projected(embeddings)[0], gather(self.partner_projector(other))


class SigLIP(CLIP):
    """CLIP with one yes-or-no question for each pair instead of one choice among all; milder on repeated objects."""

    summary = "CLIP with a yes or no for each pair instead of one choice among all"
    paper = "Zhai et al. 2023, arXiv:2303.15343"

    def __init__(self, encoder: Any, partner: Any = None, projection: int = 128, temperature: float = 0.1) -> None:
        super().__init__(encoder, partner, projection, temperature)
        self.bias = nn.Parameter(torch.tensor(-10.0))

    def loss(self, embeddings: Tensor, batch: Batch) -> Tensor:
        """Of embeddings (N, 1, D) and the other modality's inputs."""
        return siglip_loss(*self.sides(embeddings, batch), self.scale(), self.bias)

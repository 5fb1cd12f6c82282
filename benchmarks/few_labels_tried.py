"""What `few_labels.py` tries beside the product: cut views, SupCon with balanced classes, mixup, and rates that fall from layer to layer."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from clrseries.finetuning.encoder_with_head import EncoderWithHead
from clrseries.methods import SimCLR, SupCon, nt_xent

ALPHA = 0.4  # of the Beta distribution of mixup


class ShortAgainstLong(SimCLR):
    """SimCLR whose first view is cut to 30-60 % of the pixels (after DINO's local crops, Caron et al. 2021, arXiv:2104.14294)."""

    def embed(self, inputs: tuple[Tensor, ...]) -> Tensor:
        flux, ivar = (part.clone() for part in inputs)
        pixels = flux.shape[-1]
        length = pixels * (0.3 + 0.3 * torch.rand(len(flux), 1))
        first = (pixels - length) * torch.rand(len(flux), 1)
        place = torch.arange(pixels)
        ivar[:, 0] *= (place >= first) & (place < first + length)
        good = ivar[:, 0] > 0
        mean = (flux[:, 0] * good).sum(-1, keepdim=True) / good.sum(-1, keepdim=True).clamp(min=1)
        mean = torch.where(mean.abs() > 1e-3, mean, 1.0)  # brought to a mean of 1 again, as a short spectrum would be
        flux[:, 0], ivar[:, 0] = flux[:, 0] / mean * good, ivar[:, 0] * mean.square()
        return super().embed((flux, ivar))


class BalancedSupCon(SupCon):
    """SupCon in which every class counts alike: as anchors, and in the denominator (Zhu et al. 2022, arXiv:2207.09052, without prototypes)."""

    def loss(self, embeddings: Tensor, batch: Any) -> Tensor:
        first, second = self.projected(embeddings)
        known = batch.label >= 0
        loss = (1.0 - self.weight) * nt_xent(first, second, self.temperature)
        unit = functional.normalize(torch.cat([first[known], second[known]]), dim=-1)
        if len(unit) < 4:
            return loss
        _, group, size = batch.label[known].repeat(2).unique(return_inverse=True, return_counts=True)
        similar, itself = unit @ unit.T / self.temperature, torch.eye(len(unit), dtype=torch.bool)
        same = (group[:, None] == group) & ~itself
        others = size[None, :] - functional.one_hot(group)  # of each class, less the anchor itself
        inverse = 1.0 / others.clamp(min=1).float()
        denominator = (similar + inverse.log()[:, group]).masked_fill(itself, -torch.inf).logsumexp(1)
        each = denominator - (similar * same).sum(1) / same.sum(1).clamp(min=1)
        weight = 1.0 / size[group]
        return loss + self.weight * (each * weight).sum() / weight.sum()


class Mixed(EncoderWithHead):
    """A network that learns from mixtures of two objects of a batch, of their views or of their embeddings.

    Zhang et al. 2018, arXiv:1710.09412; Verma et al. 2019, arXiv:1806.05236.
    """

    def __init__(self, encoder: Any, head: Any, of_views: bool) -> None:
        super().__init__(encoder, head)
        self.of_views, own = of_views, head.loss
        head.loss = lambda outputs, true: (
            self.share * own(outputs, true) + (1 - self.share) * own(outputs, true[self.other])
        )

    def forward(self, *inputs: Tensor) -> Tensor:
        if not self.training:
            return super().forward(*inputs)
        count = len(inputs[0])
        self.other = torch.randperm(count)
        self.share = torch.distributions.Beta(ALPHA, ALPHA).sample((count,))
        a, b = self.share[:, None], 1 - self.share[:, None]
        if not self.of_views:
            found = self.encoder(*inputs)
            return self.head(a * found + b * found[self.other])
        flux, ivar = inputs
        variance = a.square() / ivar + b.square() / ivar[self.other]  # infinite where one of the two is unknown
        good = torch.isfinite(variance) & (variance > 0)
        mixed = torch.where(good, a * flux + b * flux[self.other], 0.0)
        return self.head(self.encoder(mixed, torch.where(good, 1.0 / variance, 0.0)))


def groups_of(network: Any, rates: tuple[float, float], decay: float) -> list[dict[str, Any]]:
    """The weights with their rates, which fall from layer to layer towards the input (Clark et al. 2020, Bao et al. 2022)."""
    encoder = network.encoder
    layers = [[encoder.head], *([block] for block in reversed(encoder.body)), [encoder.stem, encoder.stem_norm]]
    groups = [{"params": list(network.head.parameters()), "lr": rates[1]}]
    for depth, parts in enumerate(layers):
        groups.append({"params": [p for part in parts for p in part.parameters()], "lr": rates[0] * decay**depth})
    return groups

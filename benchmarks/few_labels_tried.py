"""What `few_labels.py` tries beside the product: a short view, mixup, and rates that fall from layer to layer."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from clrseries.finetuning.encoder_with_head import EncoderWithHead
from clrseries.methods import SimCLR

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


class Mixed(EncoderWithHead):
    """A network that learns from mixtures of the views of two objects of a batch (Zhang et al. 2018, arXiv:1710.09412)."""

    def __init__(self, encoder: Any, head: Any) -> None:
        super().__init__(encoder, head)
        own = head.loss
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

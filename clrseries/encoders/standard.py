"""What every encoder does first: bring flux and ivar to numbers of order one."""

from __future__ import annotations

import torch
from torch import Tensor, nn

FARTHEST = 50.0  # standard deviations: one spectrum whose mean is nearly 0 must not rule a batch's statistics


class Standardize(nn.Module):
    """Flux and ivar on a grid of P pixels to two channels of order one.

    Flux is scaled so that its mean equals that of the mean spectrum *over the same
    pixels*: the scale does not depend on which part of the range an instrument
    covers. Then every pixel is standardised by the mean and scatter of the training
    views, and 0 where there is no data. The other channel, log(1 + signal-to-noise of a
    unit flux) / 3 - 1, is -1 there and about 0 elsewhere.
    """

    mean: Tensor
    scatter: Tensor

    def __init__(self, pixels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.ones(pixels))
        self.register_buffer("scatter", torch.ones(pixels))

    @torch.no_grad()
    def fit(self, flux: Tensor, ivar: Tensor) -> None:
        """Take mean and scatter of every pixel from a sample of views, (B, P) each."""
        good = (ivar > 0).to(flux.dtype)
        count = good.sum(0).clamp(min=1.0)
        self.mean.copy_((flux * good).sum(0) / count)
        residual = (self.scaled(flux, good) - self.mean) * good
        scatter = residual.square().sum(0).div(count).sqrt()
        self.scatter.copy_(scatter.clamp(min=1e-3 * float(scatter.max().clamp(min=1e-6))))

    def scaled(self, flux: Tensor, good: Tensor) -> Tensor:
        """Flux over its ratio to the mean spectrum on the good pixels."""
        ratio = (flux * good).sum(-1, keepdim=True) / (self.mean * good).sum(-1, keepdim=True).clamp(min=1e-6)
        return flux / torch.where(ratio.abs() > 1e-6, ratio, torch.ones_like(ratio))

    def forward(self, flux: Tensor, ivar: Tensor) -> Tensor:
        """(B, P), (B, P) -> (B, 2, P)."""
        good = (ivar > 0).to(flux.dtype)
        standard = ((self.scaled(flux, good) - self.mean) / self.scatter).clamp(-FARTHEST, FARTHEST) * good
        signal = torch.log1p(ivar.sqrt()) / 3.0 - 1.0
        return torch.stack([standard, signal], dim=1)

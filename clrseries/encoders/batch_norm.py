"""Batch normalisation over the batch of all processes, on any device (torch's own SyncBatchNorm has none for CPUs)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ..ranks import all_sum, world_size


class BatchNorm(nn.BatchNorm1d):
    """As :class:`torch.nn.BatchNorm1d`; where several processes train, with the statistics of all of them."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, C) or (B, C, L), to the same shape."""
        if not self.training or world_size() == 1:
            return super().forward(x)
        places = [0, 2][: x.ndim - 1]
        shape = [1, -1, 1][: x.ndim]
        count = x.numel() // x.shape[1] * world_size()
        mean = all_sum(x.float().sum(places)) / count
        centred = x.float() - mean.view(shape)
        variance = all_sum(centred.square().sum(places)) / count
        self._remember(mean.detach(), variance.detach() * (count / (count - 1)))
        scaled = centred * torch.rsqrt(variance + self.eps).view(shape)
        return (scaled * self.weight.view(shape) + self.bias.view(shape)).to(x.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        if self.track_running_stats and self.running_mean is not None and self.running_var is not None:
            self.running_mean.lerp_(mean, self.momentum or 0.0)
            self.running_var.lerp_(variance, self.momentum or 0.0)
            if self.num_batches_tracked is not None:
                self.num_batches_tracked.add_(1)


@contextmanager
def frozen_statistics(network: nn.Module) -> Iterator[None]:
    """Within it, batches leave no trace in running means and variances."""
    norms = [part for part in network.modules() if isinstance(part, nn.BatchNorm1d)]
    before = [(norm, norm.momentum) for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in before:
            norm.momentum = momentum

"""Batch normalization over the batches of all processes, which torch's own SyncBatchNorm does not offer on CPUs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ..distributed import all_sum, world_size


class BatchNorm(nn.BatchNorm1d):
    """Batch normalization that uses the statistics of all processes where several train together.

    In a single process, and in evaluation mode, it does the same as :class:`torch.nn.BatchNorm1d`.

    Parameters
    ----------
    num_features : int
        C, number of channels.
    eps : float
        Added to the variance before the square root.
    momentum : float
        Share of the new batch in the running statistics, from 0 to 1.
    affine : bool
        Whether the output is scaled and shifted by learned values; several processes need True.
    track_running_stats : bool
        Whether running statistics are kept for evaluation mode.
    device : torch.device, optional
        Where the values are kept.
    dtype : torch.dtype, optional
        Type of the values.
    bias : bool
        Whether the output is shifted by a learned value; several processes need True.

    Examples
    --------
    >>> import torch
    >>> from clrseries.encoders.batch_norm import BatchNorm
    >>> BatchNorm(1)(torch.tensor([[1.0], [3.0]])).round(decimals=3).flatten().tolist()
    [-1.0, 1.0]
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return the input with mean 0 and variance 1 in each channel, scaled and shifted by learned values.

        Parameters
        ----------
        x : float (B, C) or (B, C, L)
            Batch of this process; each process must have the same B and L.

        Returns
        -------
        float (B, C) or (B, C, L)
            Same shape and type as the input.
        """
        if not self.training or world_size() == 1:
            return super().forward(x)
        places = [0, 2][: x.ndim - 1]
        shape = [1, -1, 1][: x.ndim]
        count = x.numel() // x.shape[1] * world_size()
        mean = all_sum(x.float().sum(places)) / count
        centered = x.float() - mean.view(shape)
        variance = all_sum(centered.square().sum(places)) / count
        self._remember(mean.detach(), variance.detach() * (count / (count - 1)))
        scaled = centered * torch.rsqrt(variance + self.eps).view(shape)
        return (scaled * self.weight.view(shape) + self.bias.view(shape)).to(x.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        """Move the running mean and variance toward those of the batch."""
        if self.track_running_stats and self.running_mean is not None and self.running_var is not None:
            self.running_mean.lerp_(mean, self.momentum or 0.0)
            self.running_var.lerp_(variance, self.momentum or 0.0)
            if self.num_batches_tracked is not None:
                self.num_batches_tracked.add_(1)


@contextmanager
def frozen_statistics(network: nn.Module) -> Iterator[None]:
    """Keep the running means and variances of a network unchanged within a ``with`` block.

    Parameters
    ----------
    network : torch.nn.Module
        Its batch normalizations get momentum 0, and their own momentum back at the end.

    Yields
    ------
    None
    """
    norms = [part for part in network.modules() if isinstance(part, nn.BatchNorm1d)]
    before = [(norm, norm.momentum) for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in before:
            norm.momentum = momentum

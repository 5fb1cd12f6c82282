"""What the processes of one training share: batches and sums, with gradients.

Every process computes the loss of the whole batch. What arrives at its own part is the sum over processes of what each
found for it; DistributedDataParallel divides by their number W afterwards, which leaves the gradient that one process
would have found. (Keeping only the own slice's gradient, as is often done, leaves 1 / W of it.)
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, distributed


def world_size() -> int:
    """Processes that train together; 1 where there is no process group."""
    return distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1


def rank() -> int:
    """Which of them this is, from 0."""
    return distributed.get_rank() if world_size() > 1 else 0


def gather(part: Tensor) -> Tensor:
    """All processes' parts, (N, ...) each, as one (W N, ...) in order of rank; `part` itself in a single process."""
    return part if world_size() == 1 else _Gather.apply(part)


def all_sum(part: Tensor) -> Tensor:
    """The sum over processes of tensors of one shape; `part` itself in a single process."""
    return part if world_size() == 1 else _AllSum.apply(part)


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, part: Tensor) -> Tensor:
        parts = [torch.empty_like(part) for _ in range(world_size())]
        distributed.all_gather(parts, part.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Tensor:
        return _summed(slopes[0]).chunk(world_size())[distributed.get_rank()]


class _AllSum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, part: Tensor) -> Tensor:
        return _summed(part)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Tensor:
        return _summed(slopes[0])


def _summed(part: Tensor) -> Tensor:
    total = part.clone(memory_format=torch.contiguous_format)
    distributed.all_reduce(total)
    return total

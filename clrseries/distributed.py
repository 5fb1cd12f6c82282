"""Communication between the W processes of one training, with gradients.

Every process computes the loss of the whole batch. In the backward pass, the gradient of a process's own part is summed over all
processes. DistributedDataParallel then divides by W, so that the result is the gradient of a training in one process. (If each
process kept only the gradient of its own loss, as is often done, the result would be 1 / W of it.)
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, distributed


def world_size() -> int:
    """Return the number of processes that train together.

    Returns
    -------
    int
        1 if there is no process group.
    """
    return distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1


def process_rank() -> int:
    """Return the number of this process among those that train together.

    Returns
    -------
    int
        From 0; 0 if there is no process group.
    """
    return distributed.get_rank() if world_size() > 1 else 0


def gather(part: Tensor) -> Tensor:
    """Join the parts of all processes into one tensor.

    Parameters
    ----------
    part : Tensor (N, ...)
        Part of this process, of equal shape in all processes.

    Returns
    -------
    Tensor (W N, ...)
        All parts, in order of process; `part` itself in a single process.
    """
    return part if world_size() == 1 else _Gather.apply(part)


def all_sum(part: Tensor) -> Tensor:
    """Sum a tensor over all processes.

    Parameters
    ----------
    part : Tensor
        Summand of this process, of equal shape in all processes.

    Returns
    -------
    Tensor
        The sum; `part` itself in a single process.
    """
    return part if world_size() == 1 else _AllSum.apply(part)


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, part: Tensor) -> Tensor:
        parts = [torch.empty_like(part) for _ in range(world_size())]
        distributed.all_gather(parts, part.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(ctx: Any, *grad_output: Tensor) -> Tensor:
        return _summed(grad_output[0]).chunk(world_size())[distributed.get_rank()]


class _AllSum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, part: Tensor) -> Tensor:
        return _summed(part)

    @staticmethod
    def backward(ctx: Any, *grad_output: Tensor) -> Tensor:
        return _summed(grad_output[0])


def _summed(part: Tensor) -> Tensor:
    total = part.clone(memory_format=torch.contiguous_format)
    distributed.all_reduce(total)
    return total

"""LARS: SGD whose rate for each layer follows the layer's size, for large batches (You et al. 2017, arXiv:1708.03888)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch


class LARS(torch.optim.Optimizer):
    """Momentum SGD with layer-wise rates, as SimCLR, BYOL and Barlow Twins use it.

    For a weight w with gradient g: u = g + decay w; v = momentum v + u trust |w| / |u|; w -= rate v. Vectors (biases, scales of
    normalisations) are neither decayed nor rescaled.

    Parameters
    ----------
    params : iterable
    lr : float
    weight_decay : float
    momentum : float
    trust : float
        eta of the paper.
    """

    def __init__(
        self, params: Iterable[Any], lr: float, weight_decay: float = 0.0, momentum: float = 0.9, trust: float = 1e-3
    ) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum, "trust": trust})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step; `closure`, if given, computes the loss anew."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._move(weight, group)
        return loss

    def _move(self, weight: torch.Tensor, group: dict[str, Any]) -> None:
        update = weight.grad
        assert update is not None
        if weight.ndim > 1:
            update = update.add(weight, alpha=group["weight_decay"])
            sizes, lengths = weight.norm(), update.norm()
            ratio = group["trust"] * sizes / lengths
            update = update * torch.where((sizes > 0) & (lengths > 0), ratio, torch.ones_like(ratio))
        state = self.state[weight]
        velocity = state.setdefault("velocity", torch.zeros_like(weight))
        velocity.mul_(group["momentum"]).add_(update)
        weight.sub_(velocity, alpha=group["lr"])

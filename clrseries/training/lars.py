"""The optimizer LARS, for large batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch


class LARS(torch.optim.Optimizer):
    """Stochastic gradient descent with momentum and a learning rate for each layer, as in SimCLR, BYOL and Barlow Twins.

    For a weight w with gradient g: ``u = g + decay w``; ``v = momentum v + u trust |w| / |u|``; ``w -= rate v``. Vectors
    (biases, and scales of normalizations) have no decay and no factor ``trust |w| / |u|``.

    Parameters
    ----------
    params : iterable of torch.nn.Parameter or of dict
        Parameters, or groups of parameters.
    lr : float
        Learning rate.
    weight_decay : float
        Weight decay.
    momentum : float
        Momentum, from 0 to 1.
    trust : float
        Trust coefficient, eta in the paper.

    References
    ----------
    You et al. 2017, arXiv:1708.03888.
    """

    def __init__(
        self, params: Iterable[Any], lr: float, weight_decay: float = 0.0, momentum: float = 0.9, trust: float = 1e-3
    ) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum, "trust": trust})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update all weights once.

        Parameters
        ----------
        closure : function, optional
            Computes the loss again.

        Returns
        -------
        object
            The result of `closure`, or None.
        """
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

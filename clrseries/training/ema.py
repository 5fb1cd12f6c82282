"""The running mean of the weights, often better than the last (Polyak & Juditsky 1992)."""

from __future__ import annotations

from typing import Any

import lightning
import torch

Weights = dict[str, torch.Tensor]


class RunningMean(lightning.Callback):
    """mean <- decay mean + (1 - decay) weights after every step; at the end it takes the place of the weights.

    (Lightning's own ``EMAWeightAveraging`` copies the whole module, and with it the data.)

    Parameters
    ----------
    decay : float
        In (0, 1).
    """

    def __init__(self, decay: float) -> None:
        self.decay = decay
        self.mean: Weights = {}
        self.steps = 0

    @torch.no_grad()
    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, index: int) -> None:
        """Take in the weights, if there was a step."""
        if trainer.global_step == self.steps:
            return
        self.steps = trainer.global_step
        now: Weights = module.method.state_dict()
        if not self.mean:
            self.mean = {name: value.clone() for name, value in now.items()}
        for name, value in now.items():
            old = self.mean[name] = self.mean[name].to(value.device)
            old.lerp_(value, 1.0 - self.decay) if value.is_floating_point() else old.copy_(value)

    def on_train_end(self, trainer: Any, module: Any) -> None:
        """The mean becomes the method's weights."""
        if self.mean:
            module.method.load_state_dict(self.mean)

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {"mean": self.mean, "steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """From the checkpoint."""
        self.mean, self.steps = state["mean"], state["steps"]

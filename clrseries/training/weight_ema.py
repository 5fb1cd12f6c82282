"""The exponential moving average of the weights, which is often better than the last weights (Polyak & Juditsky 1992)."""

from __future__ import annotations

from typing import Any

import lightning
import torch

Weights = dict[str, torch.Tensor]


class WeightEMA(lightning.Callback):
    """Callback that averages the weights over the steps, and replaces them by the average at the end.

    After step n, ``mean = d mean + (1 - d) weights``, where d is `decay`, or ``(1 + n) / (10 + n)`` while that is smaller: otherwise
    the average of a training of some hundred steps would be mostly the random weights that it began with. (``EMAWeightAveraging`` of
    Lightning is not used because it copies the whole module together with the data.)

    Parameters
    ----------
    decay : float
        Between 0 and 1.
    """

    def __init__(self, decay: float) -> None:
        self.decay = decay
        self.mean: Weights = {}
        self.steps = 0

    @torch.no_grad()
    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, index: int) -> None:
        """Add the weights to the average, if they were updated.

        Parameters
        ----------
        trainer : lightning.Trainer
            The trainer.
        module : Pretraining
            The module.
        outputs : object
            The output of the step.
        batch : Batch
            The batch.
        index : int
            Number of the batch in the epoch.
        """
        if trainer.global_step == self.steps:
            return
        self.steps = trainer.global_step
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        now: Weights = module.method.state_dict()
        if not self.mean:
            self.mean = {name: value.clone() for name, value in now.items()}
        for name, value in now.items():
            old = self.mean[name] = self.mean[name].to(value.device)
            old.lerp_(value, 1.0 - decay) if value.is_floating_point() else old.copy_(value)

    def on_train_end(self, trainer: Any, module: Any) -> None:
        """Load the average into the method.

        Parameters
        ----------
        trainer : lightning.Trainer
            The trainer.
        module : Pretraining
            The module.
        """
        if self.mean:
            module.method.load_state_dict(self.mean)

    def state_dict(self) -> dict[str, Any]:
        """Return the state for the checkpoint.

        Returns
        -------
        dict
        """
        return {"mean": self.mean, "steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the state from a checkpoint.

        Parameters
        ----------
        state : dict
            As :meth:`state_dict` returns it.
        """
        self.mean, self.steps = state["mean"], state["steps"]

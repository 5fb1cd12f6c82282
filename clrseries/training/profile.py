"""Measurement of the time that each part of a training takes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import lightning

from ..files import write_json

PARTS = {
    "read": "rows out of memory or off the disk (in the background)",
    "augment": "views made by the kernel (in the background)",
    "wait": "the network waited for views",
    "forward": "encoder and loss",
    "backward": "gradients",
    "step": "optimizer, momentum copies",
}


class Profile(lightning.Callback):
    """Callback that measures the time of every part of the training steps, and writes the sums to a file.

    Parameters
    ----------
    path : Path
        The file, ``profile.json``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seconds = dict.fromkeys(PARTS, 0.0)
        self.last = 0.0

    def _until_now(self, part: str) -> None:
        now = time.perf_counter()
        self.seconds[part] += now - self.last
        self.last = now

    def on_train_epoch_start(self, trainer: Any, module: Any) -> None:
        """Start the clock.

        Parameters
        ----------
        trainer : lightning.Trainer
            The trainer.
        module : Pretraining
            The module.
        """
        self.last = time.perf_counter()

    def on_train_batch_start(self, trainer: Any, module: Any, batch: Any, index: int) -> None:
        """Add the time since the last event to ``wait``, because the batch is ready now.

        Parameters
        ----------
        trainer : lightning.Trainer
            The trainer.
        module : Pretraining
            The module.
        batch : Batch
            The batch.
        index : int
            Number of the batch in the epoch.
        """
        self._until_now("wait")

    def on_before_backward(self, trainer: Any, module: Any, loss: Any) -> None:
        """Add the time since the last event to ``forward``, because the loss is known now.

        Parameters
        ----------
        trainer : lightning.Trainer
            The trainer.
        module : Pretraining
            The module.
        loss : Tensor
            The loss.
        """
        self._until_now("forward")

    def on_after_backward(self, trainer: Any, module: Any) -> None:
        """Add the time since the last event to ``backward``, because the gradients are known now.

        Parameters
        ----------
        trainer : lightning.Trainer
            The trainer.
        module : Pretraining
            The module.
        """
        self._until_now("backward")

    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, index: int) -> None:
        """Add the time since the last event to ``step``, because the weights are updated now.

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
        self._until_now("step")

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        """Add the time that the thread in the background spent.

        Parameters
        ----------
        trainer : lightning.Trainer
            The trainer.
        module : Pretraining
            The module.
        """
        for part, spent in module.batches.seconds.items():
            self.seconds[part] += spent

    def on_fit_end(self, trainer: Any, module: Any) -> None:
        """Write the sums to the file, and print them.

        Parameters
        ----------
        trainer : lightning.Trainer
            The trainer.
        module : Pretraining
            The module.
        """
        if not trainer.is_global_zero:
            return
        write_json(self.path, self.seconds)
        whole = sum(self.seconds[part] for part in ("wait", "forward", "backward", "step")) or 1.0
        for part, meaning in PARTS.items():
            print(f"{part:9s}{self.seconds[part]:9.2f} s {100 * self.seconds[part] / whole:6.1f} %  {meaning}")

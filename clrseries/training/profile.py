"""Where the time of a training goes."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import lightning

PARTS = {
    "read": "rows out of memory or off the disk (in the background)",
    "augment": "views made by the kernel (in the background)",
    "wait": "the network waited for views",
    "forward": "encoder and loss",
    "backward": "gradients",
    "step": "optimiser, momentum copies",
}


class Profile(lightning.Callback):
    """Seconds of every part of a training step, summed over the training; written to ``profile.json``.

    Parameters
    ----------
    path : path
        Of the file.
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
        """The clock starts."""
        self.last = time.perf_counter()

    def on_train_batch_start(self, trainer: Any, module: Any, batch: Any, index: int) -> None:
        """The batch is here."""
        self._until_now("wait")

    def on_before_backward(self, trainer: Any, module: Any, loss: Any) -> None:
        """The loss is known."""
        self._until_now("forward")

    def on_after_backward(self, trainer: Any, module: Any) -> None:
        """Gradients are known."""
        self._until_now("backward")

    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, index: int) -> None:
        """The step is done."""
        self._until_now("step")

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        """Take over what the background spent."""
        for part, spent in module.batches.seconds.items():
            self.seconds[part] += spent

    def on_fit_end(self, trainer: Any, module: Any) -> None:
        """Write and show it."""
        if not trainer.is_global_zero:
            return
        self.path.write_text(json.dumps(self.seconds, indent=2) + "\n")
        whole = sum(self.seconds[part] for part in ("wait", "forward", "backward", "step")) or 1.0
        for part, meaning in PARTS.items():
            print(f"{part:9s}{self.seconds[part]:9.2f} s {100 * self.seconds[part] / whole:6.1f} %  {meaning}")

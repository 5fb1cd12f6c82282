"""The Lightning module: a method, its optimiser, and the batches of each epoch."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning
import torch
from torch import Tensor

from ..errors import InputError
from ..methods import Batch, Method
from .batches import Batches
from .examples import Examples
from .lars import LARS

OPTIMISERS = {"adamw": torch.optim.AdamW, "lars": LARS}
COLUMNS = ("epoch", "loss", "alignment", "uniformity", "rank", "probe")


@dataclass(frozen=True)
class Schedule:
    """How fast the weights move: a linear warm-up over the first tenth of all steps, then a cosine to zero."""

    optimiser: str
    learning_rate: float
    weight_decay: float

    def __post_init__(self) -> None:
        if self.optimiser not in OPTIMISERS:
            raise InputError(f"optimiser is one of {', '.join(OPTIMISERS)}; got {self.optimiser!r}")

    def build(self, parameters: Any, steps: int) -> Any:
        """Optimiser and schedule as Lightning takes them."""
        warm = max(steps // 10, 1)

        def rate(step: int) -> float:
            if step < warm:
                return (step + 1) / warm
            return 0.5 * (1.0 + math.cos(math.pi * min((step - warm) / max(steps - warm, 1), 1.0)))

        kind: Any = OPTIMISERS[self.optimiser]
        optimiser = kind(parameters, lr=self.learning_rate, weight_decay=self.weight_decay)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


class Pretraining(lightning.LightningModule):
    """Trains `method` on views of `examples`."""

    def __init__(self, method: Method, examples: Examples, schedule: Schedule, batch_size: int, seed: int) -> None:
        super().__init__()
        self.method = method
        self.examples = examples
        self.schedule = schedule
        self.batch_size = batch_size
        self.seed = seed
        self.batches = Batches(examples, batch_size, method.views, seed)
        self.noted: dict[str, float] = {}
        self.metrics: list[dict[str, float]] = []

    @property
    def losses(self) -> list[float]:
        """The mean loss of every epoch so far."""
        return [row["loss"] for row in self.metrics]

    def train_dataloader(self) -> Any:
        """The batches of the current epoch; the trainer asks anew for each."""
        self.batches = Batches(self.examples, self.batch_size, self.method.views, self.seed, self.current_epoch)
        return self.batches

    def training_step(self, batch: Batch, index: int) -> Tensor:
        """Loss of one batch of views."""
        loss, parts = self.method(batch)
        size = len(batch.inputs[0])
        self.log("loss", loss, on_step=False, on_epoch=True, prog_bar=True, batch_size=size)
        if len(parts) > 1:
            self.log_dict(parts, on_step=False, on_epoch=True, batch_size=size)
        return loss

    def optimizer_step(self, *arguments: Any, **named: Any) -> None:
        """The optimiser's step, and then what the method does after it."""
        super().optimizer_step(*arguments, **named)
        self.method.after_step(self.trainer.global_step / max(self.steps, 1))

    def on_train_epoch_end(self) -> None:
        """Keep the epoch's numbers; they travel with the checkpoint, so that resuming loses none."""
        loss = float(self.trainer.callback_metrics["loss"])  # of the whole batch, the same in every process
        self.metrics.append({"epoch": self.current_epoch + 1, "loss": loss, **self.noted})
        self.noted = {}
        if self.trainer.is_global_zero:
            used = [name for name in COLUMNS if any(name in row for row in self.metrics)]
            with (Path(self.trainer.default_root_dir) / "metrics.csv").open("w", newline="") as file:
                writer = csv.DictWriter(file, used)
                writer.writeheader()
                writer.writerows(self.metrics)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add the numbers so far."""
        checkpoint["metrics"] = self.metrics

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take the numbers of the interrupted run."""
        self.metrics = list(checkpoint["metrics"])

    def configure_optimizers(self) -> Any:
        """Optimiser and schedule, stepped after every batch."""
        self.steps = int(self.trainer.estimated_stepping_batches)
        return self.schedule.build([p for p in self.parameters() if p.requires_grad], max(self.steps, 1))

"""The Lightning module of the training."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import lightning
import torch
from torch import Tensor

from ..files import replacing
from ..methods import Batch, Method
from .batches import Batches
from .hand_over import HandOver, hand_over_for
from .lars import LARS
from .on_device import makes_views, placed
from .settings import Optimizer
from .training_set import TrainingSet

KINDS: dict[str, Any] = {"adamw": torch.optim.AdamW, "lars": LARS}
COLUMNS = ("epoch", "loss", "alignment", "uniformity", "rank", "probe")


def scheduled(optimizer: Optimizer, parameters: Any, steps: int) -> dict[str, Any]:
    """Build the optimizer and the schedule of its learning rate.

    The rate rises linearly in the first tenth of all steps, and then falls to 0 as a cosine.

    Parameters
    ----------
    optimizer : Optimizer
        Settings of the optimizer.
    parameters : iterable of torch.nn.Parameter
        The weights.
    steps : int
        Number of steps of the whole training.

    Returns
    -------
    dict
        In the form that Lightning expects.
    """
    warm = max(steps // 10, 1)

    def rate(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1.0 + math.cos(math.pi * min((step - warm) / max(steps - warm, 1), 1.0)))

    own = KINDS[optimizer.name](parameters, lr=optimizer.learning_rate, weight_decay=optimizer.weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(own, rate)
    return {"optimizer": own, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


class Pretraining(lightning.LightningModule):
    """Lightning module that trains a method on views of a training set.

    Parameters
    ----------
    method : Method
        Contrastive method with its encoder.
    training_set : TrainingSet
        Data and augmentation.
    optimizer : Optimizer
        Settings of the optimizer.
    batch_size : int
        Number of objects of a batch, over all processes.
    seed : int
        Seed of the order of the objects and of their views.
    """

    def __init__(
        self, method: Method, training_set: TrainingSet, optimizer: Optimizer, batch_size: int, seed: int
    ) -> None:
        super().__init__()
        self.method = method
        self.training_set = training_set
        self.optimizer = optimizer
        self.batch_size = batch_size
        self.seed = seed
        self.batches = Batches(training_set, batch_size, method.views, seed)
        self.hand_over: HandOver | None = None  # known when the module is on its device
        self.noted: dict[str, float] = {}
        self.metrics: list[dict[str, float]] = []
        self.loss_sum: Any = 0.0  # over the batches of this epoch so far
        self.loss_count = 0

    @property
    def losses(self) -> list[float]:
        """Mean loss of every epoch so far."""
        return [row["loss"] for row in self.metrics]

    def train_dataloader(self) -> Any:
        """Return the batches of the current epoch; the trainer calls this in every epoch.

        Returns
        -------
        Batches
        """
        if self.hand_over is None:
            gpu = makes_views(self.training_set, self.device)
            self.training_set = placed(self.training_set, self.device)
            self.hand_over = hand_over_for(self.device if gpu else None)
        self.batches = Batches(
            self.training_set, self.batch_size, self.method.views, self.seed, self.current_epoch, self.hand_over
        )
        return self.batches

    def training_step(self, batch: Batch, index: int) -> Tensor:
        """Compute the loss of one batch of views.

        Parameters
        ----------
        batch : Batch
            Views of the objects, and their labels.
        index : int
            Number of the batch in the epoch.

        Returns
        -------
        Tensor ()
            The loss.
        """
        loss, parts = self.method(batch)
        size = len(batch.inputs[0])
        self.loss_sum = self.loss_sum + loss.detach().float()  # not every device has float64
        self.loss_count += 1
        self.log("loss", loss, on_step=False, on_epoch=True, prog_bar=True, batch_size=size)
        if len(parts) > 1:
            self.log_dict(parts, on_step=False, on_epoch=True, batch_size=size)
        return loss

    def optimizer_step(self, *arguments: Any, **named: Any) -> None:
        """Update the weights, and then call ``after_step`` of the method, which for instance updates a momentum encoder.

        Parameters
        ----------
        *arguments, **named : object
            As Lightning passes them.
        """
        super().optimizer_step(*arguments, **named)
        self.method.after_step(self.trainer.global_step / max(self.steps, 1))

    def on_train_epoch_end(self) -> None:
        """Add the loss and the diagnostics of the epoch to ``metrics``, and write ``metrics.csv``."""
        loss = float(self.loss_sum) / self.loss_count  # of whole batches, equal in all processes
        self.loss_sum, self.loss_count = 0.0, 0
        self.metrics.append({"epoch": self.current_epoch + 1, "loss": loss, **self.noted})
        self.noted = {}
        if self.trainer.is_global_zero:
            used = [name for name in COLUMNS if any(name in row for row in self.metrics)]
            metrics = Path(self.trainer.default_root_dir) / "metrics.csv"
            with replacing(metrics) as part, part.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, used)
                writer.writeheader()
                writer.writerows(self.metrics)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add the metrics of all epochs, and the losses of this one, to a checkpoint, so that a resumed training has them.

        Parameters
        ----------
        checkpoint : dict
            Changed in place.
        """
        checkpoint["metrics"] = self.metrics
        checkpoint["loss_so_far"] = (float(self.loss_sum), self.loss_count)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Restore the metrics and losses before the interruption.

        Parameters
        ----------
        checkpoint : dict
            Content of the checkpoint.
        """
        self.metrics = list(checkpoint["metrics"])
        self.loss_sum, self.loss_count = checkpoint.get("loss_so_far", (0.0, 0))

    def configure_optimizers(self) -> Any:
        """Build the optimizer and its schedule, which is updated after every step.

        Returns
        -------
        dict
            In the form that Lightning expects.
        """
        self.steps = int(self.trainer.estimated_stepping_batches)
        return scheduled(self.optimizer, [p for p in self.parameters() if p.requires_grad], max(self.steps, 1))

"""The Lightning module: encoder, method, optimiser and the batches of each epoch."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import lightning
import torch
from torch import Tensor, nn

from ..augment import Observe
from ..monitor import Monitor
from ..series import Series
from .batches import Batches


class Pretraining(lightning.LightningModule):
    """Trains `encoder` with `method` on views of `series`.

    AdamW with a linear warm-up over the first tenth of all steps, then a cosine to zero.
    """

    def __init__(
        self,
        encoder: nn.Module,
        method: nn.Module,
        series: Series,
        observe: Observe | Monitor,
        *,
        batch_size: int,
        learning_rate: float,
        weight_decay: float,
        seed: int,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.method = method
        self.series = series
        self.observe = observe
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.seed = seed
        self.losses: list[float] = []

    def train_dataloader(self) -> Any:
        """The batches of the current epoch; the trainer asks anew for each."""
        return Batches(self.series, self.observe, self.batch_size, 2, self.seed, self.current_epoch)

    def training_step(self, batch: tuple[Tensor, ...], index: int) -> Tensor:
        """Loss of one batch of views, (N, V, P or L) each."""
        objects, views, _ = batch[0].shape
        embeddings = self.encoder(*(part.flatten(0, 1) for part in batch))
        loss = self.method(embeddings.reshape(objects, views, -1))
        self.log("loss", loss, on_step=False, on_epoch=True, prog_bar=True, batch_size=objects)
        return loss

    def on_train_epoch_end(self) -> None:
        """Keep the epoch's mean loss; it travels with the checkpoint, so that resuming loses none."""
        self.losses.append(float(self.trainer.callback_metrics["loss"]))
        with (Path(self.trainer.default_root_dir) / "metrics.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("epoch", "loss"), *enumerate(self.losses, start=1)])

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add the losses so far."""
        checkpoint["losses"] = list(self.losses)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take the losses of the interrupted run."""
        self.losses = list(checkpoint["losses"])

    def configure_optimizers(self) -> Any:
        """AdamW and its schedule, stepped after every batch."""
        total = max(int(self.trainer.estimated_stepping_batches), 1)
        warm = max(total // 10, 1)

        def rate(step: int) -> float:
            if step < warm:
                return (step + 1) / warm
            return 0.5 * (1.0 + math.cos(math.pi * min((step - warm) / max(total - warm, 1), 1.0)))

        optimiser = torch.optim.AdamW(self.parameters(), lr=self.learning_rate, weight_decay=self.weight_decay)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

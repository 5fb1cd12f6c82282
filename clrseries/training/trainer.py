"""Lightning's trainer as this package uses it."""

from __future__ import annotations

import logging
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import lightning
from lightning.pytorch.callbacks import ModelCheckpoint, RichProgressBar
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.plugins.io import TorchCheckpointIO

from .ema import RunningMean

PRECISIONS = {"32": "32-true", "bf16": "bf16-mixed"}


class WholeCheckpoints(TorchCheckpointIO):
    """Checkpoints under a temporary name until they are whole: a run killed while it writes keeps the one before."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any | None = None) -> None:
        """Write, then rename."""
        part = Path(path).with_name(f".{Path(path).name}.{os.getpid()}.part")
        try:
            super().save_checkpoint(checkpoint, part, storage_options)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


class Progress(RichProgressBar):
    """Without the number of the log folder, which would be cut in half."""

    def get_metrics(self, trainer: Any, module: Any) -> dict[str, Any]:
        """What is shown beside the bar."""
        shown = super().get_metrics(trainer, module)
        shown.pop("v_num", None)
        return shown


def build_trainer(
    run: Path,
    callbacks: list[Any],
    *,
    epochs: int,
    accumulate: int,
    ema: float,
    precision: str,
    devices: int,
    progress: bool,
) -> lightning.Trainer:
    """A trainer that keeps ``last.ckpt`` in the folder `run`, written twenty times or more often."""
    for noisy in ("lightning.pytorch", "lightning.fabric", "lightning.pytorch.utilities.rank_zero"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    if ema:
        callbacks = [*callbacks, RunningMean(ema)]
    if progress:
        callbacks = [*callbacks, Progress()]
    every = max(epochs // 20, 1)
    keep = ModelCheckpoint(run, filename="last", every_n_epochs=every, enable_version_counter=False)
    return lightning.Trainer(
        max_epochs=epochs,
        default_root_dir=run,
        accelerator="auto",
        devices=devices,
        strategy="ddp" if devices > 1 else "auto",
        precision=PRECISIONS[precision],  # type: ignore[arg-type]
        accumulate_grad_batches=accumulate,
        callbacks=[*callbacks, keep],
        plugins=[WholeCheckpoints()],
        logger=TensorBoardLogger(run, name="", version="tensorboard") if find_spec("tensorboard") else False,
        reload_dataloaders_every_n_epochs=1,
        use_distributed_sampler=False,
        enable_progress_bar=progress,
        enable_model_summary=False,
        log_every_n_steps=1,
        gradient_clip_val=5.0,
    )

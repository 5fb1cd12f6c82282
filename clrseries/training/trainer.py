"""The trainer of Lightning, with the settings of this package."""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import lightning
from lightning.fabric.plugins.environments import LightningEnvironment, SLURMEnvironment
from lightning.pytorch.callbacks import ModelCheckpoint, RichProgressBar
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.plugins.io import TorchCheckpointIO

from ..files import replacing
from .arguments import Arguments
from .launched import Launched, by_torchrun, launched
from .weight_ema import WeightEMA

OFTEN = timedelta(minutes=10)  # time between checkpoints within an epoch
PRECISIONS = {"32": "32-true", "bf16": "bf16-mixed"}


class WholeCheckpoints(TorchCheckpointIO):
    """Writer of checkpoints that never leaves an incomplete file.

    A checkpoint has a temporary name while it is written, so that an interrupted run keeps the previous checkpoint.
    """

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any | None = None) -> None:
        """Write a checkpoint to a temporary file and rename it.

        Parameters
        ----------
        checkpoint : dict
            Content of the checkpoint.
        path : path
            The file.
        storage_options : object, optional
            As Lightning passes them.
        """
        with replacing(path) as part:
            try:
                super().save_checkpoint(checkpoint, part, storage_options)
            except RuntimeError as error:  # torch's own error, for instance when the disk is full
                raise OSError(str(error).splitlines()[0]) from error


class Timely(ModelCheckpoint):
    """Writer of a checkpoint every few minutes, also within an epoch; not between batches whose gradients are being added.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, filename="last", train_time_interval=OFTEN, enable_version_counter=False)

    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Write a checkpoint, if it is time to.

        Parameters
        ----------
        trainer, module, outputs, batch : object
            As Lightning passes them.
        batch_idx : int
            Number of the batch in the epoch.
        """
        if (batch_idx + 1) % trainer.accumulate_grad_batches == 0:
            super().on_train_batch_end(trainer, module, outputs, batch, batch_idx)


class Progress(RichProgressBar):
    """Progress bar without the version number of the log folder, for which a line has no room.

    Parameters
    ----------
    refresh_rate, leave, theme, console_kwargs : object, optional
        As for ``lightning.pytorch.callbacks.RichProgressBar``.
    """

    def get_metrics(self, trainer: Any, module: Any) -> dict[str, Any]:
        """Return the numbers that are shown beside the bar.

        Parameters
        ----------
        trainer : lightning.Trainer
            The trainer.
        module : Pretraining
            The module.

        Returns
        -------
        dict of str to number or str
        """
        shown = super().get_metrics(trainer, module)
        shown.pop("v_num", None)
        return shown


def build_trainer(arguments: Arguments, callbacks: list[Any]) -> lightning.Trainer:
    """Build the trainer of a training, which writes ``last.ckpt`` to the run folder at least twenty times, and every ten minutes.

    Parameters
    ----------
    arguments : Arguments
        Arguments of the training.
    callbacks : list of lightning.Callback
        Further callbacks.

    Returns
    -------
    lightning.Trainer
    """
    for noisy in ("lightning.pytorch", "lightning.fabric", "lightning.pytorch.utilities.rank_zero"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    if arguments.optimizer.ema:
        callbacks = [*callbacks, WeightEMA(arguments.optimizer.ema)]
    if arguments.progress:
        callbacks = [*callbacks, Progress()]
    started = launched(arguments.run.devices)
    folder, every = arguments.output, max(arguments.epochs // 20, 1)
    keep = [
        ModelCheckpoint(folder, filename="last", every_n_epochs=every, enable_version_counter=False),
        Timely(folder),
    ]
    return lightning.Trainer(
        max_epochs=arguments.epochs,
        default_root_dir=folder,
        accelerator="auto",
        devices=started.devices,
        num_nodes=started.machines,
        strategy="ddp" if started.processes > 1 else "auto",
        precision=PRECISIONS[arguments.run.precision],  # type: ignore[arg-type]
        accumulate_grad_batches=arguments.memory.accumulate,
        callbacks=[*callbacks, *keep],
        plugins=[WholeCheckpoints(), *_environment(started)],
        logger=TensorBoardLogger(folder, name="", version="tensorboard") if find_spec("tensorboard") else False,
        reload_dataloaders_every_n_epochs=1,
        use_distributed_sampler=False,
        enable_progress_bar=arguments.progress,
        enable_model_summary=False,
        log_every_n_steps=1,
        gradient_clip_val=5.0,
    )


def _environment(started: Launched) -> list[Any]:
    """Return Lightning's environment of a single machine, where Lightning would otherwise take that of SLURM by mistake.

    It does so in every batch job with ``--ntasks``, also if nothing but this one process was started. Only processes that ``srun``
    has started as one step with a task for each device belong together.
    """
    if started.processes == 1:
        return [LightningEnvironment()]
    tasks = os.environ.get("SLURM_STEP_NUM_TASKS")
    apart = SLURMEnvironment.detect() and tasks != str(started.processes) and not by_torchrun()
    return [LightningEnvironment()] if apart else []

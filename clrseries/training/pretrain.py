"""``pretrain``: learn a representation from data without labels."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..io.parquet import refuse_existing
from ..series import Series


def pretrain(
    data: str | Path | Series | Sequence[str | Path | Series],
    output: str | Path,
    *,
    augment: Sequence[Any] | None = None,
    encoder: str = "auto",
    width: int = 512,
    size: str = "tiny",
    embedding: int = 256,
    projection: int = 128,
    temperature: float = 0.1,
    epochs: int = 200,
    batch_size: int = 256,
    learning_rate: float = 2e-3,
    weight_decay: float = 1e-4,
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    progress: bool = True,
) -> Path:
    """Train an encoder with SimCLR on re-observations of `data`.

    Parameters
    ----------
    data : path, "miles", "stelib", Series, or several of them
        Parquet files as :func:`clrseries.read_parquet` takes them. Labels are not looked at.
    output : path
        Run folder: ``model/`` (``config.json``, ``model.safetensors``), ``metrics.csv``,
        ``tensorboard/`` where tensorboard is installed, ``last.ckpt``.
    augment : list of steps, optional
        Written as in ``clrseries/augment/config.py``; default ``stellar.yaml`` beside it, for light curves ``variables.yaml``.
    encoder : str
        For spectra ``"dense"`` (best where all share one rest frame), ``"resnet1d"``, ``"spectrum_transformer"`` or
        ``"convnext1d"``; for light curves ``"curve_transformer"``, ``"curve_conv"`` or ``"curve_tcn"``; ``"auto"`` takes the
        first of each; see :mod:`clrseries.encoders`.
    width : int
        Hidden units of ``"dense"``, channels of the first stage of ``"resnet1d"``.
    size : str
        Of the other encoders: ``"tiny"``, ``"small"`` or ``"base"``.
    embedding : int
        Size of the embedding.
    projection : int
        Size in which the loss compares views.
    temperature : float
        Of NT-Xent; smaller weighs the most similar other objects more.
    epochs : int
        Passes over the data.
    batch_size : int
        Objects in a batch, each in two views.
    learning_rate : float
        Peak rate of AdamW, after a warm-up; then a cosine to zero.
    weight_decay : float
        Of AdamW.
    seed : int
        Of weights, order and views.
    resume : bool
        Go on from ``last.ckpt`` of an interrupted run in `output`.
    overwrite : bool
        Replace an earlier run in `output`.
    progress : bool
        Show a progress bar.

    Returns
    -------
    Path
        The folder of the model, for :func:`clrseries.load`.

    Raises
    ------
    InputError
        `output` exists, or there is nothing to resume, or the data cannot be used.
    """
    import lightning

    from ..augment.config import default_augmentation, observe_from_config
    from ..datasets.open import open_series
    from ..encoders import ENCODERS, build_encoder
    from ..methods import SimCLR
    from ..model import Model
    from .batches import Batches
    from .module import Pretraining

    run = Path(output)
    checkpoint = run / "last.ckpt"
    if resume and not checkpoint.exists():
        raise InputError(f"{run}: there is no last.ckpt to resume from; leave out --resume")
    if not resume:
        refuse_existing(run, overwrite)
        checkpoint.unlink(missing_ok=True)
    if encoder not in ("auto", *ENCODERS):
        raise InputError(f"there is no encoder {encoder!r}; there are {', '.join(ENCODERS)}")
    series = open_series(data)
    if len(series) < 2:
        raise InputError(f"contrastive training needs at least two objects, got {len(series)}")
    observe = observe_from_config(augment if augment is not None else default_augmentation(series))
    run.mkdir(parents=True, exist_ok=True)
    for noisy in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    lightning.seed_everything(seed, verbose=False)
    network = build_encoder(encoder, observe, series.bands, width, size, embedding)
    if hasattr(network, "standard"):
        sample = next(iter(Batches(series, observe, min(len(series), 1024), 2, seed)))
        network.standard.fit(*(part.flatten(0, 1) for part in sample))
    method = SimCLR(embedding, projection, temperature)
    module = Pretraining(
        network,
        method,
        series,
        observe,
        batch_size=batch_size,
        learning_rate=learning_rate,
        weight_decay=weight_decay,
        seed=seed,
    )
    trainer = _trainer(run, epochs, progress)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="lightning")  # deprecations between lightning and torch
        trainer.fit(module, ckpt_path=str(checkpoint) if resume else None, weights_only=True)
    notes = {
        "method": "simclr",
        "objects": len(series),
        "epochs": epochs,
        "batch_size": batch_size,
        "temperature": temperature,
        "projection": projection,
        "learning_rate": learning_rate,
        "weight_decay": weight_decay,
        "seed": seed,
        "loss": module.losses,
    }
    Model(network, method.projector, observe, notes, series.bands).save(run / "model", overwrite=overwrite or resume)
    return run / "model"


def _trainer(run: Path, epochs: int, progress: bool) -> Any:
    import lightning
    from lightning.pytorch.callbacks import ModelCheckpoint, RichProgressBar
    from lightning.pytorch.loggers import TensorBoardLogger

    class Progress(RichProgressBar):
        def get_metrics(self, trainer: Any, module: Any) -> dict[str, Any]:
            shown = super().get_metrics(trainer, module)
            shown.pop("v_num", None)  # the name of a log folder, cut in half
            return shown

    callbacks: list[Any] = [
        ModelCheckpoint(run, filename="last", every_n_epochs=max(epochs // 20, 1), enable_version_counter=False)
    ]
    if progress:
        callbacks.append(Progress())
    return lightning.Trainer(
        max_epochs=epochs,
        default_root_dir=run,
        accelerator="auto",
        devices=1,
        callbacks=callbacks,
        logger=TensorBoardLogger(run, name="", version="tensorboard") if find_spec("tensorboard") else False,
        reload_dataloaders_every_n_epochs=1,
        enable_progress_bar=progress,
        enable_model_summary=False,
        log_every_n_steps=1,
        gradient_clip_val=5.0,
    )

"""``pretrain``: learn a representation from data without labels."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..io.parquet import refuse_existing
from ..io.stream import BUFFER
from ..series import Series


def pretrain(
    data: str | Path | Series | Sequence[str | Path | Series],
    output: str | Path,
    *,
    method: str | dict[str, Any] = "simclr",
    auxiliary: Sequence[str | dict[str, Any]] = (),
    augment: Sequence[Any] | None = None,
    encoder: str = "auto",
    width: int = 512,
    size: str = "tiny",
    embedding: int = 256,
    source: str | None = None,
    label: str | None = None,
    domain: str | None = None,
    partner: str | Path | Series | None = None,
    partner_augment: Sequence[Any] | None = None,
    partner_encoder: str = "auto",
    epochs: int = 200,
    batch_size: int = 256,
    accumulate: int = 1,
    chunk: int = 0,
    optimiser: str = "adamw",
    learning_rate: float = 2e-3,
    weight_decay: float = 1e-4,
    ema: float = 0.0,
    precision: str = "32",
    compile: bool = False,
    devices: int = 1,
    stream: bool = False,
    buffer: int = BUFFER,
    look_every: int = 0,
    stop_on: str | None = None,
    patience: int = 5,
    probe: str | None = None,
    profile: bool = False,
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    progress: bool = True,
) -> Path:
    """Train an encoder with a contrastive method on re-observations of `data`.

    Parameters
    ----------
    data : path, "miles", "stelib", Series, or several of them
        Parquet files as :func:`clrseries.read_parquet` takes them. Labels are not looked at unless you name them.
    output : path
        Run folder: ``model/`` (``config.json``, ``model.safetensors``), ``metrics.csv``,
        ``tensorboard/`` where tensorboard is installed, ``last.ckpt``.
    method : str or mapping
        One of ``clrseries methods``, alone or with its settings: ``simclr``, ``{vicreg: {covariance: 2}}``.
    auxiliary : list
        Terms beside it, written likewise: ``reconstruction``, ``domain_adversarial``, ``mmd``, ``coral``.
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
    source : str, optional
        Column that names the source where it has several rows: the views of an object are then of different rows, as far
        as there are, and no two rows of a source are told apart.
    label : str, optional
        Column that the method learns from: classes for ``supcon``, numbers for ``rank_n_contrast``; null where unknown.
    domain : str, optional
        Column with the instrument or survey, for ``domain_adversarial``, ``mmd`` and ``coral``.
    partner : path or Series, optional
        The same objects (``object_id``) in another modality, for ``clip`` and ``siglip``; objects without are left out.
        Its model is written to ``partner/``.
    partner_augment, partner_encoder :
        As `augment` and `encoder`.
    epochs : int
        Passes over the data.
    batch_size : int
        Objects in a batch, over all processes.
    accumulate : int
        Batches whose gradients are added up before a step. (Objects are told from others of their own batch only; `chunk`
        makes that batch larger instead.)
    chunk : int
        If positive, a batch is encoded so many objects at a time, and again in the backward pass: memory grows with this and
        not with `batch_size`.
    optimiser : str
        ``"adamw"``, or ``"lars"`` for batches of thousands.
    learning_rate : float
        Peak rate, after a warm-up over a tenth of the training; then a cosine to zero.
    weight_decay : float
        Of the optimiser.
    ema : float
        If positive, the model is the running mean of the weights with this decay, for instance 0.999.
    precision : str
        ``"32"``, or ``"bf16"``: the encoder in bfloat16, the loss in float32.
    compile : bool
        Compile the encoder (``torch.compile``): a minute at the start, faster steps.
    devices : int
        Processes, each with a GPU where there are any; together they train as one would.
    stream : bool
        Read row groups as they are needed instead of everything at the start.
    buffer : int
        Objects in memory, and shuffled together, when streaming.
    look_every : int
        Epochs between two looks at the embeddings (alignment, uniformity, rank; collapse is said in words); 0: twenty looks.
    stop_on : str, optional
        Stop when there was no better value for `patience` looks, and keep the best model: ``"uniformity"`` (alignment +
        uniformity) and ``"rank"`` (RankMe) need no labels, ``"probe"`` does.
    patience : int
        See `stop_on`.
    probe : str, optional
        Column whose linear probe is noted at every look.
    profile : bool
        Say where the time went; ``profile.json``.
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
        `output` exists, or there is nothing to resume, or the data or an argument cannot be used.
    """
    given = {name: value for name, value in locals().items() if name not in ("output", "augment")}
    run = Path(output)
    checkpoint = _checkpoint(run, resume, overwrite)
    from .assemble import assemble, save_models

    trainer, module = assemble(run, augment, given)
    run.mkdir(parents=True, exist_ok=True)
    if not resume:
        checkpoint.unlink(missing_ok=True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="lightning")  # deprecations between lightning and torch
        trainer.fit(module, ckpt_path=str(checkpoint) if resume else None, weights_only=True)
    if trainer.is_global_zero:
        save_models(run, module, given)
    return run / "model"


def _checkpoint(run: Path, resume: bool, overwrite: bool) -> Path:
    """Where the checkpoint is; an :class:`InputError` if there is none to resume from, or another run is in the way."""
    checkpoint = run / "last.ckpt"
    if resume and not checkpoint.exists():
        raise InputError(f"{run}: there is no last.ckpt to resume from; leave out --resume")
    first_process = os.environ.get("LOCAL_RANK", "0") == "0"  # the others find what the first has begun
    if not resume and first_process:
        refuse_existing(run, overwrite)
    return checkpoint

"""The command ``pretrain``: train an encoder on data without labels."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import InputError
from ..files import refuse_existing
from ..training.arguments import Arguments
from ..training.settings import Memory, Optimizer, Partner, Run, Stopping, as_settings

if TYPE_CHECKING:
    from torch import nn

    from ..config import Augmentation
    from ..datasets.open import Data
    from ..methods import Method


def pretrain(
    data: Data,
    output: str | Path,
    *,
    method: str | Mapping[str, Any] | Method = "simclr",
    auxiliary: Sequence[str | Mapping[str, Any]] = (),
    augment: Augmentation | None = None,
    encoder: str | Mapping[str, Any] | nn.Module = "auto",
    source: str | None = None,
    label: str | None = None,
    domain: str | None = None,
    partner: Partner | Data | Mapping[str, Any] | None = None,
    epochs: int = 200,
    batch_size: int = 256,
    optimizer: Optimizer | Mapping[str, Any] | str = Optimizer(),  # noqa: B008
    stopping: Stopping | Mapping[str, Any] | str = Stopping(),  # noqa: B008
    memory: Memory | Mapping[str, Any] = Memory(),  # noqa: B008
    run: Run | Mapping[str, Any] = Run(),  # noqa: B008
    medium: Literal["vacuum", "air"] | None = None,
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    progress: bool = True,
    trust_code: bool = False,
) -> Path:
    """Train an encoder with a contrastive method on views of data.

    Parameters
    ----------
    data : path, name, Series, table, or several of them
        Files, folders, globs or names of data sets (:func:`clrseries.datasets.open_series`). Labels are not used unless you name
        them.
    output : path
        Folder of the run, for ``model/`` (``config.json``, ``model.safetensors``), ``metrics.csv``, ``last.ckpt``, and
        ``tensorboard/`` if tensorboard is installed.
    method : str, mapping or Method
        Method from the list of ``clrseries methods``, with or without settings: ``simclr``, ``{vicreg: {covariance: 2}}``.
    auxiliary : list of str or mapping
        Further terms of the loss, in the same form: ``reconstruction``, ``domain_adversarial``, ``mmd``, ``coral``.
    augment : Observe, list of steps, or path, optional
        Augmentation that makes the views: an ``Observe``, a list of steps or of mappings, or a YAML file with such a list.
        Default: that of the kind of data (:func:`clrseries.config.default_augmentation`).
    encoder : str, mapping or torch.nn.Module
        For spectra ``dense`` (best if all spectra are in the same rest frame), ``resnet1d``, ``spectrum_transformer`` or
        ``convnext1d``; for light curves ``curve_transformer``, ``curve_conv`` or ``curve_tcn``; ``auto`` is the first of these.
        With settings: ``{resnet1d: {width: 16, embedding_dim: 128}}``. ``{with_columns: {encoder: auto, columns: [photoz]}}`` reads
        columns of the table too, for methods with labels. In Python also your own module with an attribute
        ``embedding_dim``, which is trained in place.
    source : str, optional
        Column with the name of the source, if a source has several rows. The views of a source are then of different rows, and
        rows of the same source are not pushed apart.
    label : str, optional
        Column that the method learns from: classes for ``supcon``, numbers for ``rank_n_contrast``; null where unknown. Also the
        classes that a term with ``given_class`` is told: ``{domain_adversarial: {given_class: true}}``.
    domain : str, optional
        Column with the instrument or survey, for ``domain_adversarial``, ``mmd`` and ``coral``.
    partner : Partner, mapping, path, name, Series or table, optional
        The same objects (``object_id``) in another modality, for ``clip`` and ``siglip``; its model is written to ``partner/``.
    epochs : int
        Number of epochs, at least 1.
    batch_size : int
        Number of objects of a batch, over all processes; at least 2.
    optimizer : Optimizer, mapping or str
        How the weights are moved.
    stopping : Stopping, mapping or str
        How often the embeddings are evaluated, and when the training stops.
    memory : Memory or mapping
        Settings that reduce the memory that the training needs.
    run : Run or mapping
        Devices and precision.
    medium : {"vacuum", "air"}, optional
        Medium of the wavelengths of spectra in files and tables; those in air are brought to vacuum.
    seed : int
        Seed of weights, order and views; not negative.
    resume : bool
        Whether to continue an interrupted run in `output` from its ``last.ckpt``.
    overwrite : bool
        Whether an earlier run in `output` is replaced.
    progress : bool
        Whether a progress bar is shown.
    trust_code : bool
        Whether the function of a step Custom, which a file or a mapping names, may be imported and run. A file of arguments cannot give
        this consent.

    Returns
    -------
    Path
        The folder of the model, for :func:`clrseries.load`.

    Raises
    ------
    InputError
        `output` exists, there is no run to resume, or the data or an argument cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> from clrseries import datasets, load, pretrain
    >>> stars = datasets.simulated_light_curves(32, nights=20)
    >>> encoder = {"curve_conv": {"embedding_dim": 16}}
    >>> folder = tempfile.mkdtemp()
    >>> model = load(pretrain(stars, folder, encoder=encoder, epochs=1, batch_size=16, progress=False))
    >>> model.embed(stars).shape
    (32, 16)
    """
    arguments = Arguments(
        data=data,
        output=Path(output),
        method=method,
        auxiliary=[auxiliary] if isinstance(auxiliary, str | Mapping) else auxiliary,
        augment=augment,
        encoder=encoder,
        source=source,
        label=label,
        domain=domain,
        partner=None if partner is None else as_settings(Partner, partner, "partner"),
        epochs=epochs,
        batch_size=batch_size,
        optimizer=as_settings(Optimizer, optimizer, "optimizer"),
        stopping=as_settings(Stopping, stopping, "stopping"),
        memory=as_settings(Memory, memory, "memory"),
        run=as_settings(Run, run, "run"),
        medium=medium,
        seed=seed,
        resume=resume,
        overwrite=overwrite,
        progress=progress,
        trust_code=trust_code,
    )
    _check_folder(arguments)
    from ..training.pretraining import train

    return train(arguments)


def _check_folder(arguments: Arguments) -> None:
    """Raise an :class:`InputError` if there is nothing to resume from, or another run is in the way."""
    from ..training.launched import by_torchrun

    folder = arguments.output
    if arguments.resume and not (folder / "last.ckpt").exists():
        raise InputError(f"{folder}: there is no last.ckpt to resume from; leave out resume (--resume)")
    rank = "RANK" if by_torchrun() else "LOCAL_RANK"
    first_process = os.environ.get(rank, "0") == "0"  # the others find the folder of the first process
    if not arguments.resume and first_process:
        refuse_existing(folder, arguments.overwrite, folder=True)

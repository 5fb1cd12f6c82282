"""``finetune``: a trained encoder answers a question, after it has seen some labelled objects."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..augment import Observe, Redshift, Velocity
from ..datasets.open import open_series
from ..encoders.heads import ClassHead, MixtureHead, mean_and_scatter, median
from ..errors import InputError
from ..evaluation.scores import class_scores, redshift_scores, value_scores
from ..io.parquet import refuse_existing
from ..model import Model, load
from ..monitor import Dilate, Monitor
from ..series import Series
from .examples import column_of
from .lora import merge
from .modes import MODES, parameter_groups
from .split import split
from .supervised import Answering, equal_chances, fit, outputs_of, standardise

REDSHIFTS = ("z", "redshift")
SHIFTS = (Redshift, Velocity, Dilate)  # steps that change it


def finetune(
    model: str | Path,
    data: str | Path | Series,
    output: str | Path,
    *,
    target: str,
    mode: str = "full",
    group: str = "object_id",
    held_out: float = 0.2,
    labels: int = 0,
    balance: bool = True,
    without: Sequence[str] = (),
    epochs: int = 40,
    batch_size: int = 64,
    learning_rate: float = 1e-3,
    weight_decay: float = 1e-3,
    rank: int = 8,
    components: int = 5,
    seed: int = 0,
    overwrite: bool = False,
    progress: bool = True,
) -> dict[str, Any]:
    """Train a head, and as much of the encoder as you like, on a column of `data`.

    A column of numbers gets a mixture of Gaussians, any other a probability for each class. Three parts of the objects are
    kept apart: those it learns from; a fifth of them on which the probabilities are calibrated (one temperature: Guo et al.
    2017, arXiv:1706.04599); and `held_out`, on which it is scored.

    Parameters
    ----------
    model : path
        Folder written by ``pretrain`` or ``finetune``.
    data : path or Series
        As for ``pretrain``; objects without a value of `target` are left out.
    output : path
        Folder: ``model/``, which ``predict`` takes, and ``metrics.json``.
    target : str
        The column to learn.
    mode : str
        ``"frozen"``: the head alone; ``"partial"``: the encoder's last block and head too; ``"lora"``: low-rank terms beside all
        of the encoder's weights; ``"full"``: everything; ``"scratch"``: everything from new random weights, which is what
        pretraining has to beat.
    group : str
        Column; rows with the same value stay together on one side of every split.
    held_out : float
        Fraction of the groups in the test set.
    labels : int
        Rows of each class (of numbers: rows) to learn from; 0 is all there are.
    balance : bool
        All classes count alike, in training and in the probabilities; else as often as they occur.
    without : list of str
        Steps of the model's augmentation to leave out, since they change what is asked for: a redshift cannot be learnt from views
        at another velocity, and is refused.
    epochs : int
        Passes over the labelled objects.
    batch_size : int
    learning_rate : float
        Peak, of the encoder; a head on a trained encoder learns ten times faster.
    weight_decay : float
    rank : int
        Of ``"lora"``.
    components : int
        Gaussians of the mixture.
    seed : int
        Of splits, weights and views.
    overwrite : bool
        Replace `output` if it exists.
    progress : bool
        Show a progress bar.

    Returns
    -------
    dict
        What ``metrics.json`` holds: ``test`` scores, and how many objects were in each part.

    Raises
    ------
    InputError
        `output` exists, or model, data or an argument cannot be used.
    """
    folder = Path(output)
    refuse_existing(folder, overwrite)
    if mode not in MODES:
        raise InputError(f"mode is one of {', '.join(MODES)}; got {mode!r}")
    if not 0 < held_out < 1:
        raise InputError(f"held_out must be between 0 and 1, got {held_out}")
    start = load(model)
    start.observe = _observe(start, target, without)
    series, values, classes = _labelled(start, open_series(data), target)
    train, calibrate, test = split(series, values if classes else None, group, held_out, labels, seed)
    torch.manual_seed(seed)
    network = _network(start, mode, classes, components, series.take(train), seed)
    if not classes:
        network.head.standardise(torch.from_numpy(values[train]))
    chance = equal_chances(values[train]) if classes and balance else np.ones(len(train))
    steps = max(epochs * -(-len(train) // batch_size), 1)
    with _bar(steps, progress) as advance:
        groups = parameter_groups(network, mode, learning_rate, rank)
        fit(
            network, start.observe, series.take(train), values[train], groups, steps=steps, chance=chance,
            weight_decay=weight_decay, batch_size=batch_size, seed=seed, after_step=advance,
        )  # fmt: skip
    if mode == "lora":
        merge(network.encoder)
    _calibrate(network, start, series.take(calibrate), values[calibrate], balance)
    scores = _scores(outputs_of(network, start.observe, series.take(test)), network.head, values[test], target)
    counts = {"train": len(train), "calibrate": len(calibrate), "test": len(test)}
    result = {
        "target": target,
        "mode": mode,
        "objects": counts,
        "temperature": float(network.head.temperature),
        "test": scores,
    }
    notes = start.notes | {
        "finetuned": result | {"epochs": epochs, "seed": seed, "labels": labels, "learning_rate": learning_rate}
    }
    made = Model(network.encoder, start.projector, start.observe, notes, start.bands, network.head, target)
    made.save(folder / "model", overwrite=overwrite)
    part = folder / f".metrics.{os.getpid()}.part"
    part.write_text(json.dumps(result, indent=2) + "\n")
    part.replace(folder / "metrics.json")
    return result


def _observe(model: Model, target: str, without: Sequence[str]) -> Observe | Monitor:
    steps: list[Any] = list(model.observe.steps)
    names = [type(step).__name__ for step in steps]
    absent = [name for name in without if name not in names]
    if absent:
        raise InputError(f"without: the model's augmentation has no {', '.join(absent)}; it has {', '.join(names)}")
    kept = [step for step, name in zip(steps, names, strict=True) if name not in without]
    moving = [type(step).__name__ for step in kept if isinstance(step, SHIFTS)]
    if target in REDSHIFTS and moving:
        raise InputError(
            f"target: {target!r} cannot be learnt from views that {moving[0]} has moved to another: leave that step out "
            f"(--without '[{', '.join(moving)}]'), and for the pretraining too"
        )
    return type(model.observe)(kept)


def _labelled(model: Model, series: Series, target: str) -> tuple[Series, NDArray[Any], list[str]]:
    """The objects that have a value, the values or numbers of classes, and the classes."""
    if model.bands:
        series = series.with_bands(model.bands)
    column = column_of(target, series)
    values = column.of(series)
    known = np.flatnonzero(values >= 0 if column.classes else np.isfinite(values))
    if len(known) < 10:
        raise InputError(f"target: {len(known)} objects have a {target!r}; at least ten are needed")
    return series.take(known), values[known], list(column.classes)


def _network(start: Model, mode: str, classes: list[str], components: int, series: Series, seed: int) -> Answering:
    encoder = start.encoder
    if mode == "scratch":
        encoder = type(encoder)(**encoder.settings)
        standardise(encoder, start.observe, series, seed)
    else:
        encoder = copy.deepcopy(encoder)
    size = encoder.embedding
    head = ClassHead(size, classes) if classes else MixtureHead(size, components)
    network = Answering(encoder, head, frozen=mode == "frozen")
    network.train()
    if mode in ("frozen", "partial", "lora"):
        encoder.eval()  # running means of the pretraining, which saw more than a few labelled objects
    return network


def _calibrate(network: Answering, start: Model, series: Series, values: NDArray[Any], balance: bool) -> None:
    """Set the head's temperature on objects that it has not learnt from."""
    if not len(series):
        return
    head = network.head
    bare = Answering(network.encoder, nn.Identity())
    balanced = balance and isinstance(head, ClassHead)
    weight = torch.from_numpy(equal_chances(values)) if balanced else torch.ones(len(values))
    tempered(head, outputs_of(bare, start.observe, series), torch.from_numpy(values), weight)


@torch.no_grad()
def tempered(head: Any, embeddings: torch.Tensor, true: torch.Tensor, weight: torch.Tensor) -> None:
    """Set the head's temperature to where the true answers of B objects, weighted by `weight`, are least surprising."""
    from scipy.optimize import minimize_scalar

    head.eval()

    def surprise(log_temperature: float) -> float:
        head.temperature.fill_(float(np.exp(log_temperature)))
        return float((head.loss(head(embeddings), true) * weight).sum() / weight.sum())

    best = minimize_scalar(surprise, bounds=(-3.0, 3.0), method="bounded")
    head.temperature.fill_(float(np.exp(best.x)))


@torch.no_grad()
def _scores(outputs: torch.Tensor, head: nn.Module, values: NDArray[Any], target: str) -> dict[str, Any]:
    if isinstance(head, ClassHead):
        return class_scores(outputs.numpy(), values, head.classes)
    found, (_, sigma) = median(outputs), mean_and_scatter(outputs)
    likelihood = -MixtureHead.loss(head, outputs, torch.from_numpy(values))  # type: ignore[arg-type]
    scores = value_scores(found.numpy(), sigma.numpy(), likelihood.numpy(), values)
    return scores | (redshift_scores(found.numpy(), values) if target in REDSHIFTS else {})


@contextmanager
def _bar(steps: int, shown: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar over steps, or none; gives what to call after each."""
    from rich.progress import Progress

    with Progress(disable=not shown) as bar:
        task = bar.add_task("training", total=steps)
        yield lambda step: bar.update(task, completed=step + 1)

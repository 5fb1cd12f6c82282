"""One fine-tuning, from its arguments to the model."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from .. import lightcurves, spectra
from ..config import Observe
from ..datasets.open import open_series
from ..encoders.described import new_like
from ..encoders.heads import ClassHead, MixtureHead, half_width, median
from ..encoders.prediction_sets import prediction_sets
from ..encoders.standardize import standardize
from ..errors import InputError
from ..evaluation.hierarchy import level_scores
from ..evaluation.labels import class_names
from ..evaluation.probe import FEWEST as FEWEST_OF_CLASS
from ..evaluation.scores import class_scores, redshift_scores, set_scores, value_scores
from ..files import write_json
from ..model import Model, load
from ..model.own_bands import in_bands_of
from ..model.stages import with_what_is_read
from ..names import known_name
from ..plain_data import strict
from ..series import Series
from ..training.column import column_of
from .arguments import Arguments
from .calibration import calibrate_head
from .encoder_with_head import EncoderWithHead, fit, outputs_of
from .lora import merge
from .modes import parameter_groups
from .self_training import Labels, chances, with_guesses
from .split import split

REDSHIFTS = ("z", "redshift")
SHIFTS = (spectra.Redshift, spectra.Velocity, lightcurves.Redshift)  # steps that change it
FEWEST = 10  # labeled objects


def train_head(arguments: Arguments) -> dict[str, Any]:
    """Train a head, and as much of the encoder as the mode says; write the model and its scores.

    Parameters
    ----------
    arguments : Arguments
        All arguments of ``finetune``.

    Returns
    -------
    dict
        What ``metrics.json`` holds.

    Raises
    ------
    InputError
        Model, data or a setting cannot be used.
    """
    start = load(arguments.model, trust_code=arguments.trust_code)
    observe = _observe(start.observe, arguments)
    whole, known, values, classes, left_out = _labeled(start, arguments)
    series = whole.take(known)
    train, calibrate, test = split(
        series, values if classes else None, arguments.group, arguments.held_out, arguments.labels, arguments.seed
    )
    scored = known[np.concatenate([calibrate, test])]
    rest = _unlabeled(whole, known[train], scored, classes, arguments) if arguments.guess else known[:0]
    labels = Labels(series.take(train), values[train], np.ones(len(train)))
    network = _trained(start, observe, classes, labels, arguments)
    if arguments.guess:
        probability = outputs_of(network, observe, whole.take(rest)).exp().numpy()
        labels = with_guesses(whole, known[train], values[train], rest, probability)
        network = _trained(start, observe, classes, labels, arguments)
    calibrate_head(network, observe, series, values, train, calibrate, balance=arguments.balance)
    outputs = outputs_of(network, observe, series.take(test))
    if torch.isnan(outputs).any():
        raise InputError(f"the training diverged: give a learning_rate below {arguments.learning_rate:g}")
    result = {
        "target": arguments.target,
        "mode": arguments.mode,
        "kind": "classes" if classes else "values",
        "objects": {"train": len(train), "calibrate": len(calibrate), "test": len(test)}
        | ({"guessed": len(rest)} if arguments.guess else {}),
        "left_out": left_out,
        "temperature": float(network.head.temperature),
        "test": _scores(outputs, network.head, values[test], arguments.target),
    }
    _save(start, observe, network, result, arguments)
    return cast(dict[str, Any], strict(result))


def _save(
    start: Model, observe: Observe, network: EncoderWithHead, result: dict[str, Any], arguments: Arguments
) -> None:
    recipe = {name: getattr(arguments, name) for name in ("epochs", "seed", "labels", "learning_rate")}
    notes = start.notes | {"finetuned": result | recipe}
    parts = (network.encoder, start.projector, observe, notes, start.bands, network.head, arguments.target)
    made = Model(*parts, start.flux_unit)
    made.save(arguments.output / "model", overwrite=arguments.overwrite)
    write_json(arguments.output / "metrics.json", result)


def _observe(observe: Observe, arguments: Arguments) -> Observe:
    steps: list[Any] = list(observe.steps)
    names = [type(step).__name__ for step in steps]
    without = [known_name("without", name, names, "step") for name in arguments.without]
    kept = [step for step, name in zip(steps, names, strict=True) if name not in without]
    moving = [type(step).__name__ for step in kept if isinstance(step, SHIFTS)]
    if arguments.target in REDSHIFTS and moving:
        raise InputError(
            f"target: {arguments.target!r} cannot be learned from views that {moving[0]} has moved to another: leave that step out, "
            f"here with without={moving!r} (--without {' '.join(moving)}), and for the pretraining too"
        )
    return type(observe)(kept, observe.backend)


def _labeled(
    model: Model, arguments: Arguments
) -> tuple[Series, NDArray[np.int64], NDArray[Any], list[str], dict[str, Any]]:
    """Return all objects, rows with a label, their values or numbers of classes, the names of the classes, and what is left out."""
    series = open_series(arguments.data, medium=arguments.medium, kind=model.observe.kind)
    series = in_bands_of(model, series, arguments.bands)
    series = with_what_is_read(model, model.in_its_bands(series))
    classes = {"auto": None, "classes": True, "values": False}[arguments.kind]
    column = column_of(arguments.target, series, classes=classes)
    values = column.of(series)
    known = np.flatnonzero(values >= 0 if column.classes else np.isfinite(values))
    names, unknown = list(column.classes), len(series) - len(known)
    left_out: dict[str, Any] = {} if arguments.guess else {"objects without a label": unknown}
    if names:
        members = np.bincount(values[known], minlength=len(names))
        left_out |= {
            f"class {name!r}, too few objects": int(n)
            for name, n in zip(names, members, strict=True)
            if n < FEWEST_OF_CLASS
        }
        large = members >= FEWEST_OF_CLASS
        if large.sum() < 2:
            told = ", ".join(f"{names[k]!r}: {members[k]}" for k in np.argsort(-members)[:5])
            raise InputError(
                f"target: two classes with at least {FEWEST_OF_CLASS} objects each are needed; the largest of {arguments.target!r} are {told}"
            )
        used = (values < 0) | large[values]
        series, values = series.take(np.flatnonzero(used)), values[used]
        values = np.where(values < 0, -1, (np.cumsum(large) - 1)[values])
        known = np.flatnonzero(values >= 0)
        names = [name for name, kept in zip(names, large, strict=True) if kept]
    if len(known) < FEWEST:
        raise InputError(f"target: {len(known)} objects have a {arguments.target!r}; at least ten are needed")
    if not names and not np.ptp(values[known]) > 0:
        raise InputError(f"target: {arguments.target!r} has the same value for all objects: nothing to predict")
    return series, known, values[known], names, left_out


def _unlabeled(
    series: Series, train: NDArray[np.int64], scored: NDArray[np.int64], classes: list[str], arguments: Arguments
) -> NDArray[np.int64]:
    """Return rows whose class is to be guessed: all with data but those of the training, and of a group or an object that is scored."""
    if not classes:
        raise InputError(f"guess: classes are guessed, and {arguments.target!r} has values")
    rows = np.setdiff1d(np.flatnonzero(_usable(series)), np.concatenate([train, scored]))
    for column in {arguments.group, "object_id"}:  # a row without a group may still show an object that is scored
        names = np.array([name or "" for name in class_names(series.table[column])])
        rows = rows[~np.isin(names[rows], names[scored][names[scored] != ""])]
    if not len(rows):
        raise InputError(f"guess: every object of the training has a {arguments.target!r}: there is nothing to guess")
    return rows


def _usable(series: Series) -> NDArray[np.bool_]:
    """Return which rows hold any data."""
    filled = np.concatenate([[0], np.cumsum(series.ivar > 0)])
    return np.diff(filled[series.offsets]) > 0


def _trained(
    start: Model, observe: Observe, classes: list[str], labels: Labels, arguments: Arguments
) -> EncoderWithHead:
    """Return a network that has learned from labels; its weights are those of the model, or new ones."""
    with torch.random.fork_rng():
        torch.manual_seed(arguments.seed)
        network = _network(start, observe, classes, labels.series, arguments)
        if not classes:
            network.head.standardize(torch.from_numpy(labels.values))
        _train(network, observe, labels, bool(classes), arguments)
    return network


def _network(
    start: Model, observe: Observe, classes: list[str], series: Series, arguments: Arguments
) -> EncoderWithHead:
    encoder = start.encoder
    if arguments.mode == "scratch":
        encoder = new_like(encoder)
        standardize(encoder, observe, series, 1, arguments.seed)
    else:
        encoder = copy.deepcopy(encoder)
    size = encoder.embedding_dim
    head = ClassHead(size, classes) if classes else MixtureHead(size, arguments.components)
    network = EncoderWithHead(encoder, head, frozen=arguments.mode == "frozen")
    network.train()
    if arguments.mode in ("frozen", "partial", "lora"):
        encoder.eval()  # running means of the pretraining, which saw more than a few labeled objects
    return network


def _train(
    network: EncoderWithHead,
    observe: Observe,
    labels: Labels,
    classes: bool,
    arguments: Arguments,
) -> None:
    chance = chances(labels, balance=classes and arguments.balance)
    steps = max(arguments.epochs * -(-len(chance) // arguments.batch_size), 1)
    groups = parameter_groups(network, arguments.mode, arguments.learning_rate, arguments.lora_rank)
    with _bar(steps, arguments.progress) as advance:
        fit(
            network, observe, labels.series, labels.values, groups, steps=steps, chance=chance, weight_decay=arguments.weight_decay,
            batch_size=arguments.batch_size, seed=arguments.seed, after_step=advance,
        )  # fmt: skip
    if arguments.mode == "lora":
        merge(network.encoder)


@torch.no_grad()
def _scores(outputs: torch.Tensor, head: nn.Module, values: NDArray[Any], target: str) -> dict[str, Any]:
    if isinstance(head, ClassHead):
        scores = class_scores(outputs.numpy(), values, head.classes)
        scores |= level_scores(outputs.numpy(), values, head.classes)
        if head.least_probability is not None:
            scores["set_90"] = set_scores(prediction_sets(outputs.exp().numpy(), head.least_probability), values)
        return scores
    found, sigma = median(outputs), half_width(outputs)
    likelihood = -MixtureHead.loss(head, outputs, torch.from_numpy(values))  # type: ignore[arg-type]
    scores = value_scores(found.numpy(), sigma.numpy(), likelihood.numpy(), values)
    return scores | (redshift_scores(found.numpy(), values) if target in REDSHIFTS else {})


@contextmanager
def _bar(steps: int, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show a progress bar over steps, or none; yields the function to call after each step."""
    from rich.progress import Progress

    with Progress(disable=not shown) as bar:
        task = bar.add_task("training", total=steps)
        yield lambda step: bar.update(task, completed=step + 1)

"""From the arguments of ``pretrain`` to what trains, and from that to models on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from torch import nn

from ..augment import Observe
from ..augment.config import default_augmentation, observe_from_config
from ..datasets.open import open_series
from ..encoders import build_encoder
from ..errors import InputError
from ..io.stream import Stream
from ..methods import METHODS, build_method, build_terms, method_name
from ..model import Model
from ..monitor import Monitor
from ..series import Series
from .examples import Examples, Partner, column_of
from .module import Pretraining, Schedule
from .profile import Profile
from .trainer import PRECISIONS, build_trainer
from .watch import Watch

LOOKS = 20
SAMPLE = 1024  # objects that the encoder's standardisation is fitted on
RECIPE = ("method", "auxiliary", "source", "label", "domain", "epochs", "batch_size", "accumulate", "optimiser", "learning_rate",
          "weight_decay", "ema", "precision", "stop_on", "seed")  # fmt: skip


def assemble(
    run: Path, augment: Sequence[Any] | None, given: Mapping[str, Any]
) -> tuple[lightning.Trainer, Pretraining]:
    """Trainer and module for the arguments of :func:`clrseries.pretrain`."""
    if given["precision"] not in PRECISIONS:
        raise InputError(f"precision is one of {', '.join(PRECISIONS)}; got {given['precision']!r}")
    for name in ("epochs", "batch_size", "accumulate", "devices"):
        if given[name] < 1:
            raise InputError(f"{name} must be at least 1, got {given[name]}")
    if not 0 <= given["ema"] < 1:
        raise InputError(f"ema must be at least 0 and below 1, got {given['ema']}")
    if given["batch_size"] % given["devices"]:
        raise InputError(f"batch_size {given['batch_size']} must be a multiple of devices, {given['devices']}")
    schedule = Schedule(given["optimiser"], given["learning_rate"], given["weight_decay"])
    examples = _examples(augment, given)
    lightning.seed_everything(given["seed"], verbose=False)
    first = examples.first()  # read once: of a stream it is a whole buffer
    network = _encoder(given["encoder"], first, examples.observe, given)
    other = None
    if examples.partner is not None:
        other = _encoder(given["partner_encoder"], examples.partner.series, examples.partner.observe, given)
    method = build_method(given["method"], network, other)
    method.terms = build_terms(given["auxiliary"], network, *_shape(examples))
    method.chunk = given["chunk"]
    if given["compile"]:
        network.compile()
    module = Pretraining(method, examples, schedule, given["batch_size"], given["seed"])
    every = given["look_every"] or max(given["epochs"] // LOOKS, 1)
    probe = column_of(given["probe"], first) if given["probe"] else None
    callbacks: list[Any] = [
        Watch(first, examples.observe, given["seed"], every, given["stop_on"], given["patience"], probe)
    ]
    if given["profile"]:
        callbacks.append(Profile(run / "profile.json"))
    told = {name: given[name] for name in ("epochs", "accumulate", "ema", "precision", "devices", "progress")}
    return build_trainer(run, callbacks, **told), module


def save_models(run: Path, module: Pretraining, given: Mapping[str, Any]) -> None:
    """Write ``model/``, and ``partner/`` where there are two encoders."""
    method, examples = module.method, module.examples
    notes = {name: given[name] for name in RECIPE if given[name]} | {
        "data": ", ".join(
            "a Series" if isinstance(part, Series) else Path(part).name for part in _parts(given["data"])
        ),
        "objects": examples.objects,
        "loss": module.losses,
        "metrics": module.metrics[-1] if module.metrics else {},
    }
    overwrite = given["overwrite"] or given["resume"]
    bands = examples.data.bands
    Model(method.encoder, method.projector, examples.observe, notes, bands).save(run / "model", overwrite=overwrite)
    if examples.partner is not None:
        own: Any = method
        series, observe = examples.partner.series, examples.partner.observe
        side = Model(own.partner, own.partner_projector, observe, notes, series.bands)
        side.save(run / "partner", overwrite=overwrite)


def _parts(data: Any) -> list[str | Path | Series]:
    return [data] if isinstance(data, str | Path | Series) else list(data)


def _examples(augment: Sequence[Any] | None, given: Mapping[str, Any]) -> Examples:
    kind = METHODS[method_name(given["method"])]
    series: Series | Stream = _stream(given) if given["stream"] else open_series(given["data"])
    partner = None
    if kind.label == "partner":
        if not isinstance(series, Series) or given["partner"] is None:
            raise InputError(f"{method_name(given['method'])} compares two modalities: give partner, and do not stream")
        series, partner = _joined(series, open_series(given["partner"]), given["partner_augment"])
    if len(series) < 2:
        raise InputError(f"contrastive training needs at least two objects, got {len(series)}")
    if given["source"] and not isinstance(series, Series):
        raise InputError("source looks for other rows of an object, which needs all data in memory: do not stream")
    known = {}
    if kind.label in ("class", "value"):
        if not given["label"]:
            raise InputError(f"{method_name(given['method'])} learns from a column: give label")
        known["label"] = column_of(given["label"], series, classes=kind.label == "class")
    elif given["label"]:
        raise InputError(f"{method_name(given['method'])} does not look at labels: leave out label")
    for name in ("domain", "source"):
        if given[name]:
            known[name] = column_of(given[name], series, classes=True)
    if augment is None:
        augment = default_augmentation(series if isinstance(series, Series) else series.first())
    observe = observe_from_config(augment)
    return Examples(series, observe, partner=partner, **known)


def _stream(given: Mapping[str, Any]) -> Stream:
    parts = _parts(given["data"])
    paths = [part for part in parts if isinstance(part, str | Path)]
    if len(paths) < len(parts):
        raise InputError("stream reads Parquet files: give paths")
    return Stream(paths, given["buffer"])


def _joined(series: Series, other: Series, augment: Sequence[Any] | None) -> tuple[Series, Partner]:
    both = set(series.object_ids) & set(other.object_ids)
    if len(both) < 2:
        raise InputError(f"data and partner have {len(both)} objects in common (object_id); at least two are needed")
    rows = np.array([k for k, name in enumerate(series.object_ids) if name in both])
    observe = observe_from_config(augment if augment is not None else default_augmentation(other))
    return series.take(rows), Partner(other, observe)


def _encoder(name: str, series: Series, observe: Observe | Monitor, given: Mapping[str, Any]) -> nn.Module:
    network = build_encoder(name, observe, series.bands, given["width"], given["size"], given["embedding"])
    if hasattr(network, "standard"):
        rows = np.random.default_rng((given["seed"], 0)).permutation(len(series))[:SAMPLE]
        views = observe(series.take(rows), 2, given["seed"])
        network.standard.fit(*(torch.from_numpy(array).flatten(0, 1) for array in views.inputs))
    return network


def _shape(examples: Examples) -> tuple[int, int, int]:
    """Samples of a view, bands, and domains."""
    observe = examples.observe
    length = observe.length if isinstance(observe, Monitor) else len(observe.grid)
    return length, len(examples.data.bands), len(examples.domain.classes) if examples.domain else 0

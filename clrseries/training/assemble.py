"""Building of a training from its arguments, and saving of the trained models."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from torch import nn

from ..choice import Choice, named_choice
from ..config import Observe, composition, default_augmentation
from ..datasets.open import open_series, parts_of
from ..encoders import build_encoder
from ..encoders.standardize import standardize
from ..encoders.with_columns import columns_of, columns_read
from ..errors import InputError
from ..io.stream import Stream
from ..lightcurves import Normalize
from ..lightcurves.measured import with_measured
from ..methods import METHODS, TERMS, Method, build_method, build_terms, method_kind
from ..methods.build import FROM_DATA
from ..model import Model
from ..model.model_hash import model_hash
from ..series import Series
from ..series.one_flux_unit import flux_units
from .arguments import Arguments
from .column import Column, column_of, source_of_stream
from .embedding_diagnostics import EmbeddingDiagnostics
from .launched import launched
from .module import Pretraining
from .partner import OtherModality
from .profile import Profile
from .trainer import build_trainer
from .training_set import TrainingSet

LOOKS = 20  # default number of times that the embeddings are examined
SAMPLE = 1024  # number of objects that the standardization of the encoder is fitted to


def assemble(arguments: Arguments) -> tuple[lightning.Trainer, Pretraining]:
    """Build the trainer and the module of a training.

    Parameters
    ----------
    arguments : Arguments
        Arguments of the training.

    Returns
    -------
    lightning.Trainer, Pretraining
        The trainer, and the module that it trains.

    Raises
    ------
    InputError
        Data or a setting cannot be used.
    """
    training_set = _training_set(arguments)
    torch.manual_seed(arguments.seed)  # the caller restores the state of the generator
    first = training_set.first()  # read only once, because of a stream it is a whole buffer
    method, training_set = _method(arguments, training_set, first)
    first = training_set.data if isinstance(training_set.data, Series) else first
    module = Pretraining(method, training_set, arguments.optimizer, arguments.batch_size, arguments.seed)
    stopping = arguments.stopping
    every = stopping.every or max(arguments.epochs // LOOKS, 1)
    probe = column_of(stopping.probe, first) if stopping.probe else None
    looks = EmbeddingDiagnostics(
        first,
        training_set.observe,
        arguments.seed,
        every,
        stopping.criterion,
        stopping.patience,
        probe,
        training_set.columns,
    )
    callbacks: list[Any] = [looks]
    if arguments.run.profile:
        callbacks.append(Profile(arguments.output / "profile.json"))
    return build_trainer(arguments, callbacks), module


def save_models(arguments: Arguments, module: Pretraining, earlier: list[int]) -> None:
    """Write the trained model to ``model/``, and that of the second encoder, if there is one, to ``partner/``.

    Parameters
    ----------
    arguments : Arguments
        Arguments of the training.
    module : Pretraining
        The module after the training.
    earlier : list of int
        Smaller numbers of epochs that the run was planned for before it was extended.
    """
    method, training_set = module.method, module.training_set
    notes, overwrite = _notes(arguments, module, earlier), arguments.overwrite or arguments.resume
    bands, unit = training_set.data.bands, _flux_unit(training_set.data, training_set.observe)
    model = Model(method.encoder, method.projector, training_set.observe, notes, bands, flux_unit=unit)
    if training_set.partner is not None:
        own: Any = method
        other = training_set.partner
        bands, unit = other.series.bands, _flux_unit(other.series, other.observe)
        side = Model(own.partner, own.partner_projector, other.observe, notes, bands, flux_unit=unit)
        # which two models share the space of the projections
        notes["pair"] = [model_hash(model), model_hash(side)]
        side.save(arguments.output / "partner", overwrite=overwrite)
    model.save(arguments.output / "model", overwrite=overwrite)


def _flux_unit(data: Series | Stream, observe: Observe) -> str:
    """Return the unit of light curves that are not scaled by their own flux, if it is known."""
    if not isinstance(data, Series) or data.band is None:
        return ""
    scaled = any(isinstance(step, Normalize) and step.by != "magnitude" for step in observe.steps)
    return "" if scaled else next(iter(flux_units(data)), "")


def _notes(arguments: Arguments, module: Pretraining, earlier: list[int]) -> dict[str, Any]:
    recipe = {
        "method": _described(arguments.method),
        "auxiliary": list(arguments.auxiliary),
        "source": arguments.source,
        "label": arguments.label,
        "domain": arguments.domain,
        "epochs": arguments.epochs,
        "earlier_epochs": earlier or None,  # the learning rate fell for that many epochs first
        "batch_size": min(arguments.batch_size, module.training_set.objects),
        "optimizer": asdict(arguments.optimizer),
        "stopping": asdict(arguments.stopping) if arguments.stopping.criterion else None,
        "accumulate": arguments.memory.accumulate if arguments.memory.accumulate > 1 else None,
        "precision": arguments.run.precision,
        "seed": arguments.seed,
    }
    parts = parts_of(arguments.data)
    names = [Path(part).name if isinstance(part, str | Path) else f"a {type(part).__name__}" for part in parts]
    return {name: value for name, value in recipe.items() if value or value == 0} | {
        "data": ", ".join(names),
        "objects": module.training_set.objects,
        "loss": module.losses,
        "metrics": module.metrics[-1] if module.metrics else {},
    }


def _described(method: Any) -> Any:
    if not isinstance(method, Method):
        return method
    return next((name for name, kind in METHODS.items() if type(method) is kind), type(method).__name__)


def _training_set(arguments: Arguments) -> TrainingSet:
    kind, name = method_kind(arguments.method), _name_of(arguments.method)
    series: Series | Stream = (
        _stream(arguments.data, arguments)
        if arguments.memory.stream
        else open_series(arguments.data, medium=arguments.medium)
    )
    partner = None
    if kind.label == "partner":
        if arguments.partner is None:
            raise InputError(f"{name} compares two modalities: give partner")
        series, partner = _joined(series, arguments)
    elif arguments.partner is not None:
        raise InputError(f"{name} does not compare two modalities: leave out partner")
    count = launched(arguments.run.devices).processes
    if len(series) < max(2, count):
        raise InputError(
            f"contrastive training needs at least two objects, and one for each device; got {len(series)} for devices={count}"
        )
    columns = _columns(arguments, series, kind.label, name)
    first = series if isinstance(series, Series) or arguments.augment is not None else series.first()
    if arguments.augment is None:
        observe = default_augmentation(first)  # type: ignore[arg-type]
    else:
        observe = composition(arguments.augment, trust_code=arguments.trust_code)
    return TrainingSet(series, observe, partner=partner, **columns)


def _columns(arguments: Arguments, series: Series | Stream, needs: str, name: str) -> dict[str, Any]:
    columns: dict[str, Column] = {}
    if needs in ("class", "value"):
        if not arguments.label:
            raise InputError(f"{name} learns from a column: give label")
        columns["label"] = column_of(arguments.label, series, classes=needs == "class")
    elif arguments.label and any(_given_class(term) for term in arguments.auxiliary):
        columns["label"] = column_of(arguments.label, series, classes=True)
    elif arguments.label:
        raise InputError(f"{name} does not look at labels: leave out label")
    for role in ("domain", "source"):
        column = getattr(arguments, role)
        if column and role == "source" and isinstance(series, Stream):
            columns[role] = source_of_stream(column, series)
        elif column:
            columns[role] = column_of(column, series, classes=True)
    return columns


def _given_class(term: Choice) -> bool:
    """Return whether a term of the loss is told the classes of the objects."""
    return bool(named_choice("auxiliary", term, TERMS, FROM_DATA)[1].get("given_class"))


def _name_of(method: Any) -> str:
    return str(_described(method)) if isinstance(method, Method) else named_choice("method", method, METHODS, ())[0]


def _stream(data: Any, arguments: Arguments) -> Stream:
    if arguments.medium == "air":
        raise InputError("medium: spectra in air are not streamed: bring them to vacuum first, or leave out stream")
    parts = parts_of(data)
    paths = [part for part in parts if isinstance(part, str | Path)]
    if len(paths) < len(parts):
        raise InputError("stream reads Parquet files: give paths")
    return Stream(paths, arguments.memory.buffer)


def _joined(series: Series | Stream, arguments: Arguments) -> tuple[Series | Stream, OtherModality]:
    given = arguments.partner
    assert given is not None
    if arguments.memory.stream:
        other: Series | Stream = _stream(given.data, arguments)
    else:
        other = open_series(given.data)
    observe = (
        default_augmentation(other if isinstance(other, Series) else other.first())
        if given.augment is None
        else composition(given.augment, "partner: augment", trust_code=arguments.trust_code)
    )
    partner = OtherModality(other, observe)
    names = series.table["object_id"] if isinstance(series, Series) else series.column("object_id")
    both = partner.has(names)
    if len(pc.unique(names.filter(pa.array(both)))) < 2:
        raise InputError(
            f"data and partner have {int(both.any())} objects in common (object_id); at least two are needed"
        )
    return series.take(np.flatnonzero(both)) if isinstance(series, Series) else series, partner


def _method(arguments: Arguments, training_set: TrainingSet, first: Series) -> tuple[Method, TrainingSet]:
    """Return the method, and the training set with what its encoders read."""
    there, observe, seed, other = training_set.partner, training_set.observe, arguments.seed, None
    if isinstance(arguments.method, Method):
        if arguments.encoder != "auto":
            raise InputError("encoder: a Method has its encoder already: leave out encoder")
        network = arguments.method.encoder
    else:
        network = build_encoder(arguments.encoder, observe, first.bands)
        if there is not None and arguments.partner is not None:
            beside = there.first()
            other = build_encoder(arguments.partner.encoder, there.observe, beside.bands)
            beside = with_measured(beside, columns_read(there.observe, other))
            _standardize(other, beside, there.observe, seed)
            in_memory = isinstance(there.series, Series)
            there = replace(there, series=beside if in_memory else there.series, columns=columns_of(other))
    first = with_measured(first, columns_read(observe, network))
    data = first if isinstance(training_set.data, Series) else training_set.data
    training_set = replace(training_set, data=data, partner=there, columns=columns_of(network))
    _standardize(network, first, observe, seed)
    method = (
        arguments.method
        if isinstance(arguments.method, Method)
        else build_method(arguments.method, network, other, *_shape(training_set)[:2])
    )
    if arguments.auxiliary:
        method.terms = build_terms(arguments.auxiliary, method.encoder, *_shape(training_set))
    method.chunk = arguments.memory.chunk
    if arguments.run.compile:
        method.encoder.compile()
    return method, training_set


def _standardize(network: nn.Module, series: Series, observe: Observe, seed: int) -> None:
    rows = np.random.default_rng((seed, 0)).permutation(len(series))[:SAMPLE]
    standardize(network, observe, series.take(rows), 2, seed)


def _shape(training_set: TrainingSet) -> tuple[int, int, int, int]:
    """Return the number of samples of a view, of bands, of domains and of classes."""
    domains, classes = (len(column.classes) if column else 0 for column in (training_set.domain, training_set.label))
    return training_set.observe.length, len(training_set.data.bands), domains, classes

"""Compositions as plain data, for YAML files and saved models.

A step is ``{Name: {argument: value}}``; a distribution ``{Uniform: [low, high]}``; a
grid ``{kind: log, start: 4000, stop: 6800, velocity: 60}``::

    - Resample: {grid: {kind: log, start: 4000, stop: 6800, velocity: 60}}
    - Noise: {snr: {LogUniform: [20, 200]}}
    - Normalize: {by: mean}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib.resources import files
from typing import Any

from .. import monitor
from ..errors import InputError
from ..grids import Grid
from ..monitor import Monitor
from ..monitor.step import CurveStep
from ..series import Series
from . import detector, dust, instrument, losses, scale, sky, source
from .curve import Curve
from .custom import Custom
from .distributions import DISTRIBUTIONS, Choice, Empirical
from .observe import Observe
from .step import BaseStep, Step

STEPS: dict[str, type[Step]] = {
    name: kind
    for module in (source, dust, instrument, sky, detector, losses, scale)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, Step) and kind.__module__ == module.__name__
} | {"Custom": Custom}
CURVE_STEPS: dict[str, type[CurveStep]] = {
    name: kind for name, kind in vars(monitor).items() if isinstance(kind, type) and issubclass(kind, CurveStep)
}
ALL_STEPS: dict[str, type[BaseStep]] = {**STEPS, **CURVE_STEPS}
PLAIN = ("counterparts", "five_sigma", "magnitude")  # arguments that are mappings of their own


def stellar_augmentation() -> list[dict[str, Any]]:
    """The default augmentation of spectra: what separates optical instruments looking at one star (``stellar.yaml``)."""
    import yaml

    return yaml.safe_load((files("clrseries.augment") / "stellar.yaml").read_text())


def variable_augmentation() -> list[dict[str, Any]]:
    """The default augmentation of light curves: what separates campaigns on one variable star (``variables.yaml``)."""
    import yaml

    return yaml.safe_load((files("clrseries.augment") / "variables.yaml").read_text())


def default_augmentation(series: Series) -> list[dict[str, Any]]:
    """The default for the kind of data that `series` holds."""
    return stellar_augmentation() if series.band is None else variable_augmentation()


def observe_from_config(config: Sequence[Any]) -> Observe | Monitor:
    """The composition that a list of steps describes; an :class:`InputError` names what is wrong in it.

    Steps of light curves make a :class:`~clrseries.Monitor`, others an :class:`~clrseries.Observe`.
    """
    if isinstance(config, Mapping | str) or not isinstance(config, Sequence):
        raise InputError(f"augment: must be a list of steps such as '- Noise: {{snr: 50}}', got {config!r}")
    steps: Any = [_step(entry) for entry in config]
    curves = [isinstance(step, CurveStep) for step in steps]
    if any(curves) and not all(curves):
        mixed = [type(step).__name__ for step, curve in zip(steps, curves, strict=True) if not curve]
        raise InputError(f"augment: {', '.join(mixed)} are for spectra, and other steps in the list for light curves")
    return Monitor(steps) if any(curves) else Observe(steps)


def observe_to_config(observe: Observe | Monitor) -> list[dict[str, dict[str, Any]]]:
    """The list that :func:`observe_from_config` reads; arguments that have their default are left out."""
    return [{type(step).__name__: _arguments(step)} for step in observe.steps]


def _arguments(step: BaseStep) -> dict[str, Any]:
    if isinstance(step, Custom):
        named = {name: _plain(value) for name, value in step.parameters.items()}
        chance = {} if step.probability == 1 else {"probability": step.probability}
        return {"function": step.path, "parameters": named, **chance}
    values = {f.name: (getattr(step, f.name), f.default) for f in fields(step)}
    return {
        name: _plain(value) for name, (value, default) in values.items() if value is not default and value != default
    }


def _step(entry: Any) -> BaseStep:
    if isinstance(entry, str):
        entry = {entry: {}}
    if not isinstance(entry, Mapping) or len(entry) != 1:
        raise InputError(f"augment: a step is written 'Name: {{argument: value}}', got {entry!r}")
    ((name, arguments),) = entry.items()
    if name not in ALL_STEPS:
        raise InputError(f"augment: there is no step {name!r}; there are {', '.join(ALL_STEPS)}")
    known = {f.name for f in fields(ALL_STEPS[name])}
    unknown = set(arguments or {}) - known
    if unknown:
        raise InputError(f"augment: {name} takes {', '.join(sorted(known))}; got {', '.join(sorted(unknown))}")
    try:
        return ALL_STEPS[name](**{key: _value(key, value) for key, value in (arguments or {}).items()})
    except TypeError as error:
        raise InputError(f"augment: {name}: {str(error).removeprefix('__init__() ')}") from error


def _value(key: str, value: Any) -> Any:
    if key == "grid":
        return value if isinstance(value, Grid) else Grid.from_dict(value)
    if key in PLAIN and not isinstance(value, str):
        return value
    if key == "parameters":
        return {name: _value("", one) for name, one in value.items()}
    if key == "copied":
        return [_value("", one) for one in value]
    if not isinstance(value, Mapping):
        return value
    ((name, arguments),) = value.items()
    if name == "Curve":
        return Curve(*arguments)
    if name not in DISTRIBUTIONS:
        raise InputError(f"augment: there is no distribution {name!r}; there are {', '.join(DISTRIBUTIONS)}, Curve")
    kind: Any = DISTRIBUTIONS[name]
    return kind(tuple(arguments)) if kind in (Choice, Empirical) else kind(*arguments)


def _plain(value: Any) -> Any:
    if isinstance(value, Grid):
        return value.to_dict()
    if isinstance(value, Curve):
        return {"Curve": value.to_config()}
    if isinstance(value, Choice | Empirical):
        return {type(value).__name__: list(value.values)}
    if type(value).__name__ in DISTRIBUTIONS:
        return {type(value).__name__: [getattr(value, f.name) for f in fields(value)]}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value

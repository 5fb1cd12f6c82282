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
from typing import Any

from ..errors import InputError
from ..grids import Grid
from . import instrument, source
from .distributions import DISTRIBUTIONS, Choice
from .observe import Observe

STEPS = {
    kind.__name__: kind
    for kind in (
        source.Redshift,
        source.Velocity,
        instrument.Resample,
        instrument.Broaden,
        instrument.WarpFlux,
        instrument.Noise,
        instrument.Crop,
        instrument.MaskRuns,
        instrument.MaskPixels,
        instrument.Normalize,
    )
}


def observe_from_config(config: Sequence[Any]) -> Observe:
    """The composition that a list of steps describes; an :class:`InputError` names what is wrong in it."""
    if isinstance(config, Mapping | str) or not isinstance(config, Sequence):
        raise InputError(f"augment: must be a list of steps such as '- Noise: {{snr: 50}}', got {config!r}")
    return Observe([_step(entry) for entry in config])


def observe_to_config(observe: Observe) -> list[dict[str, dict[str, Any]]]:
    """The list that :func:`observe_from_config` reads."""
    return [
        {type(step).__name__: {f.name: _plain(getattr(step, f.name)) for f in fields(step)}} for step in observe.steps
    ]


def _step(entry: Any) -> Any:
    if isinstance(entry, str):
        entry = {entry: {}}
    if not isinstance(entry, Mapping) or len(entry) != 1:
        raise InputError(f"augment: a step is written 'Name: {{argument: value}}', got {entry!r}")
    ((name, arguments),) = entry.items()
    if name not in STEPS:
        raise InputError(f"augment: there is no step {name!r}; there are {', '.join(STEPS)}")
    known = {f.name for f in fields(STEPS[name])}
    unknown = set(arguments or {}) - known
    if unknown:
        raise InputError(f"augment: {name} takes {', '.join(sorted(known))}; got {', '.join(sorted(unknown))}")
    return STEPS[name](**{key: _value(key, value) for key, value in (arguments or {}).items()})


def _value(key: str, value: Any) -> Any:
    if key == "grid":
        return value if isinstance(value, Grid) else Grid.from_dict(value)
    if isinstance(value, Mapping):
        ((name, arguments),) = value.items()
        if name not in DISTRIBUTIONS:
            raise InputError(f"augment: there is no distribution {name!r}; there are {', '.join(DISTRIBUTIONS)}")
        return Choice(tuple(arguments)) if name == "Choice" else DISTRIBUTIONS[name](*arguments)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Grid):
        return value.to_dict()
    if type(value).__name__ in DISTRIBUTIONS:
        arguments = [getattr(value, f.name) for f in fields(value)]
        return {type(value).__name__: list(arguments[0]) if isinstance(value, Choice) else arguments}
    return value

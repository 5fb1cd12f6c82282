"""Compositions from plain data, as in YAML files and saved models, and back.

A step is written ``{Name: {argument: value}}``, a distribution ``{Uniform: [low, high]}``, a grid ``{kind: log, start: 4000, stop:
6800, velocity: 60}``::

    - Resample: {grid: {kind: log, start: 4000, stop: 6800, velocity: 60}}
    - Noise: {snr: {LogUniform: [20, 200]}}
    - Normalize: {by: mean}

The preset of a survey stands for several steps: ``- survey: DESI``.

Some steps for spectra and for light curves have the same name, such as Noise. A list with the step Resample is for spectra, a
list with Pack for light curves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import numpy as np

from . import lightcurves, spectra
from .augment.composition import Composition
from .augment.distributions import DISTRIBUTIONS, Distribution
from .augment.step import Step
from .errors import InputError
from .files import read_yaml
from .grids import Grid
from .kernels.streams import LIGHT_CURVES, SPECTRA
from .names import did_you_mean, known_name
from .presets import is_preset, with_presets
from .series import Series
from .spectra import Curve, Custom
from .spectra.custom import Withheld, untrusted

Observe = spectra.Observe | lightcurves.Observe
Augmentation = (
    Observe | Sequence[Any] | Mapping[str, Any] | str | Path
)  # every form in which a composition may be given

SPECTRUM_STEPS: dict[str, type[Step]] = {name: getattr(spectra, name) for name in SPECTRA}
LIGHT_CURVE_STEPS: dict[str, type[Step]] = {name: getattr(lightcurves, name) for name in LIGHT_CURVES}
INFINITE = {"inf": math.inf, "-inf": -math.inf}  # as text, which is how saved models hold them
MAPPINGS = ("counterparts", "five_sigma", "magnitude")  # arguments whose value is a mapping, not a distribution


def default_augmentation(series: Series) -> Observe:
    """Return the default augmentation for the kind of data in a series.

    Parameters
    ----------
    series : Series
        Spectra or light curves.

    Returns
    -------
    spectra.Observe or lightcurves.Observe
        For spectra, the differences between optical spectrographs that observe the same star; for light curves, the differences
        between campaigns that observe the same variable star. The steps are in ``default.yaml`` of ``clrseries/spectra`` and
        ``clrseries/lightcurves``.

    Examples
    --------
    >>> from clrseries import datasets
    >>> from clrseries.config import default_augmentation
    >>> default_augmentation(datasets.simulated_light_curves(2)).kind
    'light curves'
    """
    return composition(default_steps("spectra" if series.band is None else "lightcurves"))


def default_steps(room: str) -> list[dict[str, Any]]:
    """Read the default augmentation as plain data.

    Parameters
    ----------
    room : {"spectra", "lightcurves"}
        The kind of data.

    Returns
    -------
    list of mappings
        As :func:`composition` takes it.
    """
    return cast(list[dict[str, Any]], read_yaml(str(files(f"clrseries.{room}") / "default.yaml")))


def composition(
    augment: Augmentation, what: str = "augment", *, find_functions: bool = True, trust_code: bool = False
) -> Observe:
    """Build a composition from a list of steps or from a YAML file.

    Parameters
    ----------
    augment : Observe, list of steps, list of mappings, preset, or path
        A list may contain steps, mappings, and presets of surveys, ``{survey: DESI}`` or ``{survey: {name: DESI, native_fwhm: 2.5}}``
        with arguments of :meth:`clrseries.spectra.Survey.steps`; with a preset, the steps are sorted into nature's order. A preset
        alone is followed by Normalize. A path names a YAML file with any of these, at the top level or under ``augment``. An
        Observe is returned unchanged. Names are recognized whatever their case.
    what : str
        Name of the argument, for errors.
    find_functions : bool
        Whether the function of a step Custom, given as ``"module:name"``, is imported now, so that a wrong name is an error; otherwise
        it is imported when it is needed.
    trust_code : bool
        Whether the function of a step Custom that a mapping or a file names may be imported at all. A step ``Custom(...)`` and a
        function itself need no consent.

    Returns
    -------
    spectra.Observe or lightcurves.Observe
        The composition.

    Raises
    ------
    InputError
        The file cannot be read, or `augment` does not describe a composition.

    Examples
    --------
    >>> from clrseries.config import composition
    >>> composition([{"Pack": {"length": 64}}, {"Normalize": {"by": "band"}}]).length
    64
    """
    if isinstance(augment, Composition):
        return cast(Observe, augment)
    if isinstance(augment, str | Path):
        return composition(_steps_in(augment), str(augment), find_functions=find_functions, trust_code=trust_code)
    entries = [augment, "Normalize"] if is_preset(augment) else augment
    if isinstance(entries, Mapping) or not isinstance(entries, Sequence):
        raise InputError(
            f"{what}: must be a list of steps such as '- Noise: {{snr: 50}}' or a preset such as 'survey: DESI', got {augment!r}"
        )
    listed = with_presets(entries, lambda key, value: _value(key, value, what), what)
    names = [_name(entry, what) for entry in listed]
    curves = _for_light_curves(names, listed, what)
    known = LIGHT_CURVE_STEPS if curves else SPECTRUM_STEPS
    steps: Any = [
        entry
        if isinstance(entry, Step)
        else _consented(_step(name, entry, known, what), what, find_functions, trust_code)
        for name, entry in zip(names, listed, strict=True)
    ]
    if any(map(is_preset, entries)):
        steps = sorted(steps, key=lambda step: step.order)
    for step in steps if find_functions else ():
        if isinstance(step, Custom):
            step.find()
    return lightcurves.Observe(steps) if curves else spectra.Observe(steps)


def to_config(observe: Observe) -> list[dict[str, dict[str, Any]]]:
    """Return a composition as plain data, from which :func:`composition` builds it again.

    Parameters
    ----------
    observe : spectra.Observe or lightcurves.Observe
        The composition.

    Returns
    -------
    list of mappings
        One mapping for each step; arguments that have their default are left out.

    Examples
    --------
    >>> from clrseries import Uniform, lightcurves as lc
    >>> from clrseries.config import to_config
    >>> to_config(lc.Observe([lc.DropPoints(Uniform(0.0, 0.5)), lc.Pack(64)]))
    [{'DropPoints': {'fraction': {'Uniform': [0.0, 0.5]}}}, {'Pack': {'length': 64}}]
    """
    return [{type(step).__name__: _arguments(step)} for step in observe.steps]


def _steps_in(path: str | Path) -> Any:
    loaded = read_yaml(path)
    steps = loaded.get("augment") if isinstance(loaded, dict) and not is_preset(loaded) else loaded
    if not isinstance(steps, list) and not is_preset(steps):
        raise InputError(f"{path}: holds no list of steps, neither at the top nor under 'augment'")
    return steps


def _name(entry: Any, what: str) -> str:
    if isinstance(entry, Step):
        return type(entry).__name__
    if not isinstance(entry, str) and (not isinstance(entry, Mapping) or len(entry) != 1):
        raise InputError(f"{what}: a step is written 'Name: {{argument: value}}', got {entry!r}")
    name = entry if isinstance(entry, str) else str(next(iter(entry)))
    return known_name(what, name, list(dict.fromkeys([*SPECTRUM_STEPS, *LIGHT_CURVE_STEPS])), "step")


def _for_light_curves(names: Sequence[str], augment: Sequence[Any], what: str) -> bool:
    """Return whether a list of steps is for light curves, or raise an error if it is for neither kind or for both."""
    kinds = [entry.kind if isinstance(entry, Step) else "" for entry in augment]
    pairs = list(zip(names, kinds, strict=True))
    spectral = [name for name, kind in pairs if name not in LIGHT_CURVE_STEPS or kind == "spectra"]
    temporal = [name for name, kind in pairs if name not in SPECTRUM_STEPS or kind == "light curves"]
    if spectral and temporal:
        raise InputError(
            f"{what}: {', '.join(dict.fromkeys(spectral))} are for spectra, and {', '.join(dict.fromkeys(temporal))} for light curves"
        )
    if not spectral and not temporal:
        raise InputError(
            f"{what}: needs a Resample (for spectra) or a Pack (for light curves) among its steps, got {list(names)}"
        )
    return bool(temporal)


def _step(name: str, entry: Any, known: Mapping[str, type[Step]], what: str) -> Step:
    arguments = {} if isinstance(entry, str) else next(iter(entry.values())) or {}
    if not isinstance(arguments, Mapping):
        raise InputError(f"{what}: a step is written 'Name: {{argument: value}}', got {entry!r}")
    allowed = [field.name for field in sorted(fields(known[name]), key=lambda field: bool(field.kw_only))]
    unknown = sorted(map(str, set(arguments) - set(allowed)))
    if unknown:
        raise InputError(
            f"{what}: {name} takes {', '.join(allowed)}; got {', '.join(unknown)}{did_you_mean(unknown, allowed)}"
        )
    try:
        return known[name](**{key: _value(key, value, what) for key, value in arguments.items()})
    except TypeError as error:
        raise InputError(f"{what}: {name}: {str(error).partition('__init__() ')[2] or error}") from error


def _consented(step: Step, what: str, needed: bool, trust_code: bool) -> Step:
    """Return a step that a configuration describes, whose function is imported only with consent."""
    if trust_code or not isinstance(step, Custom) or not isinstance(step.function, str):
        return step
    if needed:
        raise untrusted(step.function, f"{what}: Custom")
    return replace(step, function=Withheld(step.function))


def _value(key: str, value: Any, what: str) -> Any:
    if key == "grid":
        return value if isinstance(value, Grid) else Grid.from_dict(value)
    if key in MAPPINGS and not isinstance(value, str):
        return value
    if key == "parameters":
        return {name: _value("", one, what) for name, one in value.items()}
    if key == "copied":
        return [_value("", one, what) for one in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) != 1:
        raise InputError(f"{what}: a distribution is written '{{Uniform: [low, high]}}', got {value!r}")
    ((written, arguments),) = value.items()
    name = known_name(what, written, [*DISTRIBUTIONS, "Curve"], "distribution")
    kind: Any = Curve if name == "Curve" else DISTRIBUTIONS[name]
    wanted = ", ".join(f.name for f in fields(kind))
    if not isinstance(arguments, list | tuple):
        raise InputError(f"{what}: {name} is written '{{{name}: [...]}}', with {wanted}; got {arguments!r}")
    arguments = [INFINITE.get(one, one) if isinstance(one, str) else one for one in arguments]
    try:
        return kind(list(arguments)) if name in ("Choice", "Empirical") else kind(*arguments)
    except TypeError as error:
        raise InputError(f"{what}: {name} takes {wanted}, got {arguments!r}") from error


def _arguments(step: Step) -> dict[str, Any]:
    if isinstance(step, Custom):
        named = {name: _plain(value) for name, value in step.parameters.items()}
        chance = {} if step.probability == 1 else {"probability": step.probability}
        return {"function": step.path, "parameters": named, **chance}
    values = {f.name: (getattr(step, f.name), f.default) for f in fields(step)}
    return {
        name: _plain(value) for name, (value, default) in values.items() if value is not default and value != default
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Grid):
        return value.to_dict()
    if isinstance(value, Curve):
        return {"Curve": value.to_config()}
    if isinstance(value, Distribution):
        values = [getattr(value, f.name) for f in fields(value)]
        return {type(value).__name__: _plain(values[0] if len(values) == 1 else values)}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    value = value.tolist() if isinstance(value, np.generic | np.ndarray) else value
    if isinstance(value, float) and math.isinf(value):  # JSON has no number for it
        return "inf" if value > 0 else "-inf"
    return value

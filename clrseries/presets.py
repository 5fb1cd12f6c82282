"""Presets of surveys within a list of steps that is given as plain data, for both kinds of data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import Any

from . import lightcurves, spectra
from .augment.step import Step
from .errors import InputError
from .lightcurves.surveys import SURVEYS as CAMPAIGNS
from .names import did_you_mean, find_name, known_name
from .spectra.surveys import SURVEYS as SPECTROGRAPHS

LENGTH = 256  # points of a view, where the list has no Pack


def is_preset(entry: Any) -> bool:
    """Return whether an entry of a list of steps is the preset of a survey, ``{survey: DESI}``.

    Parameters
    ----------
    entry : object
        One entry.

    Returns
    -------
    bool
    """
    return isinstance(entry, Mapping) and len(entry) == 1 and find_name(next(iter(entry)), ["survey"]) is not None


def with_presets(entries: Sequence[Any], build: Callable[[str, Any], Any], what: str) -> list[Any]:
    """Replace every preset in a list of steps by the steps of the survey.

    Parameters
    ----------
    entries : sequence of Step, mapping or str
        Steps, some of them as plain data, and presets: ``{survey: DESI}``, or with arguments of :meth:`Survey.steps`, ``{survey:
        {name: DESI, native_fwhm: 2.5}}``. For light curves, Pack is an entry of its own; without one, rows have 256 points.
    build : function
        Takes the name of an argument and its value as plain data, and returns the value.
    what : str
        Name of the list, for errors.

    Returns
    -------
    list
        Unchanged if there is no preset.

    Raises
    ------
    InputError
        There is no such survey, or it has no such argument.
    """
    if not any(map(is_preset, entries)):
        return list(entries)
    found: list[Any] = []
    for entry in entries:
        found += _steps(next(iter(entry.values())), build, what) if is_preset(entry) else [entry]
    names = [_name(entry) for entry in found]
    if "Visit" in names and not any(find_name(name, ["Pack"]) for name in names):
        found.append(lightcurves.Pack(LENGTH))
    return found


def _steps(preset: Any, build: Callable[[str, Any], Any], what: str) -> list[Step]:
    given = dict(preset) if isinstance(preset, Mapping) else {"name": preset}
    name = known_name(what, given.pop("name", None), [*SPECTROGRAPHS, *CAMPAIGNS], "survey preset")
    own: Any = spectra.survey(name) if name in SPECTROGRAPHS else lightcurves.survey(name)
    parts = [own.steps] if name in SPECTROGRAPHS else [own.cadence_steps, own.noise_steps]
    known = list(dict.fromkeys(key for part in parts for key in signature(part).parameters))
    unknown = sorted(map(str, set(given) - set(known)))
    if unknown:
        raise InputError(
            f"{what}: survey {name} takes {', '.join(known)}; got {', '.join(unknown)}{did_you_mean(unknown, known)}"
        )
    values = {key: build(key, value) for key, value in given.items()}
    return [
        step
        for part in parts
        for step in part(**{key: value for key, value in values.items() if key in signature(part).parameters})
    ]


def _name(entry: Any) -> str:
    if isinstance(entry, Step):
        return type(entry).__name__
    return str(next(iter(entry), "")) if isinstance(entry, Mapping) else str(entry)

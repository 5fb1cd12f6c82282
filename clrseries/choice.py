"""Choices among known classes, written as a name or as ``{name: {setting: value}}``."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from inspect import signature
from typing import Any, get_type_hints

from .argument_types import as_meant, fits, in_words, similar
from .errors import InputError
from .names import did_you_mean, known_name

Choice = str | Mapping[str, Any]


def named_choice(
    what: str, choice: Choice, known: Mapping[str, Any], given: Collection[str] = ()
) -> tuple[str, dict[str, Any]]:
    """Return the name and the settings of a choice.

    Parameters
    ----------
    what : str
        Name of the argument, for errors.
    choice : str or mapping
        ``"simclr"``, or ``{"simclr": {"temperature": 0.2}}``; names are recognized whatever their case, with hyphens or underscores.
    known : mapping of str to class
        The classes to choose from, by name.
    given : collection of str
        Arguments of the classes that the package sets itself; they are not accepted as settings.

    Returns
    -------
    str, dict
        The name, in the form of `known`, and the settings by name.

    Raises
    ------
    InputError
        The choice has another form, there is no such name, the class has no such setting, or a value has the wrong type.

    Examples
    --------
    >>> from clrseries.choice import named_choice
    >>> from clrseries.methods import METHODS
    >>> named_choice("method", {"simclr": {"temperature": 0.2}}, METHODS)
    ('simclr', {'temperature': 0.2})
    """
    if isinstance(choice, str):
        choice = {choice: {}}
    if not isinstance(choice, Mapping) or len(choice) != 1:
        raise InputError(f"{what}: write a name, or 'name: {{setting: value}}'; got {choice!r}")
    ((name, settings),) = choice.items()
    name = known_name(what, name, known)
    if settings is not None and not isinstance(settings, Mapping):
        raise InputError(f"{what}: write a name, or 'name: {{setting: value}}'; got {choice!r}")
    allowed = settings_of(known[name], given)
    unknown = sorted(map(str, set(settings or {}) - set(allowed)))
    if unknown:
        raise InputError(
            f"{what}: {name} takes {', '.join(allowed)}; got {', '.join(unknown)}{did_you_mean(unknown, allowed)}"
        )
    hints = get_type_hints(known[name].__init__)
    meant = {key: as_meant(value, hints.get(key, Any)) for key, value in (settings or {}).items()}
    for key, value in meant.items():
        if key in hints and not fits(value, hints[key]):
            hint = hints[key]
            raise InputError(f"{what}: {name}: {key} must be {in_words(hint)}, got {value!r}{similar(value, hint)}")
        _check_number(f"{what}: {name}: {key}", value, allowed[key])
    return name, meant


def _check_number(what: str, value: Any, default: Any) -> None:
    """Raise an :class:`InputError` if a number is not finite, negative, or 0 where a size is wanted."""
    if not fits(value, float):
        return
    least = 1 if fits(default, int) and default >= 1 and not what.endswith(": blocks") else 0
    if not math.isfinite(value) or value < least:
        raise InputError(f"{what} must be finite and at least {least}, got {value!r}")


def settings_of(kind: Any, given: Collection[str] = ()) -> dict[str, Any]:
    """Return the arguments of a class with their defaults.

    Parameters
    ----------
    kind : class
        The class.
    given : collection of str
        Arguments that are left out; ``self`` is always left out.

    Returns
    -------
    dict of str to object
        Default of each argument, ``inspect.Parameter.empty`` where there is none.
    """
    skipped = {"self", *given}
    return {name: p.default for name, p in signature(kind.__init__).parameters.items() if name not in skipped}

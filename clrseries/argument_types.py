"""Check the arguments of a dataclass against its type annotations."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from numbers import Integral, Real
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from .border import floating
from .errors import InputError
from .names import did_you_mean, find_name

WORDS: dict[Any, str] = {
    float: "a number",
    int: "a whole number",
    str: "text",
    bool: "true or false",
    type(None): "None",
}


def check_arguments(owner: Any) -> None:
    """Check that every field of a dataclass has the type of its annotation, and write names of choices in their usual form.

    Parameters
    ----------
    owner : dataclass instance
        Its annotations may be numbers, text, classes, ``Literal``, ``Sequence``, ``Mapping``, ``tuple``, ``Callable`` and
        unions of them.

    Raises
    ------
    InputError
        A field has another type. The message names the class, the argument, the wanted type and the value.
    """
    kind: Any = type(owner)
    for name, hint in _hints(kind).items():
        value = getattr(owner, name)
        meant = as_meant(_plain(value, hint, f"{kind.__name__}: {name}"), hint)
        if not fits(meant, hint):
            raise InputError(f"{kind.__name__}: {name} must be {in_words(hint)}, got {value!r}{similar(value, hint)}")
        if meant is not value:
            object.__setattr__(owner, name, meant)  # the dataclasses are frozen


def _plain(value: Any, hint: Any, what: str) -> Any:
    """Return an array of any library as a list, where a list of numbers is wanted; units and missing values are refused."""
    if (
        not hasattr(value, "__array__")
        or np.ndim(value) != 1
        or not any(get_origin(one) is Sequence and get_args(one) == (float,) for one in (hint, *get_args(hint)))
    ):
        return value
    found, unit, mask = floating(value, what)
    if unit is not None or mask.any():
        problem = f"has the unit {unit}" if unit is not None else "has missing values"
        raise InputError(f"{what} {problem}: give plain numbers")
    return found.tolist()


def check_whole(name: str, value: Any, least: int = 0) -> int:
    """Check that an argument is a whole number, and return it as a Python int.

    Parameters
    ----------
    name : str
        Name of the argument, for the error message.
    value : object
        Its value; a whole number of NumPy is accepted.
    least : int
        Smallest value that is allowed.

    Returns
    -------
    int

    Raises
    ------
    InputError
        The value is not a whole number, or is below `least`.

    Examples
    --------
    >>> from clrseries.argument_types import check_whole
    >>> check_whole("views", 2, least=1)
    2
    """
    if not fits(value, int) or value < least:
        raise InputError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return int(value)


def fits(value: Any, hint: Any) -> bool:
    """Return whether a value has the type of an annotation.

    Parameters
    ----------
    value : object
        The value to check.
    hint : type or typing construct
        The evaluated annotation. Numbers are compared by kind: ``float`` accepts every real number, but no bool.

    Returns
    -------
    bool
        True if `value` has this type.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, types.UnionType):
        return any(fits(value, one) for one in arguments)
    if origin is Literal:
        return isinstance(value, str) and value in arguments
    if hint in (float, int):
        return isinstance(value, Real if hint is float else Integral) and not isinstance(value, bool | np.bool_)
    if origin is tuple:
        return isinstance(value, list | tuple) and len(value) == len(arguments) and all(map(fits, value, arguments))
    if origin is Sequence:
        listed = isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim == 1)
        return listed and all(fits(one, arguments[0]) for one in value)
    if origin is Mapping:
        return isinstance(value, Mapping) and all(map(fits, value.values(), [arguments[1]] * len(value)))
    if origin is Callable:
        return callable(value)
    return isinstance(value, hint)


def as_meant(value: Any, hint: Any) -> Any:
    """Return a value with the usual form of its name, if it is one of the choices of an annotation.

    Parameters
    ----------
    value : object
        The value.
    hint : type or typing construct
        The evaluated annotation; ``Literal["adamw", "lars"]`` has the choices ``"adamw"`` and ``"lars"``.

    Returns
    -------
    object
        The choice that differs from `value` by case, hyphens and underscores alone; otherwise `value`.

    Examples
    --------
    >>> from typing import Literal
    >>> from clrseries.argument_types import as_meant
    >>> as_meant("AdamW", Literal["adamw", "lars"])
    'adamw'
    """
    if not isinstance(value, str) or fits(value, hint):
        return value
    return find_name(value, choices(hint)) or value


def choices(hint: Any) -> list[str]:
    """Return the names that an annotation allows.

    Parameters
    ----------
    hint : type or typing construct
        The evaluated annotation.

    Returns
    -------
    list of str
        Members of all its ``Literal``; empty if it has none.
    """
    if get_origin(hint) is Literal:
        return [one for one in get_args(hint) if isinstance(one, str)]
    if get_origin(hint) in (Union, types.UnionType):
        return [one for member in get_args(hint) for one in choices(member)]
    return []


def similar(value: Any, hint: Any) -> str:
    """Return the end of an error message that tells a choice similar to a value; empty if there is none.

    Parameters
    ----------
    value : object
        A value that the annotation does not allow.
    hint : type or typing construct
        The evaluated annotation.

    Returns
    -------
    str
    """
    return did_you_mean([value], choices(hint)) if isinstance(value, str) else ""


def in_words(hint: Any) -> str:
    """Return an annotation in plain words, for error messages.

    Parameters
    ----------
    hint : type or typing construct
        The evaluated annotation.

    Returns
    -------
    str
        For instance ``"a whole number"`` or ``"one of 'mean', 'median'"``.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _union_in_words(arguments)
    if origin is Literal:
        return "one of " + ", ".join(map(repr, arguments))
    if origin is tuple:
        return "a pair" if len(arguments) == 2 else f"{len(arguments)} values"
    if origin is Sequence:
        return f"a list, each entry {in_words(arguments[0])}"
    if origin is Mapping:
        return f"a mapping of names, each value {in_words(arguments[1])}"
    if origin is Callable:
        return "a function"
    return WORDS.get(hint, f"a {hint.__name__}" if isinstance(hint, type) else str(hint))


def _union_in_words(members: tuple[Any, ...]) -> str:
    names = {member.__name__ for member in members if isinstance(member, type)}
    rest = list(members)
    words = []
    if "Distribution" in names:  # the annotation is `Value` of clrseries.augment.distributions
        words.append("a number, a distribution or the name of a column")
        rest = [m for m in members if m not in (float, int, str) and not hasattr(m, "quantile")]
    words += [in_words(member) for member in rest]
    return " or ".join(dict.fromkeys(words))


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}

"""The arguments that vary in a search, and their ranges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..argument_types import fits
from ..errors import InputError
from ..names import did_you_mean, find_name
from ..plain_data import dump_yaml, load_yaml
from .settings import GROUPS

KINDS = ("choice", "uniform", "log", "int")
FORMS = "choice: [...], uniform: [low, high], log: [low, high] or int: [low, high]"


def plain_ranges(space: Mapping[str, Any]) -> dict[str, dict[str, list[Any]]]:
    """Return ranges as plain data, checked.

    Parameters
    ----------
    space : mapping of str to mapping
        For each argument, one of ``choice: [...]``, ``uniform: [low, high]``, ``log: [low, high]`` and ``int: [low, high]``.

    Returns
    -------
    dict of str to dict

    Raises
    ------
    InputError
        A range has another form, is empty, or has ends that are no numbers or in the wrong order.

    Examples
    --------
    >>> from clrseries.training.search_space import plain_ranges
    >>> plain_ranges({"epochs": {"Int": (2, 8)}})
    {'epochs': {'int': [2, 8]}}
    """
    found: dict[str, dict[str, list[Any]]] = {}
    for name, one in space.items():
        written, values = next(iter(one.items())) if isinstance(one, Mapping) and len(one) == 1 else ("", None)
        kind = find_name(written, KINDS)
        if kind is None or not isinstance(values, list | tuple) or not values:
            raise InputError(f"space: {name} is written {FORMS}; got {one!r}{did_you_mean([written], KINDS)}")
        if kind != "choice":
            _check_ends(name, kind, values)
        try:
            found[str(name)] = {kind: load_yaml(dump_yaml(list(values)))}
        except InputError as error:
            raise InputError(f"space: {name}: {error}") from error
    return found


def put(arguments: dict[str, Any], name: str, value: Any) -> None:
    """Set an argument by its name.

    Parameters
    ----------
    arguments : dict
        Arguments of ``pretrain`` as plain data; changed in place.
    name : str
        ``argument``, ``group.field`` or ``augment.Step.argument``.
    value : object
        Its value.

    Raises
    ------
    InputError
        The name has another form, or the augmentation has no such step.

    Examples
    --------
    >>> from clrseries.training.search_space import put
    >>> arguments = {"epochs": 3}
    >>> put(arguments, "optimizer.learning_rate", 1e-3)
    >>> arguments
    {'epochs': 3, 'optimizer': {'learning_rate': 0.001}}
    """
    parts = name.split(".")
    if len(parts) == 1:
        arguments[name] = value
    elif len(parts) == 2 and parts[0] in GROUPS:
        arguments[parts[0]] = arguments.get(parts[0], {}) | {parts[1]: value}
    elif len(parts) == 3 and parts[0] == "augment":
        steps = {written: step for one in arguments.get("augment") or [] for written, step in one.items()}
        found = find_name(parts[1], steps)
        if found is None:
            raise InputError(
                f"space: {name}: fixed has no augment with a step {parts[1]}{did_you_mean([parts[1]], steps)}"
            )
        steps[found][parts[2]] = value
    else:
        groups = ", ".join(f"{group}.FIELD" for group in GROUPS)
        raise InputError(f"space: {name}: write the name of an argument, {groups} or augment.STEP.ARGUMENT")


def _check_ends(name: str, kind: str, values: list[Any] | tuple[Any, ...]) -> None:
    wanted = int if kind == "int" else float
    if len(values) != 2 or not all(fits(one, wanted) for one in values):
        raise InputError(f"space: {name}: {kind} takes two {'whole ' if kind == 'int' else ''}numbers, got {values!r}")
    low, high = values
    if not (low <= high and abs(low) < 1e300 and abs(high) < 1e300 and (kind != "log" or low > 0)):
        raise InputError(f"space: {name}: {kind} takes {'0 < ' if kind == 'log' else ''}low <= high, got {values!r}")

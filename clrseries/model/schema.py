"""The check of the configuration of a model against what such a configuration can hold, before anything is built from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

import torch

from ..encoders import ENCODERS
from ..encoders.build import HEADS
from ..encoders.described import AROUND
from ..errors import InputError
from ..methods import Projector

MOST_BYTES = 1 << 24  # of config.json
COUNTS = ("blocks", "members")  # settings that say how many parts a network has
LARGEST = 1 << 20  # whole number among the settings of a network
LONGEST = 1 << 20  # list among them
WANTED: dict[str, type] = {"encoder": dict, "projector": dict, "augment": list, "bands": list, "notes": dict}
ALLOWED: dict[str, type] = {
    "head": dict,
    "target": str,
    "flux_unit": str,
    "sha256": str,
    "clrseries": str,
    "format": int,
}


def checked(config: Any, source: str) -> dict[str, Any]:
    """Return the configuration of a model, if it can be one.

    Parameters
    ----------
    config : object
        Content of ``config.json``.
    source : str
        The folder, for the error.

    Returns
    -------
    dict
        The same configuration.

    Raises
    ------
    InputError
        A part is missing, unknown, of another type, or too large.

    Examples
    --------
    >>> from clrseries import InputError
    >>> from clrseries.model.schema import checked
    >>> try:
    ...     checked({"encoder": "resnet1d"}, "model")
    ... except InputError as error:
    ...     print(error)
    model: config.json: encoder must be a mapping, got 'resnet1d'
    """
    if not isinstance(config, dict):
        raise _error(source, "must be a mapping", config)
    for name, kind in (WANTED | ALLOWED).items():
        if name not in config and name in ALLOWED:
            continue
        if name not in config:
            raise InputError(f"{source}: config.json: {name} is missing")
        if not isinstance(config[name], kind) or isinstance(config[name], bool):
            words = {dict: "a mapping", list: "a list", str: "text", int: "a whole number"}
            raise _error(source, f"{name} must be {words[kind]}", config[name])
    unknown = sorted(set(config) - set(WANTED) - set(ALLOWED))
    if unknown:
        raise _error(source, "holds something that no model has", unknown[0])
    if not all(isinstance(band, str) for band in config["bands"]) or len(config["bands"]) > 127:
        raise _error(source, "bands must be at most 127 names", config["bands"])
    if not all(isinstance(step, dict) and len(step) == 1 for step in config["augment"]):
        raise _error(source, "augment must be a list of steps", config["augment"])
    _check_settings(config["projector"], Projector, "projector", source)
    if "head" in config:
        _check_named(config["head"], HEADS, "head", source)
    _check_encoder(config["encoder"], source)
    return config


def check_size(
    make: Callable[[], Any], settings: Mapping[str, Any], weights: Mapping[str, torch.Tensor], prefix: str, source: str
) -> None:
    """Check that a network has the size of its weights, before memory is taken for it.

    Parameters
    ----------
    make : function
        Builds the network.
    settings : mapping
        Its settings.
    weights : mapping of str to torch.Tensor
        Content of ``model.safetensors``.
    prefix : str
        What the names of its weights begin with.
    source : str
        The folder, for the error.

    Raises
    ------
    InputError
        The settings cannot be used, or make a network of another size.
    """
    every = dict(settings)
    while isinstance(settings.get("encoder"), dict):
        settings = settings["encoder"]
        every |= settings
    if any(isinstance(value, int) and value > len(weights) for key, value in every.items() if key in COUNTS):
        raise InputError(f"{source}: config.json: has more blocks or members than there are weights")
    try:
        with torch.device("meta"):  # shapes without memory
            made = make().state_dict()
    except NotImplementedError:  # a network that computes while it is built; the limits of its settings keep it small
        return
    except (
        TypeError,
        ValueError,
        IndexError,
        RuntimeError,
        AssertionError,
        ArithmeticError,
        KeyError,
        RecursionError,
    ) as error:
        told = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(f"{source}: config.json: cannot be built ({told})") from error
    for name, tensor in made.items():
        there = weights.get(f"{prefix}.{name}")
        if there is None or there.shape != tensor.shape:
            found = "is missing" if there is None else f"has the shape {tuple(there.shape)}"
            raise InputError(
                f"{source}: its weights are not those of this encoder ({prefix}.{name} {found}, and config.json makes it {tuple(tensor.shape)})"
            )


def _check_encoder(encoder: dict[str, Any], source: str) -> None:
    """Check an encoder, and those that it is around; one of another author can only stand alone."""
    name = encoder.get("name")
    inner: Any = encoder
    while isinstance(inner, dict) and str(inner.get("name")) in AROUND:
        own = {key: value for key, value in inner.items() if key not in ("name", "encoder")}
        _check_settings(own, AROUND[inner["name"]], "encoder", source)
        if inner.get("encoder") is None and inner["name"] == "with_columns":
            return
        inner = inner.get("encoder")
    if not isinstance(inner, dict):
        raise _error(source, f"the encoder of {name} must be a mapping", inner)
    if str(inner.get("name")) in ENCODERS:
        _check_named(inner, ENCODERS, "encoder", source)
    elif inner is not encoder or not all(isinstance(encoder.get(key), str) for key in ("name", "class")):
        raise _error(source, f"the name of the encoder is one of {', '.join(ENCODERS)}", inner.get("name"))


def _check_named(settings: dict[str, Any], kinds: Mapping[str, Any], what: str, source: str) -> None:
    name = settings.get("name")
    if not isinstance(name, str) or name not in kinds:
        raise _error(source, f"the name of the {what} is one of {', '.join(kinds)}", name)
    _check_settings({key: value for key, value in settings.items() if key != "name"}, kinds[name], what, source)


def _check_settings(settings: dict[str, Any], kind: Any, what: str, source: str) -> None:
    known = set(signature(kind).parameters)
    for name, value in settings.items():
        if name not in known:
            raise _error(source, f"{what} takes {', '.join(sorted(known))}", name)
        if not _is_plain(value):
            raise _error(source, f"{what}: {name} must be a moderate number, text or a list of them", value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= LONGEST and all(not isinstance(one, list | dict) and _is_plain(one) for one in value)
    if isinstance(value, int):
        return abs(value) <= LARGEST
    return value is None or isinstance(value, str | float)


def _error(source: str, problem: str, got: Any) -> InputError:
    told = repr(got)
    return InputError(f"{source}: config.json: {problem}, got {told if len(told) < 200 else told[:200] + ' ...'}")

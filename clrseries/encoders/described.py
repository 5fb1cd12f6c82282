"""Encoders as plain data, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InputError
from .build import ENCODERS
from .erased import Erased
from .with_columns import WithColumns

AROUND: dict[str, Any] = {
    "with_columns": WithColumns,
    "erased": Erased,
}  # encoders around another one, as their first argument


def described(encoder: Any) -> dict[str, Any] | None:
    """Return the name and the settings of an encoder.

    Parameters
    ----------
    encoder : torch.nn.Module
        The encoder.

    Returns
    -------
    dict or None
        ``name``, and what the class takes; None for a module of your own.

    Examples
    --------
    >>> from clrseries.encoders import ResNet1d
    >>> from clrseries.encoders.described import described
    >>> described(ResNet1d(64, width=8, embedding_dim=16))["width"]
    8
    """
    around = next((name for name, kind in AROUND.items() if type(encoder) is kind), None)
    if around is not None:
        inner = None if encoder.encoder is None else described(encoder.encoder)
        if encoder.encoder is not None and inner is None:
            return None
        return {"name": around, "encoder": inner, **encoder.own_settings}
    name = next((name for name, kind in ENCODERS.items() if type(encoder) is kind), None)
    return None if name is None else {"name": name, **encoder.settings}


def from_description(description: Mapping[str, Any]) -> Any:
    """Return a new encoder.

    Parameters
    ----------
    description : mapping
        Of :func:`described`.

    Returns
    -------
    torch.nn.Module
        With random weights.
    """
    settings = dict(description)
    name = settings.pop("name")
    if name in AROUND:
        inner = settings.pop("encoder")
        return AROUND[name](None if inner is None else from_description(inner), **settings)
    return ENCODERS[name](**settings)


def new_like(encoder: Any) -> Any:
    """Return a new encoder with the settings of another.

    Parameters
    ----------
    encoder : torch.nn.Module
        Of this package, or with an attribute ``settings``, which its class takes.

    Returns
    -------
    torch.nn.Module
        With random weights.

    Raises
    ------
    InputError
        The encoder does not say its settings.

    Examples
    --------
    >>> from clrseries.encoders import ResNet1d
    >>> from clrseries.encoders.described import new_like
    >>> new_like(ResNet1d(64, width=8, embedding_dim=16)).embedding_dim
    16
    """
    told = described(encoder)
    if told is not None:
        return from_description(told)
    if not hasattr(encoder, "settings"):
        raise InputError(
            f"'scratch' cannot make a new {type(encoder).__name__}: it has no attribute settings with the arguments of its class; add it, or leave 'scratch' out"
        )
    return type(encoder)(**encoder.settings)

"""Named sizes of the encoders."""

from __future__ import annotations

from typing import Any

from ..errors import InputError


def size_of(sizes: dict[str, dict[str, Any]], size: str) -> dict[str, Any]:
    """The settings of a named size; an :class:`InputError` where there is none."""
    if size not in sizes:
        raise InputError(f"size is one of {', '.join(sizes)}; got {size!r}")
    return sizes[size]

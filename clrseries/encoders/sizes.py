"""Named sizes of the encoders."""

from __future__ import annotations

from typing import Any

from ..errors import InputError
from ..names import did_you_mean, find_name


def size_of(sizes: dict[str, dict[str, Any]], size: str) -> dict[str, Any]:
    """Return the settings of a named size.

    Parameters
    ----------
    sizes : dict of str to dict
        Settings of each size.
    size : str
        Name of one of them.

    Returns
    -------
    dict of str to int
        Settings, for instance ``width`` and ``blocks``.

    Raises
    ------
    InputError
        There is no such size.

    Examples
    --------
    >>> from clrseries.encoders.sizes import size_of
    >>> size_of({"tiny": {"width": 64}, "small": {"width": 128}}, "tiny")
    {'width': 64}
    """
    found = find_name(size, sizes)
    if found is None:
        raise InputError(f"size is one of {', '.join(sizes)}; got {size!r}{did_you_mean([size], sizes)}")
    return sizes[found]

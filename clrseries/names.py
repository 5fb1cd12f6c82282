"""Names as people write them: whatever their case, and with or without hyphens and underscores."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Any

from .errors import InputError


def find_name(name: Any, known: Iterable[str]) -> str | None:
    """Return the known name that a person means.

    Parameters
    ----------
    name : object
        What was written.
    known : iterable of str
        The known names.

    Returns
    -------
    str or None
        The known name that is equal to `name`, or else the only one that differs by case, hyphens, underscores and spaces alone.

    Examples
    --------
    >>> from clrseries.names import find_name
    >>> find_name("Barlow-Twins", ["simclr", "barlow_twins"])
    'barlow_twins'
    """
    if not isinstance(name, str):
        return None
    known = list(known)
    if name in known:
        return name
    same = [one for one in known if _bare(one) == _bare(name)]
    return same[0] if len(same) == 1 else None


def known_name(what: str, name: Any, known: Collection[str], kind: str = "") -> str:
    """Return the known name that a person means, or raise an error that tells the names that there are.

    Parameters
    ----------
    what : str
        Name of the argument, for the error.
    name : object
        What was written.
    known : collection of str
        The known names.
    kind : str
        What the names are of, for the error, for instance ``"step"``.

    Returns
    -------
    str
        As :func:`find_name` returns it.

    Raises
    ------
    InputError
        There is no such name; the message tells one that is similar.

    Examples
    --------
    >>> from clrseries.names import known_name
    >>> known_name("method", "SimCLR", ["simclr", "vicreg"])
    'simclr'
    """
    found = find_name(name, known)
    if found is None:
        of_kind = f"{kind} " if kind else ""
        raise InputError(
            f"{what}: there is no {of_kind}{name!r}; there are {', '.join(known)}{did_you_mean([name], known)}"
        )
    return found


def did_you_mean(names: Iterable[Any], known: Iterable[str]) -> str:
    """Return the end of an error message that tells a known name similar to one that is not known.

    Parameters
    ----------
    names : iterable of object
        Names that are not known.
    known : iterable of str
        The known names.

    Returns
    -------
    str
        Such as ``"; did you mean 'simclr'?"``, or empty if no known name is similar.

    Examples
    --------
    >>> from clrseries.names import did_you_mean
    >>> did_you_mean(["simlcr"], ["simclr", "vicreg"])
    "; did you mean 'simclr'?"
    """
    bare = {_bare(one): one for one in known}
    similar = [bare[one] for name in names for one in get_close_matches(_bare(str(name)), bare, 1, 0.7)]
    return f"; did you mean {' and '.join(map(repr, dict.fromkeys(similar)))}?" if similar else ""


def _bare(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter not in "-_ ")

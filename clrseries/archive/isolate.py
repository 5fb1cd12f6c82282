"""Finding of the single objects that stop a batch, so that the others go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from ..errors import InputError

Found = TypeVar("Found")
MOST_TRIED = 16  # single objects that may fail before any has passed


class Piece(NamedTuple, Generic[Found]):
    """What came of neighboring objects.

    Parameters
    ----------
    first, last : int
        The objects from `first` to ``last - 1``.
    found : object
        The result for them.
    """

    first: int
    last: int
    found: Found


def isolated(count: int, attempt: Callable[[int, int], Found]) -> tuple[list[Piece[Found]], dict[int, str]]:
    """Call a function for objects 0 to ``count - 1``, in halves where it fails, until single objects are found that make it fail.

    Parameters
    ----------
    count : int
        Number of objects.
    attempt : function of two ints
        Processes the objects from `first` to ``last - 1``; raises :class:`~clrseries.InputError` if it cannot.

    Returns
    -------
    list of Piece, dict of int to str
        The results, in order, and the reason for each object that has none.

    Examples
    --------
    >>> from clrseries import InputError
    >>> from clrseries.archive.isolate import isolated
    >>> def attempt(first, last):
    ...     if first <= 3 < last:
    ...         raise InputError("object 3: has no flux")
    ...     return last - first
    >>> pieces, lost = isolated(8, attempt)
    >>> [(piece.first, piece.last) for piece in pieces], lost
    ([(0, 2), (2, 3), (4, 8)], {3: 'object 3: has no flux'})
    """
    pieces: list[Piece[Found]] = []
    lost: dict[int, str] = {}
    waiting = [(0, count)] if count else []
    while waiting:
        first, last = waiting.pop()
        try:
            pieces.append(Piece(first, last, attempt(first, last)))
        except InputError as error:
            if last - first == 1:
                lost[first] = str(error)
                if len(lost) == MOST_TRIED and not pieces:  # whatever it is, it is the same for all
                    return [], lost | {row: str(error) for row in range(count) if row not in lost}
            else:
                middle = (first + last) // 2
                waiting += [(middle, last), (first, middle)]
    return pieces, lost

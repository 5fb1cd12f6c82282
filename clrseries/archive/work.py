"""What a command does with the objects of an archive, apart from reading and writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from ..series import Series
from .engine import Engine

Named = list[tuple[str, str]]  # names of objects, each with the reason why it is not in the output


class Result(NamedTuple):
    """The result of neighboring objects of a slab.

    Parameters
    ----------
    first, last : int
        The objects from `first` to ``last - 1`` of the slab.
    found : object
        What the engine returned for them.
    """

    first: int
    last: int
    found: Any


class Work(Protocol):
    """What a command does with the objects of an archive.

    Attributes
    ----------
    command : str
        Word of the command line.
    kind : str
        ``"spectra"`` or ``"light curves"``, whichever it takes.
    model : str
        Hash of the model, or of the configuration.
    settings : dict
        Arguments that change the output, as plain data.
    """

    command: str
    kind: str
    model: str
    settings: dict[str, Any]

    @property
    def engine(self) -> Engine:
        """What works on the batches."""
        ...

    def maker(self) -> Callable[[], Work]:
        """Return a function that makes the same in another process, with an engine of its own.

        Returns
        -------
        function
        """
        ...

    def admit(self, series: Series) -> tuple[Series | None, Named]:
        """Return the objects that the engine takes.

        Parameters
        ----------
        series : Series
            A slab.

        Returns
        -------
        Series or None, list of tuple of str
            The objects, and name and reason for the others.
        """
        ...

    def table(self, series: Series, results: list[Result]) -> tuple[pa.Table, Named]:
        """Return the rows that are written for a slab.

        Parameters
        ----------
        series : Series
            The slab.
        results : list of Result
            What the engine returned, in order.

        Returns
        -------
        pyarrow.Table, list of tuple of str
            The rows, and name and reason for objects that have no result.
        """
        ...

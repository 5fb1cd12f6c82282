"""The progress of a run: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

LINE_EVERY = 10.0  # [s] between plain lines


class Told:
    """How much of a run is done, for whoever looks.

    Parameters
    ----------
    total : int
        Bytes of all parts.
    done : int
        Bytes of the parts that an earlier run has done.
    file : file, optional
        Where plain lines are written; None for none.
    """

    def __init__(self, total: int, done: int = 0, file: TextIO | None = None) -> None:
        self.total, self.done, self.before = total, done, done
        self.rows = 0
        self.file = file
        self.began = self.last = time.monotonic()

    def advance(self, rows: int, size: int) -> None:
        """Tell that more is done.

        Parameters
        ----------
        rows, size : int
            Objects and bytes since the last call.
        """
        self.rows += rows
        self.done += size
        now = time.monotonic()
        if self.file is not None and now - self.last > LINE_EVERY:
            self.last = now
            print(self.line(now - self.began), file=self.file, flush=True)

    def line(self, seconds: float) -> str:
        """Return one line about the progress.

        Parameters
        ----------
        seconds : float
            Time since the beginning [s].

        Returns
        -------
        str

        Examples
        --------
        >>> from clrseries.archive.progress import Told
        >>> told = Told(4_000_000)
        >>> told.advance(1000, 1_000_000)
        >>> told.line(2.0)
        '25 % of 4.0 MB, 1,000 objects, 500/s, 500.0 kB/s, 6 s remain'
        """
        rate = (self.done - self.before) / max(seconds, 1e-9)
        remaining = (self.total - self.done) / rate if rate else 0.0
        share = 100 * self.done / self.total if self.total else 100.0
        return (
            f"{share:.0f} % of {in_bytes(self.total)}, {self.rows:,} objects, {self.rows / max(seconds, 1e-9):,.0f}/s, "
            f"{in_bytes(rate)}/s, {in_time(remaining)} remain"
        )


@contextmanager
def shown(total: int, done: int, *, show: bool) -> Iterator[Told]:
    """Show the progress of a run on standard error.

    Parameters
    ----------
    total, done : int
        Bytes of all parts, and of those that are done already.
    show : bool
        Whether it is shown at all.

    Yields
    ------
    Told
        Takes the progress.
    """
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if not show or not console.is_terminal:
        told = Told(total, done, sys.stderr if show else None)
        yield told
        if show:
            print(told.line(time.monotonic() - told.began), file=sys.stderr, flush=True)
        return
    with Bar(BarColumn(), TextColumn("{task.fields[line]}"), console=console) as bar:
        task = bar.add_task("", total=max(total, 1), completed=done, line="starting")
        told = _OnBar(total, done, lambda size, line: bar.update(task, completed=size, line=line))
        yield told


class _OnBar(Told):
    def __init__(self, total: int, done: int, update: object) -> None:
        super().__init__(total, done)
        self.update = update

    def advance(self, rows: int, size: int) -> None:
        """Show that more is done."""
        super().advance(rows, size)
        self.update(self.done, self.line(time.monotonic() - self.began))  # type: ignore[operator]


def in_bytes(size: float) -> str:
    """Return a number of bytes in words.

    Parameters
    ----------
    size : float
        Number of bytes.

    Returns
    -------
    str

    Examples
    --------
    >>> from clrseries.archive.progress import in_bytes
    >>> in_bytes(1.5e9)
    '1.5 GB'
    """
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size:.0f} bytes"


def in_time(seconds: float) -> str:
    """Return a time span in words.

    Parameters
    ----------
    seconds : float
        The time [s].

    Returns
    -------
    str

    Examples
    --------
    >>> from clrseries.archive.progress import in_time
    >>> in_time(9000)
    '2 h 30 min'
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60:,} h {minutes % 60} min"

"""Reading of several parts of an archive at the same time, where there are many cores."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator

from ..augment.threads import available_cores
from .parts import Part
from .pipeline import ahead
from .slabs import Slab, slabs

CORES = 4  # for each thread that reads
MOST = 4  # threads that read; each holds two slabs


def read_ahead(parts: Iterable[Part], medium: str | None = None) -> Generator[Slab, None, None]:
    """Read parts with a thread for every four cores, four at most.

    Parameters
    ----------
    parts : iterable of Part
        The parts.
    medium : {"vacuum", "air"}, optional
        What the wavelengths of spectra are measured in; default what a file says.

    Yields
    ------
    Slab
        In the order of the parts, as :func:`clrseries.archive.slabs.slabs` yields them.
    """
    threads = min(available_cores() // CORES, MOST)
    if threads < 2:
        yield from slabs(parts, medium)
        return
    reading: deque[Generator[Slab, None, None]] = deque()
    try:
        for some in together(parts):
            reading.append(ahead(slabs(some, medium), depth=1))
            if len(reading) == threads:
                yield from reading[0]
                reading.popleft()
        while reading:
            yield from reading[0]
            reading.popleft()
    finally:
        for one in reading:
            one.close()


def together(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Divide parts into those that one thread reads: a row group is unpacked from its beginning, so that its parts stay together.

    Parameters
    ----------
    parts : iterable of Part
        The parts.

    Yields
    ------
    list of Part
        Neighboring ones, in order.
    """
    some: list[Part] = []
    for part in parts:
        if some and not _goes_on(some[-1], part):
            yield some
            some = []
        some.append(part)
    if some:
        yield some


def _goes_on(part: Part, following: Part) -> bool:
    """Return whether a part begins within the row group that the part before it ends in."""
    if not part.spans or not following.spans or part.paths != following.paths:
        return False
    return following.spans[0].group == part.spans[-1].group and following.spans[0].first == part.spans[-1].last

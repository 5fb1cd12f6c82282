"""The stream of an archive: read, load, views, encoder and write, each working while the others do."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from ..augment.resident import host_series
from ..errors import InputError
from ..series import Series
from .isolate import isolated
from .manifest import Done
from .part_writer import PartWriter
from .parts import Part
from .pipeline import ahead
from .reading import read_ahead
from .slabs import Lost, Slab
from .work import Named, Result, Work

MOST_FAILURES = 3  # parts one after the other that cannot be written, before a run is given up


class Progress(NamedTuple):
    """What has been done since the last one of these.

    Parameters
    ----------
    rows, bytes : int
        Objects, and bytes of the archive.
    finished : Done or None
        A part that is complete.
    failed : list of Lost
        Why a part has no file.
    """

    rows: int
    bytes: int
    finished: Done | None = None
    failed: list[Lost] = []  # noqa: RUF012 - never changed


class _Step(NamedTuple):
    """One batch of a slab, or the end of the slab."""

    slab: Slab
    first: int
    last: int
    found: Any
    lost: Named
    end: bool


def stream(
    parts: Iterable[Part],
    work: Work,
    folder: Path,
    medium: str | None = None,
    *,
    stop: bool = False,
    writer_of: Callable[[Path, str], PartWriter] = PartWriter,
) -> Generator[Progress, None, None]:
    """Process parts and write their files.

    Parameters
    ----------
    parts : iterable of Part
        The parts, none of which has a file yet.
    work : Work
        What is done with the objects.
    folder : Path
        The output folder.
    medium : {"vacuum", "air"}, optional
        What the wavelengths of spectra are measured in.
    stop : bool
        Whether an object or file that cannot be used is an error.
    writer_of : function of Path and str
        Returns the writer of a part, from the folder and its name.

    Yields
    ------
    Progress
        After each slab.

    Raises
    ------
    InputError
        Several parts one after the other cannot be written; or `stop` is true and something cannot be used.
    """
    writer: PartWriter | None = None
    failures, problem = 0, ""
    try:
        for slab, table, lost in tables(parts, work, medium):
            if lost and stop:
                raise _stopped(lost[0])
            if writer is None or writer.name != slab.part.name:
                writer, problem = writer_of(folder, slab.part.name), ""
                writer.made_of = slab.part.made_of
            finished, failed = None, []
            writer.lost += lost
            try:
                if table is not None and not problem:
                    writer.write(table)
                if slab.last and not problem:
                    finished = writer.finish()
            except OSError as error:
                writer.abandon()
                told = os.strerror(error.errno) if error.errno else str(error).splitlines()[0]
                problem = f"cannot be written ({told})"
            if slab.last:
                failures = failures + 1 if problem else 0
                if problem:
                    failed = [Lost(slab.part.name, "", None, problem)]
                elif finished is None:
                    failed = writer.lost
                writer = None
            yield Progress(slab.rows, slab.bytes, finished, failed)
            if failures == MOST_FAILURES:
                raise InputError(
                    f"{folder}: {failures} parts one after the other {problem}; make room, and run the same command again"
                )
    finally:
        if writer is not None:
            writer.abandon()


def tables(
    parts: Iterable[Part], work: Work, medium: str | None = None
) -> Iterator[tuple[Slab, pa.Table | None, list[Lost]]]:
    """Process parts, slab by slab, and write nothing.

    Parameters
    ----------
    parts : iterable of Part
        The parts.
    work : Work
        What is done with the objects.
    medium : {"vacuum", "air"}, optional
        What the wavelengths of spectra are measured in.

    Yields
    ------
    Slab, pyarrow.Table or None, list of Lost
        The slab without its samples, the rows of the output, and what is not in it or has no result.
    """
    yield from processed(read_ahead(parts, medium), work)


def processed(items: Iterable[Slab], work: Work) -> Generator[tuple[Slab, pa.Table | None, list[Lost]], None, None]:
    """Process slabs that are read as they are needed.

    Parameters
    ----------
    items : iterable of Slab
        The slabs.
    work : Work
        What is done with the objects.

    Yields
    ------
    Slab, pyarrow.Table or None, list of Lost
        As :func:`tables` does.
    """
    work.engine  # noqa: B018 - made here, before several threads ask for it
    encoded = ahead(_encoded(ahead(_viewed(ahead(_loaded(ahead(items), work)), work)), work))
    try:
        results: list[Result] = []
        lost: Named = []
        for slab, first, last, found, bad, end in encoded:
            lost += bad
            if not end:
                results.append(Result(first, last, work.engine.finish(found)))
                continue
            table = None
            if slab.series is not None:
                kept = _kept(host_series(slab.series), results)
                if kept is not None:
                    table, without = work.table(kept, _renumbered(results))
                    lost += without
            named = [
                Lost(slab.part.name, slab.part.files[0] if len(slab.part.files) == 1 else "", *one) for one in lost
            ]
            yield slab._replace(series=None), table, [*slab.lost, *named]
            results, lost = [], []
    finally:
        encoded.close()


def _loaded(items: Generator[Slab, None, None], work: Work) -> Iterator[Slab]:
    for slab in items:
        if slab.series is None:
            yield slab
            continue
        if slab.part.kind != work.kind:
            reason = f"holds {slab.part.kind}, and this takes {work.kind}"
            yield slab._replace(series=None, lost=[*slab.lost, Lost(slab.part.name, slab.part.files[0], None, reason)])
            continue
        series, bad = _tried(slab, lambda slab=slab: work.admit(slab.series))  # type: ignore[misc]
        lost = [Lost(slab.part.name, slab.part.files[0], *one) for one in bad]
        yield slab._replace(series=None if series is None else work.engine.load(series), lost=[*slab.lost, *lost])


def _tried(slab: Slab, call: Callable[[], tuple[Series | None, Named]]) -> tuple[Series | None, list[tuple[Any, str]]]:
    try:
        found, lost = call()
        return found, list(lost)
    except InputError as error:
        return None, [(None, str(error))]


def _viewed(items: Generator[Slab, None, None], work: Work) -> Iterator[_Step]:
    for slab in items:
        count = 0 if slab.series is None else len(slab.series)
        lost: Named = []
        for begin in range(0, count, work.engine.batch):
            series = slab.series.between(begin, min(begin + work.engine.batch, count))  # type: ignore[union-attr]
            pieces, bad = isolated(len(series), lambda a, b, series=series: work.engine.views(series.between(a, b)))  # type: ignore[misc]
            for first, last, views in pieces:
                yield _Step(slab, begin + first, begin + last, views, [], False)
            if bad:
                names = series.object_ids
                lost += [(names[row], reason) for row, reason in sorted(bad.items())]
        yield _Step(slab, 0, 0, None, lost, True)


def _encoded(items: Generator[_Step, None, None], work: Work) -> Iterator[_Step]:
    for step in items:
        yield step if step.end else step._replace(found=work.engine.encode(step.found))


def _kept(series: Series, results: list[Result]) -> Series | None:
    """Return the objects that have results."""
    if not results:
        return None
    if sum(last - first for first, last, _ in results) == len(series):
        return series
    return series.take([row for first, last, _ in results for row in range(first, last)])


def _renumbered(results: list[Result]) -> list[Result]:
    """Return results with the numbers that their objects have when those without results are left out."""
    found, at = [], 0
    for first, last, one in results:
        found.append(Result(at, at + last - first, one))
        at += last - first
    return found


def _stopped(lost: Lost) -> InputError:
    who = "" if lost.object_id is None else f"object {lost.object_id!r}, "
    return InputError(f"{lost.file or lost.part}: {who}{lost.reason}")

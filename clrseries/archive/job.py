"""One run over an archive: begun, or continued where an earlier one ended."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ..errors import InputError, Terminated
from ..files import left_of, make_folder, refuse_existing
from .catalog import Catalog, catalog_of
from .errors_table import NAME as ERRORS
from .errors_table import files_named, write_errors
from .failed_parts import FailedParts
from .fingerprint import fingerprint
from .found_parts import found_parts, written_parts
from .hats_files import NAMES as HATS
from .hats_files import SCHEMA, write_hats
from .lock import NAME as LOCK
from .lock import locked
from .manifest import NAME as MANIFEST
from .manifest import Done, Manifest, check_same, read_inputs, read_manifest, write_manifest
from .part_writer import lost_of, remove_unfinished
from .parts import Part, Source, parts_of, sources_of
from .progress import shown
from .slabs import Lost
from .stream import Progress, stream
from .work import Work

logger = logging.getLogger("clrseries")
Run = Callable[..., Generator[Progress, None, None]]  # takes parts, and the arguments of stream
OURS = (ERRORS, *HATS, SCHEMA, MANIFEST)  # files of an output folder, beside the parts; the manifest is removed last


class Plan(NamedTuple):
    """What a run does.

    Parameters
    ----------
    catalog : Catalog
        The files of the archive.
    sources : list of Source
        What they hold.
    parts : list of Part
        All parts.
    manifest : Manifest
        What the output is made of.
    """

    catalog: Catalog
    sources: list[Source]
    parts: list[Part]
    manifest: Manifest

    @property
    def inputs(self) -> dict[str, str]:
        """What tells each file from what it was before, by name."""
        stamps = (source.stamp for source in self.sources)
        return {self.catalog.name_of(number): f"{one.bytes} {one.hash}" for number, one in enumerate(stamps)}

    @property
    def unreadable(self) -> list[Lost]:
        """Files that belong to no part, since they cannot be read."""
        problems = enumerate(source.problem for source in self.sources)
        return [Lost("", self.catalog.name_of(number), None, told) for number, told in problems if told]


def plan(archive: str | Path | Sequence[str | Path], work: Work, medium: str | None = None) -> Plan:
    """Look into an archive and divide it into parts.

    Parameters
    ----------
    archive : path or sequence of paths
        A file, a folder, a glob, a HATS catalog, or several files.
    work : Work
        What is done with the objects.
    medium : {"vacuum", "air"}, optional
        What the wavelengths of spectra are measured in.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        There is no file that can be read, or none holds the kind of data that `work` takes.
    """
    catalog = catalog_of(archive)
    sources = sources_of(catalog)
    parts = parts_of(catalog, sources)
    if not parts:
        raise InputError(f"none of {len(sources)} files can be read; the first: {sources[0].problem}")
    if all(part.kind != work.kind for part in parts):
        raise InputError(f"{parts[0].paths[0]}: holds {parts[0].kind}, and this takes {work.kind}")
    names = [catalog.name_of(number) for number in range(len(sources))]
    made_of = fingerprint(names, [source.stamp for source in sources])
    return Plan(
        catalog, sources, parts, Manifest(work.command, made_of, work.model, work.settings | {"medium": medium})
    )


def process(
    archive: str | Path | Sequence[str | Path],
    work: Work,
    folder: Path,
    medium: str | None = None,
    *,
    stop: bool = False,
    overwrite: bool = False,
    progress: bool = True,
    run: Run = stream,
) -> int:
    """Process an archive part by part, and write a folder of Parquet files.

    Parameters
    ----------
    archive : path or sequence of paths
        As :func:`plan` takes it.
    work : Work
        What is done with the objects.
    folder : Path
        The output folder. If it holds parts of the same run, that run is continued.
    medium : {"vacuum", "air"}, optional
        What the wavelengths of spectra are measured in.
    stop : bool
        Whether an object or file that cannot be used is an error.
    overwrite : bool
        Whether an earlier output in the folder is removed first.
    progress : bool
        Whether the progress is shown on standard error.
    run : function
        Processes the parts, as :func:`clrseries.archive.stream.stream` does on this machine.

    Returns
    -------
    int
        Number of objects, row groups and files that are in ``errors.parquet``.

    Raises
    ------
    InputError
        The archive cannot be used, the folder holds something else, or another process writes to it.
    """
    refuse_existing(folder, True, folder=True)
    planned = plan(archive, work, medium)
    if stop and planned.unreadable:
        raise InputError(planned.unreadable[0].reason)
    for file in planned.catalog.files:
        if file.resolve().is_relative_to(folder.resolve()):
            raise InputError(f"{folder}: is the folder of the data, which are never overwritten; choose another folder")
    make_folder(folder)
    doing = partial(run, work=work, folder=folder, medium=medium, stop=stop)
    with locked(folder), closing(FailedParts(folder)) as failed:
        begin(folder, planned, overwrite)
        try:
            return _run(folder, planned, doing, failed, progress)
        except KeyboardInterrupt as error:
            raise KeyboardInterrupt(_how_to_continue(folder)) from error
        except Terminated as error:
            raise Terminated(_how_to_continue(folder)) from error


def begin(folder: Path, planned: Plan, overwrite: bool = False) -> None:
    """Prepare an output folder, whose lock this process holds, for a new run or for one that is continued.

    Parameters
    ----------
    folder : Path
        The folder.
    planned : Plan
        The run.
    overwrite : bool
        Whether an earlier output is removed.

    Raises
    ------
    InputError
        The folder holds something else than parts of the same run.
    """
    refuse_other(folder, planned, overwrite)
    if overwrite and (folder / MANIFEST).is_file():
        _remove_all(folder)
    for path in _left(folder):
        path.unlink(missing_ok=True)
    remove_unfinished(folder)
    write_manifest(folder, planned.manifest, len(planned.parts), planned.inputs)


def refuse_other(folder: Path, planned: Plan, overwrite: bool = False) -> None:
    """Check that an output folder is empty, or holds an earlier output that this run continues or replaces.

    Parameters
    ----------
    folder : Path
        The folder, which exists.
    planned : Plan
        The run.
    overwrite : bool
        Whether an earlier output is replaced.

    Raises
    ------
    InputError
        The folder holds something else.
    """
    old = read_manifest(folder)
    if old is None:
        left = _left(folder)
        others = [path.name for path in folder.iterdir() if not path.name.startswith(LOCK) and path not in left]
        if others:
            raise InputError(
                f"{folder}: exists already and holds {others[0]!r}, but no {MANIFEST} of an earlier run; choose another folder"
            )
    elif not overwrite:
        repaired = old.input != planned.manifest.input and _only_repaired(folder, planned)
        check_same(folder, old._replace(input=planned.manifest.input) if repaired else old, planned.manifest)


def _only_repaired(folder: Path, planned: Plan) -> bool:
    """Whether nothing of the archive has changed except files that the table of errors names."""
    before, now = read_inputs(folder), planned.inputs
    changed = {name for name, told in now.items() if before.get(name) != told}
    return before.keys() == now.keys() and changed <= files_named(folder)


def _left(folder: Path) -> list[Path]:
    """Return what killed runs have left of files of an output folder while they wrote them."""
    return [path for name in OURS for path in left_of(folder / name)]


def _remove_all(folder: Path) -> None:
    """Remove an earlier output; as long as any of it is there, the manifest says what it is."""
    shutil.rmtree(folder / "dataset", ignore_errors=True)
    kept = written_parts(folder)
    if kept:
        raise InputError(f"{kept[0]}: cannot be removed; remove it, or choose another folder")
    for name in OURS:
        (folder / name).unlink(missing_ok=True)


def _run(folder: Path, planned: Plan, run: Run, failed: FailedParts, progress: bool) -> int:
    finished = found_parts(folder, planned.parts)
    waiting = [part for part in planned.parts if part.name not in finished]
    if finished and waiting:
        logger.info("%d of %d parts are done already", len(finished), len(planned.parts))
    total = sum(part.bytes for part in planned.parts)
    done = total - sum(part.bytes for part in waiting)
    try:
        with shown(total, done, show=progress and bool(waiting)) as told:
            steps = run(waiting)
            try:
                for step in steps:
                    told.advance(step.rows, step.bytes)
                    if step.finished is not None:
                        finished[step.finished.name] = step.finished
                    if step.failed:
                        failed.add(step.failed)
            finally:
                steps.close()
    except BaseException:
        with suppress(InputError, OSError):  # what ended the run matters more
            finish(folder, planned, finished, failed)
        raise
    remove_unfinished(folder)  # of workers that have died
    count = finish(folder, planned, finished, failed)
    if count:
        logger.warning("%d objects, row groups or files are not in the output; %s tells why", count, folder / ERRORS)
    return count


def finish(folder: Path, planned: Plan, finished: dict[str, Done], failed: FailedParts) -> int:
    """Write the manifest and the table of errors of an output folder, and what makes it a HATS catalog if the archive is one.

    Parameters
    ----------
    folder : Path
        The folder.
    planned : Plan
        The run.
    finished : dict of str to Done
        The parts that are complete, by name.
    failed : FailedParts
        Why other parts have no file.

    Returns
    -------
    int
        Number of rows of the table of errors.
    """

    def lost() -> Iterator[list[Lost]]:
        yield planned.unreadable
        for part in planned.parts:
            if part.name not in finished:
                yield failed.of(part.name)
            elif finished[part.name].lost:
                yield lost_of(folder, part.name)

    count = write_errors(folder, lost())
    done = [finished[part.name] for part in planned.parts if part.name in finished]
    if planned.catalog.properties:
        write_hats(folder, planned.catalog.properties, done)
    write_manifest(folder, planned.manifest, len(planned.parts), planned.inputs, done)
    return count


def _how_to_continue(folder: Path) -> str:
    return f"interrupted; the parts that are done stay in {folder}: run the same command again to continue"

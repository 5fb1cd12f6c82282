"""Estimate of the time and size of a run, from a measured sample."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from ..errors import InputError
from ..files import refuse_existing
from .found_parts import written_parts
from .job import Plan, refuse_other
from .part_writer import read_footer
from .parts import Part
from .progress import in_bytes, in_time
from .stream import stream
from .work import Work

SAMPLES = 3  # parts that the sample is taken from
SAMPLE_FILES = 8  # of a part whose files are read whole


class Estimate(NamedTuple):
    """What a run will take.

    Parameters
    ----------
    parts, done : int
        Number of all parts, and of those that an earlier run has done.
    objects : int
        Number of objects of the remaining parts.
    bytes : int
        Bytes of the remaining parts, uncompressed.
    output : float
        Bytes that will be written.
    seconds : float
        Time that it will take [s].
    measured : int
        Number of objects of the sample.
    """

    parts: int
    done: int
    objects: int
    bytes: int
    output: float
    seconds: float
    measured: int

    def __str__(self) -> str:
        """Return the estimate in words."""
        return (
            f"{self.parts - self.done} of {self.parts} parts: about {self.objects:,} objects, {in_bytes(self.bytes)} to read, "
            f"{in_bytes(self.output)} to write, {in_time(self.seconds)} on this machine (from {self.measured:,} objects)"
        )


def estimate(planned: Plan, work: Work, folder: Path, medium: str | None = None, overwrite: bool = False) -> Estimate:
    """Measure a few thousand objects, and estimate what a run over all remaining parts takes.

    Parameters
    ----------
    planned : Plan
        The run.
    work : Work
        What is done with the objects.
    folder : Path
        The output folder, in which nothing is written.
    medium : {"vacuum", "air"}, optional
        What the wavelengths of spectra are measured in.
    overwrite : bool
        Whether an earlier output would be replaced.

    Returns
    -------
    Estimate

    Raises
    ------
    InputError
        The run would be refused, or no object of the sample can be used.
    """
    refuse_existing(folder, True, folder=True)
    if folder.is_dir():
        refuse_other(folder, planned, overwrite)
    there = set() if overwrite else {read_footer(path)[2] for path in written_parts(folder)}
    waiting = [part for part in planned.parts if part.made_of not in there]
    if not waiting:
        return Estimate(len(planned.parts), len(planned.parts), 0, 0, 0.0, 0.0, 0)
    taken = [_begin(waiting[len(waiting) * k // SAMPLES]) for k in range(min(SAMPLES, len(waiting)))]
    with tempfile.TemporaryDirectory() as place:
        list(stream(taken[:1], work, Path(place) / "first", medium))  # compiles the kernels, and fills the caches
        began = time.perf_counter()
        steps = list(stream(taken, work, Path(place) / "sample", medium))
        seconds = time.perf_counter() - began
        written = sum(path.stat().st_size for path in (Path(place) / "sample").rglob("*.parquet"))
    rows, size = sum(step.rows for step in steps), sum(step.bytes for step in steps)
    if not rows or not any(step.finished for step in steps):
        raise InputError("no object of a sample can be used; run the command to see why in errors.parquet")
    total = sum(part.bytes for part in waiting)
    objects = sum(part.rows or int(part.bytes * rows / size) for part in waiting)
    scale = total / size
    done = len(planned.parts) - len(waiting)
    return Estimate(len(planned.parts), done, objects, total, written * scale, seconds * scale, rows)


def _begin(part: Part) -> Part:
    """Return the first slab of a part, as a part."""
    if not part.spans:
        paths, files = part.paths[:SAMPLE_FILES], part.files[:SAMPLE_FILES]
        return part._replace(paths=paths, files=files, bytes=sum(path.stat().st_size for path in paths))
    span = part.spans[0]
    end = min(span.first + span.slab_rows, span.last)
    rows = end - span.first
    return part._replace(spans=(span._replace(last=end),), rows=rows, bytes=int(part.bytes * rows / part.rows))

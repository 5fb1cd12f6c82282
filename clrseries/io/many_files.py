"""Reading of many files in parallel, where one bad file never stops the others."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from ..errors import InputError
from ..files import replacing
from ..series import Series
from ..series.concatenate import joined
from ..series.samples import FAILED
from .fits_files import opened_once

logger = logging.getLogger("clrseries")
MANY = 128  # files from which on several processes are quicker than one, which need about two seconds to start
PART = 32  # files that a process reads at a time


class _Read(NamedTuple):
    series: list[Series]
    failed: list[tuple[str, str]]


def read_many(
    paths: Sequence[str | Path],
    read: Callable[[str | Path], Series],
    *,
    on_error: str = "skip",
    processes: int | None = None,
    progress: bool = False,
) -> Series:
    """Read many files with one function and join what they hold, in the order of the files.

    Parameters
    ----------
    paths : sequence of paths
        The files.
    read : function
        Reads one file; it must be picklable.
    on_error : {"skip", "stop"}
        Whether a file that cannot be read is left out and listed in ``Series.failed``, or is an error.
    processes : int, optional
        Number of processes; default one for fewer than 128 files, and else one for each core.
    progress : bool
        Whether a progress bar is shown.

    Returns
    -------
    Series
        Light curves have the bands of all files.

    Raises
    ------
    InputError
        No file can be read, or one cannot and `on_error` is ``"stop"``.
    """
    if on_error not in ("skip", "stop"):
        raise InputError(f"on_error is 'skip' or 'stop'; got {on_error!r}")
    if processes is not None and processes < 1:
        raise InputError(f"processes must be at least 1, got {processes}")
    if len(paths) == 1:
        with opened_once():
            return read(paths[0])
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    count = processes or (cores if len(paths) >= MANY else 1)
    parts = [list(paths[k : k + PART]) for k in range(0, len(paths), PART)]
    found = _in_processes(parts, read, on_error, count, progress)
    series = [one for part in found for one in part.series]
    failed = [one for part in found for one in part.failed]
    if not series:
        raise InputError(f"none of {len(paths)} files can be read; the first: {failed[0][1]}")
    whole = joined(with_all_bands(series))
    logger.info("%s files: %s objects; %d could not be read", f"{len(paths):,}", f"{len(whole):,}", len(failed))
    if not failed:
        return whole
    logger.warning("%d of %d files could not be read; the first: %s", len(failed), len(paths), failed[0][1])
    names, reasons = zip(*failed, strict=True)
    table = pa.table({"file": list(names), "reason": list(reasons)}, schema=FAILED)
    return replace(whole, failed=pa.concat_tables([whole.failed, table]))


def write_failed(series: Series, output: str | Path) -> None:
    """Write the files that could not be read, and why, next to the output of a command.

    Parameters
    ----------
    series : Series
        What was read.
    output : path
        File that the command writes. If any file could not be read, ``<output>.failed.csv`` has the columns ``file`` and ``reason``;
        otherwise one that an earlier run left there is removed.
    """
    from pyarrow import csv

    path = Path(f"{output}.failed.csv")
    if not len(series.failed):
        path.unlink(missing_ok=True)
        return
    with replacing(path) as part:
        csv.write_csv(series.failed, part)


def with_all_bands(series: Sequence[Series]) -> list[Series]:
    """Give light curves of several files the same list of bands.

    Parameters
    ----------
    series : sequence of Series
        Light curves, or spectra, which are not changed.

    Returns
    -------
    list of Series
        With all bands that occur, sorted.
    """
    if not any(one.band is not None for one in series) or len({one.bands for one in series}) == 1:
        return list(series)
    bands = sorted({band for one in series for band in one.bands})
    return [one if one.band is None else one.with_bands(bands) for one in series]


def _in_processes(
    parts: list[list[str | Path]], read: Callable[[str | Path], Series], on_error: str, processes: int, progress: bool
) -> list[_Read]:
    from rich.progress import track

    if processes == 1:
        return [_part(part, read, on_error) for part in track(parts, "reading", disable=not progress)]
    # joblib's own processes need no `if __name__ == "__main__"` in the caller's script, and are safe after threads were used
    from joblib import Parallel, delayed

    jobs = Parallel(n_jobs=processes, return_as="generator")(delayed(_part)(part, read, on_error) for part in parts)
    return list(track(jobs, "reading", total=len(parts), disable=not progress))


def _part(paths: Sequence[str | Path], read: Callable[[str | Path], Any], on_error: str) -> _Read:
    found: list[Series] = []
    failed: list[tuple[str, str]] = []
    for path in paths:
        try:
            with opened_once():
                found.append(read(path))
        except InputError as error:
            if on_error == "stop":
                raise
            failed.append((str(path), str(error)))
    return _Read(found, failed)

"""What the commands share that process an archive and write a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..names import known_name

if TYPE_CHECKING:
    from ..archive.work import Work

INCOMPLETE = 3  # exit status after a run that has finished, with a table of errors


def is_folder(output: str | Path) -> bool:
    """Return whether an output is a folder of parts, and not a single file.

    Parameters
    ----------
    output : path
        A folder ends in ``/``, exists, or has no suffix.

    Returns
    -------
    bool

    Examples
    --------
    >>> from clrseries.commands.in_parts import is_folder
    >>> is_folder("embeddings/"), is_folder("embeddings"), is_folder("embeddings.parquet")
    (True, True, False)
    """
    return str(output).endswith(("/", os.sep)) or Path(output).is_dir() or not Path(output).suffix


def in_parts(
    data: Any,
    work: Work,
    output: str | Path,
    medium: str | None,
    on_error: str,
    overwrite: bool,
    progress: bool,
    dry_run: bool,
    scheduler: str | None = None,
) -> Path:
    """Process an archive, or estimate what it takes.

    Parameters
    ----------
    data : path or sequence of paths
        The archive.
    work : Work
        What is done with the objects.
    output : path
        The output folder.
    medium : {"vacuum", "air"} or None
        What the wavelengths of spectra are measured in.
    on_error : {"skip", "stop"}
        Whether an object that cannot be used is an error.
    overwrite : bool
        Whether an earlier output is removed.
    progress : bool
        Whether the progress is shown.
    dry_run : bool
        Whether an estimate is printed, and nothing is written.
    scheduler : str, optional
        Dask cluster that processes the parts.

    Returns
    -------
    Path
        The output folder.

    Raises
    ------
    InputError
        The data are not files, or cannot be used.
    """
    from ..archive.estimate import estimate
    from ..archive.job import plan, process
    from ..datasets.open import NAMED

    stop = known_name("on_error", on_error, ("skip", "stop")) == "stop"
    medium = None if medium is None else known_name("medium", medium, ("vacuum", "air"))
    some = [data] if isinstance(data, str | Path) else data
    if not isinstance(some, Sequence) or not all(isinstance(one, str | Path) and str(one) not in NAMED for one in some):
        raise InputError(
            "data: a folder of output takes files, folders, globs or HATS catalogs; write a table in memory or a named data set to a file first, "
            "or give an output that ends in .parquet"
        )
    archive = some[0] if len(some) == 1 else some
    if dry_run:
        print(estimate(plan(archive, work, medium), work, Path(output), medium, overwrite))
        return Path(output)
    how: dict[str, Any] = {"stop": stop, "overwrite": overwrite, "progress": progress}
    if scheduler is None:
        process(archive, work, Path(output), medium, **how)
    else:
        from ..archive.cluster import connected, on_cluster

        with connected(scheduler) as client:
            process(archive, work, Path(output), medium, **how, run=partial(on_cluster, client))
    return Path(output)


def exit_status(result: Any) -> int:
    """Return the exit status of a command that has finished.

    Parameters
    ----------
    result : object
        What its function returned.

    Returns
    -------
    int
        3 for a folder with a table of errors, else 0.
    """
    return INCOMPLETE if isinstance(result, Path) and (result / "errors.parquet").is_file() else 0

"""The lock of an output folder, which one process holds at a time."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import InputError

NAME = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder.

    The operating system holds the lock for the process, so that the lock of a process that has died is free.

    Parameters
    ----------
    folder : Path
        The folder, which exists.

    Yields
    ------
    None

    Raises
    ------
    InputError
        Another process holds the lock; the message tells which.

    Examples
    --------
    >>> import tempfile
    >>> from clrseries.archive.lock import locked
    >>> with locked(Path(tempfile.mkdtemp())):
    ...     pass
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / NAME, timeout=0)
    told = folder / f"{NAME}.by"
    try:
        lock.acquire()
    except Timeout as error:
        who = ""
        with suppress(OSError):
            who = told.read_text(encoding="utf-8")[:200].strip()
        raise InputError(
            f"{folder}: another process writes to it{f' ({who})' if who else ''}; wait for its end, or choose another folder"
        ) from error
    try:
        with suppress(OSError):  # for the message alone, also on a full disk
            told.write_text(f"process {os.getpid()} on {socket.gethostname()}\n", encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            told.unlink(missing_ok=True)
        lock.release()

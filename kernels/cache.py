"""Choose the folder where Numba keeps compiled kernels between processes.

Numba decides whether a cached function is still valid by the one file that defines it. A kernel that calls a function of
another, edited file would be loaded in its old form (numba issues 1833 and 9483). The name of the folder therefore contains a
hash of all kernel sources, so that any edit starts an empty cache.

Where the usual folder cannot be written, as in a container or for a user without a home, kernels are kept in a folder of the user
among the temporary files, or not at all, and one warning says so.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest.mock import patch

from numba import config
from numba.core.dispatcher import Dispatcher


def source_hash(folder: Path) -> str:
    """Return a hash of all ``*.py`` files in a folder and below it.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    str
        Sixteen hexadecimal digits, from the relative paths and the contents of the files.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def cache_directory() -> Path | None:
    """Return the folder in which this version of the kernels is cached.

    Returns
    -------
    Path or None
        ``clrseries-<source hash>`` in ``$NUMBA_CACHE_DIR``; where that is not set in ``$XDG_CACHE_HOME``, else in
        ``~/.cache``. If it cannot be written, in a folder of this user among the temporary files; None if that cannot be written
        either.
    """
    name = f"clrseries-{source_hash(Path(__file__).parent)}"
    try:
        usual = Path(
            os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        ).absolute()
    except (RuntimeError, OSError):  # a user without a home, or a working folder that was removed
        usual = None
    if usual is not None and _writable(usual / name):
        return usual / name
    problem = "there is no home folder" if usual is None else f"{usual} cannot be written"
    other = _own_temporary_folder()
    if other is not None and _writable(other / name):
        where = f"are kept in {other}"
    else:
        other, where = None, "are compiled again in every process"
    logging.getLogger("clrseries").warning(
        "%s: compiled kernels %s; set NUMBA_CACHE_DIR to a folder that can be written", problem, where
    )
    return None if other is None else other / name


def _own_temporary_folder() -> Path | None:
    """Return a folder among the temporary files that nobody else can write, since compiled code is loaded from it."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    try:
        folder = Path(tempfile.gettempdir()) / f"clrseries-{user}"
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return None
    if hasattr(os, "getuid") and (folder.is_symlink() or status.st_uid != user or status.st_mode & 0o022):
        return None
    return folder


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(4096))  # not only the permission: a full disk refuses it
        return True
    except (OSError, ValueError):
        return False


@contextmanager
def private_cache() -> Iterator[None]:
    """Let Numba cache in :func:`cache_directory` what is decorated inside this context.

    Numba fixes the cache folder of a function when it decorates it. The setting is restored at the end, so that other
    packages keep their own folder.
    """
    before, folder = config.CACHE_DIR, cache_directory()
    if folder is None:
        with patch.object(Dispatcher, "enable_caching", lambda self: None):
            yield
        return
    config.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        config.CACHE_DIR = before

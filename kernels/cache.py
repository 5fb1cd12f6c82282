"""Choose the folder where Numba keeps compiled kernels between processes.

Numba decides whether a cached function is still valid by the one file that defines it. A kernel that calls a function of
another, edited file would be loaded in its old form (numba issues 1833 and 9483). The name of the folder therefore contains a
hash of all kernel sources, so that any edit starts an empty cache.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from numba import config


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


def cache_directory() -> Path:
    """Return the folder in which this version of the kernels is cached.

    Returns
    -------
    Path
        ``clrseries-<source hash>`` in ``$NUMBA_CACHE_DIR``; where that is not set in ``$XDG_CACHE_HOME``, else in
        ``~/.cache``.
    """
    parent = os.environ.get("NUMBA_CACHE_DIR") or (Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"))
    return Path(parent) / f"clrseries-{source_hash(Path(__file__).parent)}"


@contextmanager
def private_cache() -> Iterator[None]:
    """Let Numba cache in :func:`cache_directory` what is decorated inside this context.

    Numba fixes the cache folder of a function when it decorates it. The setting is restored at the end, so that other
    packages keep their own folder.
    """
    before = config.CACHE_DIR
    config.CACHE_DIR = str(cache_directory())
    try:
        yield
    finally:
        config.CACHE_DIR = before

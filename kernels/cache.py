"""Where compiled kernels are kept between processes.

Numba decides whether a cached function is still valid by the one file that
defines it, so a kernel that calls physics in another file would be served stale
(numba issues 1833 and 9483). The folder is therefore named after a hash of every
kernel source: an edit anywhere starts an empty cache.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from numba import config


def source_hash(folder: Path) -> str:
    """Sixteen hexadecimal digits over the names and texts of all ``*.py`` files in `folder`."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def cache_directory() -> Path:
    """``$NUMBA_CACHE_DIR`` (else the user's cache folder) / ``clrseries-<source hash>``."""
    parent = os.environ.get("NUMBA_CACHE_DIR") or (Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"))
    return Path(parent) / f"clrseries-{source_hash(Path(__file__).parent)}"


@contextmanager
def private_cache() -> Iterator[None]:
    """Point Numba at :func:`cache_directory` while our functions are being decorated.

    Numba fixes a function's cache folder when it decorates it, so the setting is
    put back afterwards and other packages keep theirs.
    """
    before = config.CACHE_DIR
    config.CACHE_DIR = str(cache_directory())
    try:
        yield
    finally:
        config.CACHE_DIR = before

"""What tells one archive from another, without reading all of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ENDS = 1 << 16  # bytes at the beginning and at the end of a file; the end of a Parquet file describes its row groups


class Stamp(NamedTuple):
    """What tells a file from another.

    Parameters
    ----------
    bytes : int
        Its size.
    hash : str
        SHA-256 of its first and last 64 KiB.
    """

    bytes: int
    hash: str


def stamp(path: Path) -> Stamp:
    """Return what tells a file from another.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Stamp

    Examples
    --------
    >>> import tempfile
    >>> from clrseries.archive.fingerprint import stamp
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> size = path.write_text("stars")
    >>> stamp(path).bytes
    5
    """
    found = hashlib.sha256()
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        found.update(file.read(ENDS))
        file.seek(max(size - ENDS, 0))
        found.update(file.read(ENDS))
    return Stamp(size, found.hexdigest())


def fingerprint(names: Sequence[str], stamps: Sequence[Stamp]) -> str:
    """Return a hash of the names, sizes, beginnings and ends of files.

    Parameters
    ----------
    names : sequence of str
        Names of the files within the archive.
    stamps : sequence of Stamp
        Of the same files.

    Returns
    -------
    str
        SHA-256; the folder that the archive lies in, and the times of its files, do not matter.
    """
    return hash_of([[name, *one] for name, one in zip(names, stamps, strict=True)])


def hash_of(data: Any) -> str:
    """Return a hash of plain data.

    Parameters
    ----------
    data : object
        As :func:`json.dumps` takes it.

    Returns
    -------
    str
        SHA-256.

    Examples
    --------
    >>> from clrseries.archive.fingerprint import hash_of
    >>> hash_of({"a": 1})[:8]
    'f9d86028'
    """
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()

"""Safe writing of files and folders, and reading of YAML."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import Any

from .errors import InputError
from .plain_data import json_text, load_yaml

MOST_BYTES = 1 << 24  # of a YAML file


def refuse_existing(path: str | Path, overwrite: bool, *, folder: bool = False) -> None:
    """Check that a file or folder does not exist yet or may be replaced.

    Parameters
    ----------
    path : path
        File or folder; an empty folder does not count as existing.
    overwrite : bool
        Whether it may be replaced.
    folder : bool
        Whether a folder is to be written, and not a file.

    Raises
    ------
    InputError
        `path` exists and `overwrite` is false, or it is a folder where a file is to be written, or the reverse.
    """
    target = Path(path)
    if "\0" in str(path):
        raise InputError(f"{str(path)!r}: is no name of a file, because it holds a null character")
    try:
        occupied = any(target.iterdir()) if target.is_dir() else target.exists()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{str(path)[:200]!r}: cannot be written ({reason})") from error
    if occupied and not overwrite:
        raise InputError(f"{target}: exists already; choose another name, or give overwrite=True (--overwrite)")
    if target.exists() and target.is_dir() != folder:
        wanted, there = ("folder", "file") if folder else ("file", "folder")
        raise InputError(f"{target}: is a {there} already, and a {wanted} is to be written: choose another name")
    above = next((one for one in target.absolute().parents if one.exists()), None)
    if above is not None and not (above.is_dir() and os.access(above, os.W_OK | os.X_OK)):
        problem = "has no permission to be written" if above.is_dir() else "is a file"
        raise InputError(f"{target}: cannot be written, because {above} {problem}; choose another folder")


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Open a context that writes to a temporary path and renames it to `path` at the end.

    If an error occurs, the temporary file or folder is removed and `path` stays as it was, so that `path` is never incomplete.
    Its parent folder is created if it is missing. If `path` is a link, what it points to is replaced.

    Parameters
    ----------
    path : path
        File or folder to write.

    Yields
    ------
    Path
        Temporary path beside `path`, which does not exist yet.

    Raises
    ------
    InputError
        The operating system refuses the writing: no permission, a full disk, or a file where a folder is needed.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with replacing(folder / "notes.txt") as part:
    ...     size = part.write_text("all of it")
    >>> [file.name for file in folder.iterdir()]
    ['notes.txt']
    """
    try:
        target = (
            Path(path).resolve() if Path(path).is_symlink() else Path(path)
        )  # a link stays, and its target is written
        if "\0" in str(path):
            raise ValueError("a name has no null character")
        make_folder(target.parent)
        part = target.with_name(f".{os.getpid()}.{target.name}")
    except (OSError, ValueError, RuntimeError) as error:
        raise _cannot_write(path, error) from error
    try:
        yield part
        _put_in_place(part, target)
    except (OSError, UnicodeEncodeError) as error:
        raise _cannot_write(path, error) from error
    finally:
        _remove(part)


def left_of(path: str | Path) -> list[Path]:
    """Return what killed processes have left of a file while they wrote it with :func:`replacing`.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    list of Path
        Temporary files beside `path`; if another process is writing it now, also the one that it writes to.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / ".123.notes.txt").touch()
    >>> [file.name for file in left_of(folder / "notes.txt")]
    ['.123.notes.txt']
    """
    target = Path(path)
    return [one for one in target.parent.glob(f".*.{escape(target.name)}") if one.name.split(".")[1].isdecimal()]


def make_folder(path: str | Path) -> None:
    """Make a folder, and those above it, unless it exists.

    Parameters
    ----------
    path : path
        The folder.

    Raises
    ------
    InputError
        It cannot be made, or nothing can be written to it.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "runs" / "first"
    >>> make_folder(folder)
    >>> folder.is_dir()
    True
    """
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except (OSError, ValueError) as error:
        raise _cannot_write(path, error) from error


def _cannot_write(path: str | Path, error: Exception) -> InputError:
    if isinstance(error, InputError):
        return error
    reason = getattr(error, "strerror", None) or (str(error).strip() or type(error).__name__).splitlines()[0]
    return InputError(f"{str(path)[:200]}: cannot be written ({reason}); choose another folder, or make room")


def _put_in_place(part: Path, target: Path) -> None:
    """Rename the complete file or folder; an earlier folder is removed only when the new one has its name."""
    if not (part.is_dir() and target.is_dir()):
        part.replace(target)
        return
    earlier = target.with_name(f".{os.getpid()}.earlier.{target.name}")
    target.rename(earlier)
    try:
        part.rename(target)
    except OSError:
        earlier.rename(target)
        raise
    _remove(earlier)


def read_yaml(path: str | Path) -> Any:
    """Read a YAML file.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    object
        Content of the file: a mapping, a list or a single value.

    Raises
    ------
    InputError
        The file is missing, cannot be read or is not YAML.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: cannot be read as YAML ({reason})") from error
    if len(content) > MOST_BYTES:
        raise InputError(f"{path}: is longer than a YAML file of arguments can be ({MOST_BYTES >> 20} MiB)")
    try:
        return load_yaml(content)
    except InputError as error:
        raise InputError(f"{path}: cannot be read as YAML ({error})") from error


def write_json(path: str | Path, data: Any) -> None:
    """Write plain data as a strict JSON file, all or nothing; NaN and infinities become null.

    Parameters
    ----------
    path : path
        The file; it is replaced if it exists.
    data : object
        As :func:`clrseries.plain_data.json_text` takes it.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "scores.json"
    >>> write_json(path, {"r2": float("nan")})
    >>> path.read_text()
    '{\\n  "r2": null\\n}\\n'
    """
    with replacing(path) as part, part.open("w", encoding="utf-8") as file:
        file.write(json_text(data))
        file.flush()
        os.fsync(file.fileno())  # complete on the disk before it has its name, also in a power cut


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError, ValueError):  # the error that is on its way matters more
            path.unlink(missing_ok=True)

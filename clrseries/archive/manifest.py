"""The manifest of an output folder: what it was made of, so that a run is continued only with the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .. import __version__
from ..errors import InputError
from ..files import write_json
from ..io.hats_catalogs import inside

NAME = "manifest.json"
FORMAT = 1
MOST_BYTES = 1 << 28
# What must be the same, and what to say if it is not.
SAME = {
    "command": "it was written by 'clrseries {old}', and this is 'clrseries {new}'",
    "input": "it was made of other data (fingerprint {old:.12}, these have {new:.12})",
    "model": "it was made with another model or configuration (hash {old:.12}, this one has {new:.12})",
    "settings": "it was made with other arguments ({old}; these are {new})",
    "version": "clrseries {old} began it, and this is {new}",
}


class Manifest(NamedTuple):
    """What an output folder was made of.

    Parameters
    ----------
    command : str
        ``"embed"`` or ``"preprocess"``.
    input : str
        Fingerprint of the files of the archive.
    model : str
        Hash of the model, or of the configuration.
    settings : dict
        Arguments that change the output.
    version : str
        Version of clrseries.
    """

    command: str
    input: str
    model: str
    settings: dict[str, Any]
    version: str = __version__


class Done(NamedTuple):
    """A part that is complete.

    Parameters
    ----------
    name : str
        Path of its file, relative to the output folder.
    rows : int
        Number of rows of the file.
    lost : int
        Number of objects and row groups that are in ``errors.parquet``.
    """

    name: str
    rows: int
    lost: int


def write_manifest(
    folder: Path, manifest: Manifest, parts: int, inputs: Mapping[str, str], done: list[Done] | None = None
) -> None:
    """Write the manifest of an output folder.

    Parameters
    ----------
    folder : Path
        The folder.
    manifest : Manifest
        What the output is made of.
    parts : int
        Number of all parts.
    inputs : mapping of str to str
        What tells each file of the archive from what it was before, by name.
    done : list of Done, optional
        The parts that are complete, at the end of a run; None at its beginning.
    """
    about = {"format": FORMAT, **manifest._asdict(), "parts": parts, "inputs": dict(inputs)}
    if done is not None:
        about |= {"complete": len(done) == parts, "rows": sum(part.rows for part in done)}
        about |= {"files": [part._asdict() for part in done]}
    write_json(folder / NAME, about)


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of an output folder.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    Manifest or None
        None if there is none.

    Raises
    ------
    InputError
        The file is not a manifest, is too long, or names files outside the folder.
    """
    about = _content(folder / NAME)
    return None if about is None else Manifest(*(about[name] for name in Manifest._fields))


def read_inputs(folder: Path) -> dict[str, str]:
    """Return what the files of the archive were when an output folder was begun.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    dict of str to str
        As :func:`write_manifest` takes it; empty if there is no manifest.

    Raises
    ------
    InputError
        The file is not a manifest.
    """
    return (_content(folder / NAME) or {}).get("inputs", {})


def _content(path: Path) -> dict[str, Any] | None:
    """Return what a manifest says, after a check of all of it; None if there is none."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InputError(f"{path}: is longer than a manifest can be ({MOST_BYTES >> 20} MiB)")
    try:
        about = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is damaged ({error}); remove the folder, or choose another one") from error
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise InputError(f"{path}: is no manifest of this version of clrseries; choose another folder")
    wanted = {"command": str, "input": str, "model": str, "settings": dict, "version": str}
    for name, kind in wanted.items():
        if not isinstance(about.get(name), kind):
            raise InputError(f"{path}: is damaged ({name!r} is missing or no {kind.__name__}); choose another folder")
    files = about.get("files", [])
    if not isinstance(files, list) or not all(
        isinstance(one, dict) and isinstance(one.get("name"), str) for one in files
    ):
        raise InputError(f"{path}: is damaged ('files' is no list of files); choose another folder")
    for one in files:
        inside(path.parent, one["name"], path)
    inputs = about.get("inputs", {})
    if not isinstance(inputs, dict) or not all(isinstance(one, str) for one in inputs.values()):
        raise InputError(f"{path}: is damaged ('inputs' does not describe files); choose another folder")
    return about


def check_same(folder: Path, old: Manifest, new: Manifest) -> None:
    """Check that a run continues what a folder holds.

    Parameters
    ----------
    folder : Path
        The output folder.
    old, new : Manifest
        What it was made of, and what is to be written now.

    Raises
    ------
    InputError
        They differ; the message tells in what.

    Examples
    --------
    >>> from clrseries.archive.manifest import Manifest, check_same
    >>> one = Manifest("embed", "0123", "4567", {})
    >>> check_same(Path("stars"), one, one)
    """
    for name, told in SAME.items():
        before, now = getattr(old, name), getattr(new, name)
        if before != now:
            reason = told.format(old=before, new=now)
            raise InputError(
                f"{folder}: cannot be continued, because {reason}; choose another folder, or give overwrite=True (--overwrite)"
            )

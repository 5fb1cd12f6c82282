"""Weights that are part of the package, by name; each is checked against a list of hashes before it is used."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from ..errors import InputError
from ..names import did_you_mean, find_name

FOLDER = Path(__file__).parent.parent / "weights"
HASHES = "hashes.json"
FILES = ("config.json", "model.safetensors", "README.md", "scores.json")  # of each
WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")  # what a model in a folder may be in
MOST_BYTES = 3 << 20  # of model.safetensors


def weights() -> tuple[str, ...]:
    """Return the names of the weights that are part of this package, which :func:`clrseries.load` takes.

    Returns
    -------
    tuple of str
        In alphabetical order.

    Examples
    --------
    >>> from clrseries.model import weights
    >>> "supernova-spectra" in weights()
    True
    """
    return tuple(sorted(_hashes()))


def folder_of(path: str | Path) -> Path | None:
    """Return the folder of weights of this package, if a path is the name of some.

    Parameters
    ----------
    path : path or str
        A name, whatever its case, or any path at which there is no complete model.

    Returns
    -------
    Path or None
        None if `path` is something else.

    Raises
    ------
    InputError
        A file of the weights is missing, or is not the one that belongs to this version.
    """
    name = find_name(path, _hashes())
    if name is None or any(file.suffix in WEIGHTS for file in Path(str(path)).glob("*")):
        return None  # an incomplete model of the same name is told, not passed over
    for file, wanted in _hashes()[name].items():
        there = FOLDER / name / file
        if not there.is_file() or hashlib.sha256(there.read_bytes()).hexdigest() != wanted:
            raise InputError(
                f"{there}: is missing, or is not the file that belongs to this version of clrseries; install it again"
            )
    return FOLDER / name


def told(path: str | Path) -> str:
    """Return which weights there are, for the error about a model that is not there.

    Parameters
    ----------
    path : path or str
        What was given.

    Returns
    -------
    str
        One clause.
    """
    names = weights()
    return f"the names of weights in this package are {', '.join(names)}{did_you_mean([Path(path).name], names)}"


def record(folder: Path = FOLDER) -> None:
    """Write the hashes of all weights in a folder, after one of them was trained anew.

    Parameters
    ----------
    folder : Path
        The folder with one folder for each name.
    """
    found = {
        one.name: {file: hashlib.sha256((one / file).read_bytes()).hexdigest() for file in FILES if file != "README.md"}
        for one in sorted(folder.iterdir())
        if (one / "config.json").is_file()
    }
    (folder / HASHES).write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _hashes() -> dict[str, dict[str, str]]:
    return json.loads((FOLDER / HASHES).read_text(encoding="utf-8"))

"""The parts of an output folder that are complete, each under the name that it has in this run.

Parts are numbered in the order of the archive, so that a file that was repaired may change the numbers of the parts after it. What a part is made
of stands at the end of its file: a part that has another number now is renamed, and one that was made of a file as it was before is removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from .manifest import Done
from .part_writer import read_footer
from .parts import Part

MOVING = ".moving."  # how the names of parts begin on the way to another number
PART = re.compile(r"part-\d+\.parquet|\.moving\.[0-9a-f]+\.parquet")


def found_parts(folder: Path, parts: Iterable[Part]) -> dict[str, Done]:
    """Return the parts that earlier runs have written, after giving them the names that they have in this run.

    It may be killed at any moment: whatever is there then is found by the next call.

    Parameters
    ----------
    folder : Path
        The output folder, whose lock this process holds.
    parts : iterable of Part
        All parts of this run.

    Returns
    -------
    dict of str to Done
        The parts that are complete, by name.

    Raises
    ------
    InputError
        A file is damaged.
    """
    dataset = folder / "dataset"
    names = {part.made_of: part.name for part in parts}
    found: dict[str, Done] = {}
    moving: dict[str, Path] = {}
    for path in written_parts(folder):
        rows, lost, made_of = read_footer(path)
        name = names.get(made_of)
        if name is None:
            path.unlink()
            continue
        if path != folder / name:
            moving[name] = path.replace(dataset / f"{MOVING}{made_of}.parquet")
        found[name] = Done(name, rows, len(lost))
    for name, path in moving.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        path.replace(folder / name)
    return found


def written_parts(folder: Path) -> list[Path]:
    """Return the files of the parts that are in an output folder, whatever they were made of.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    list of Path
        In the order of their names.
    """
    return sorted(path for path in (folder / "dataset").rglob("*.parquet") if PART.fullmatch(path.name))

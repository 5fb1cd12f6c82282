"""The data files of an archive: files, folders, globs, and HATS catalogs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..errors import InputError
from ..io.paths import files_of

PROPERTIES = ("hats.properties", "properties")
COLLECTION = "collection.properties"
PIXEL = re.compile(r"Norder=(\d+)/(?:Dir=\d+/)?Npix=(\d+)")
MOST_PROPERTIES = 1 << 20  # bytes of a file of properties


class Catalog(NamedTuple):
    """The data files of an archive.

    Parameters
    ----------
    files : list of Path
        In a fixed order.
    root : Path
        Folder that holds all of them.
    properties : dict of str to str
        Those of a HATS catalog; empty for anything else.
    """

    files: list[Path]
    root: Path
    properties: dict[str, str]

    def name_of(self, number: int) -> str:
        """Return the name of a file within the archive, with ``/`` between folders.

        Parameters
        ----------
        number : int
            Number of the file, from 0.

        Returns
        -------
        str
        """
        return self.files[number].absolute().relative_to(self.root).as_posix()


def catalog_of(archive: str | Path | Sequence[str | Path]) -> Catalog:
    """Return the data files that a path, a folder, a glob, a list or a HATS catalog stands for.

    Parameters
    ----------
    archive : path or sequence of paths
        Of a HATS catalog, the folder; only the files of its partitions are taken. Of a collection of catalogs, the primary one.

    Returns
    -------
    Catalog

    Raises
    ------
    InputError
        There is no such file, or a folder has no file of data.

    Examples
    --------
    >>> import tempfile
    >>> from clrseries.archive.catalog import catalog_of
    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / "stars.csv").touch()
    >>> catalog_of(folder).name_of(0)
    'stars.csv'
    """
    if isinstance(archive, str | Path) and Path(archive).is_dir():
        folder = Path(archive)
        if (folder / COLLECTION).is_file():
            name = read_properties(folder / COLLECTION).get("hats_primary_table_url", "")
            folder = inside(folder, name, folder / COLLECTION)
        found = next((folder / name for name in PROPERTIES if (folder / name).is_file()), None)
        if found is not None and (folder / "dataset").is_dir():
            return Catalog(_partitions(folder), folder.absolute(), read_properties(found))
    files = files_of(archive)
    missing = next((file for file in files if not file.is_file()), None)
    if missing is not None:
        raise InputError(f"{missing}: no such file")
    whole = [file.absolute() for file in files]
    if len(set(whole)) < len(whole):
        twice = next(file for file in files if whole.count(file.absolute()) > 1)
        raise InputError(f"{twice}: is named twice; name every file once")
    root = whole[0].parent
    while not all(file.is_relative_to(root) for file in whole):
        root = root.parent
    return Catalog(files, root, {})


def inside(folder: str | Path, name: str, source: str | Path) -> Path:
    """Return the path of something that a file names, which must lie within a folder.

    Parameters
    ----------
    folder : path
        The folder.
    name : str
        Name relative to it, as a file says.
    source : path
        That file, for the error.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        The name is empty or absolute, or leads out of the folder, also by a link.

    Examples
    --------
    >>> from clrseries.archive.catalog import inside
    >>> inside("stars", "dataset/part-00000.parquet", "stars/manifest.json").as_posix()
    'stars/dataset/part-00000.parquet'
    """
    path = Path(folder) / name
    plain = bool(name) and "\0" not in name and not Path(name).is_absolute() and ".." not in Path(name).parts
    if not plain or "\\" in name or not path.resolve().is_relative_to(Path(folder).resolve()):
        raise InputError(f"{source}: names {name[:200]!r}, which is not within {folder}; nothing outside it is touched")
    return path


def pixel_of(name: str) -> tuple[int, int] | None:
    """Return the order and the number of the HEALPix pixel that a file of a HATS catalog holds.

    Parameters
    ----------
    name : str
        Path of the file.

    Returns
    -------
    tuple of int, or None
        None for a file of anything else.

    Examples
    --------
    >>> from clrseries.archive.catalog import pixel_of
    >>> pixel_of("dataset/Norder=1/Dir=0/Npix=47.parquet")
    (1, 47)
    """
    found = PIXEL.search(name)
    return None if found is None else (int(found[1]), int(found[2]))


def read_properties(path: Path) -> dict[str, str]:
    """Read a file of lines ``name = value``.

    Parameters
    ----------
    path : Path
        The file, of at most 1 MiB.

    Returns
    -------
    dict of str to str

    Raises
    ------
    InputError
        The file is too long.
    """
    with path.open("rb") as file:
        content = file.read(MOST_PROPERTIES + 1)
    if len(content) > MOST_PROPERTIES:
        raise InputError(f"{path}: is longer than a file of properties can be ({MOST_PROPERTIES >> 20} MiB)")
    lines = [line.strip() for line in content.decode("utf-8", "replace").splitlines()]
    pairs = [line.partition("=") for line in lines if "=" in line and not line.startswith(("#", "!"))]
    return {name.strip(): value.strip() for name, _, value in pairs}


def _partitions(folder: Path) -> list[Path]:
    """Return the files of the partitions of a HATS catalog, by pixel."""
    dataset = folder / "dataset"
    found = [file for file in dataset.rglob("*.parquet") if pixel_of(file.relative_to(folder).as_posix())]
    found = [file for file in found if not any(part.startswith((".", "_")) for part in file.relative_to(dataset).parts)]
    if not found:
        raise InputError(f"{folder}: is a HATS catalog without partitions (dataset/Norder=.../Npix=....parquet)")
    return sorted(found, key=lambda file: (pixel_of(file.as_posix()) or (0, 0), file.as_posix()))

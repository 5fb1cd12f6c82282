"""The data files of an archive: files, folders, globs, and HATS catalogs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..errors import InputError
from ..io.hats_catalogs import hats_catalog, partitions, properties_of
from ..io.paths import files_of


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
        folder = hats_catalog(archive)
        if folder is not None:
            return Catalog(partitions(folder), folder.absolute(), properties_of(folder))
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

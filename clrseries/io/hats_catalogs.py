"""HATS catalogs: folders of Parquet files, one for each partition of the sky."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import InputError

PROPERTIES = ("hats.properties", "properties")
COLLECTION = "collection.properties"
PIXEL = re.compile(r"Norder=(\d+)/(?:Dir=\d+/)?Npix=(\d+)")
MOST_PROPERTIES = 1 << 20  # bytes of a file of properties


def hats_catalog(folder: str | Path) -> Path | None:
    """Return the folder of a HATS catalog.

    Parameters
    ----------
    folder : path
        A folder. Of a collection of catalogs, the primary one is taken.

    Returns
    -------
    Path or None
        None if the folder is no catalog.

    Raises
    ------
    InputError
        A collection names a catalog that is not within it.
    """
    path = Path(folder)
    if (path / COLLECTION).is_file():
        name = read_properties(path / COLLECTION).get("hats_primary_table_url", "")
        path = inside(path, name, path / COLLECTION)
    return path if _properties_file(path) is not None and (path / "dataset").is_dir() else None


def properties_of(catalog: Path) -> dict[str, str]:
    """Return the properties of a HATS catalog.

    Parameters
    ----------
    catalog : Path
        Its folder.

    Returns
    -------
    dict of str to str
        Empty if there is no file of them.

    Raises
    ------
    InputError
        The file is too long.
    """
    file = _properties_file(catalog)
    return {} if file is None else read_properties(file)


def partitions(catalog: Path) -> list[Path]:
    """Return the files of the partitions of a HATS catalog, by pixel.

    Parameters
    ----------
    catalog : Path
        Its folder.

    Returns
    -------
    list of Path

    Raises
    ------
    InputError
        There is none.
    """
    dataset = catalog / "dataset"
    found = [file for file in dataset.rglob("*.parquet") if pixel_of(file.relative_to(catalog).as_posix())]
    found = [file for file in found if not any(part.startswith((".", "_")) for part in file.relative_to(dataset).parts)]
    if not found:
        raise InputError(f"{catalog}: is a HATS catalog without partitions (dataset/Norder=.../Npix=....parquet)")
    return sorted(found, key=lambda file: (pixel_of(file.as_posix()) or (0, 0), file.as_posix()))


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
    >>> from clrseries.io.hats_catalogs import inside
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
    >>> from clrseries.io.hats_catalogs import pixel_of
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


def _properties_file(folder: Path) -> Path | None:
    return next((folder / name for name in PROPERTIES if (folder / name).is_file()), None)

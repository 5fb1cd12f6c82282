"""The files that a path, a folder, a glob or a list of them stands for."""

from __future__ import annotations

from collections.abc import Sequence
from glob import glob, has_magic
from pathlib import Path

from ..errors import InputError
from .hats_catalogs import hats_catalog, partitions

MANIFEST = "manifest.json"  # of an output folder of `embed` or `preprocess`, whose tables are in dataset/
# Ends of the names of files that are looked for in folders.
SUFFIXES = (".parquet", ".pq", ".arrow", ".feather", ".csv", ".tsv", ".fits", ".fit", ".fits.fz", ".json", ".dat", ".txt", ".ascii", ".flm",
            ".ecsv", ".lnw", ".xml", ".vot", ".votable")  # fmt: skip


def files_of(paths: str | Path | Sequence[str | Path]) -> list[Path]:
    """Return the files that a path, a folder, a glob or a list of them stands for.

    Parameters
    ----------
    paths : path or sequence of paths
        Of a folder, all files with a known suffix (also with ``.gz``) are taken, also in folders below it; hidden files, and the PHOT
        files of SNANA, which belong to HEAD files, are not. Of a HATS catalog, the files of its partitions are taken, and of an output
        folder of ``embed`` or ``preprocess``, those in ``dataset/``.

    Returns
    -------
    list of Path
        Those of a folder or a glob are sorted.

    Raises
    ------
    InputError
        A folder or a glob has no such file.
    """
    if not isinstance(paths, str | Path):
        return [file for one in paths for file in files_of(one)]
    path = Path(paths)
    if has_magic(str(path)) and not path.exists():
        found = sorted(Path(name) for name in glob(str(path), recursive=True) if Path(name).is_file())
        if not found:
            raise InputError(f"{path}: no file is called so")
    elif path.is_dir():
        catalog = hats_catalog(path)
        if catalog is not None:
            return partitions(catalog)
        if (path / MANIFEST).is_file() and (path / "dataset").is_dir():
            path = path / "dataset"
        found = sorted(file for file in path.rglob("*") if _is_data(file, path) and file.is_file())
        if not found:
            raise InputError(f"{path}: holds no file that ends in {', '.join(SUFFIXES)}")
    else:
        return [path]
    return found


def _is_data(file: Path, folder: Path) -> bool:
    if any(part.startswith(".") for part in file.relative_to(folder).parts):
        return False
    name = file.name.lower()
    name = name.removesuffix(".gz").removesuffix(".bz2").removesuffix(".zst")
    return name.endswith(SUFFIXES) and not name.endswith("phot.fits")

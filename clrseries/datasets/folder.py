"""The folder of data sets that no package contains, ``$CLRSERIES_DATA``."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import InputError

VARIABLE = "CLRSERIES_DATA"


def data_file(name: str, path: str | Path | None = None) -> Path:
    """Return the path of the file of a data set.

    Parameters
    ----------
    name : str
        Path within the folder that the environment variable ``CLRSERIES_DATA`` names, for instance
        ``"eros_variables/lightcurves.parquet"``.
    path : path, optional
        Path of the file; if given, it is returned and `name` is not used.

    Returns
    -------
    Path
        The file need not exist.

    Raises
    ------
    InputError
        `path` is not given, and the environment variable is not set.
    """
    if path is not None:
        return Path(path)
    folder = os.environ.get(VARIABLE)
    if not folder:
        raise InputError(f"{name}: give the path of the file, or set {VARIABLE} to the folder that holds it")
    return Path(folder) / name


def has_file(name: str) -> bool:
    """Return whether ``$CLRSERIES_DATA`` is set and holds a file.

    Parameters
    ----------
    name : str
        Path within that folder.

    Returns
    -------
    bool
    """
    folder = os.environ.get(VARIABLE)
    return bool(folder) and (Path(folder or "") / name).is_file()

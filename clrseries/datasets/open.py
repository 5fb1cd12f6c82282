"""Opening of data in any form that the commands take: names, files, folders, globs, tables in memory and Series."""

from __future__ import annotations

from collections.abc import Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import Any, Protocol

from ..errors import InputError
from ..io import read_light_curves, read_spectra
from ..io.tables import column_names, table_of
from ..names import known_name
from ..series import Series
from ..series.concatenate import joined
from .simulated import simulated_light_curves
from .stars import miles, stelib

NAMED = {"miles": miles, "stelib": stelib, "simulated": simulated_light_curves}
SUFFIXES = (".parquet", ".csv")  # files of a folder that are read


class ArrowStream(Protocol):
    """A table of pyarrow, pandas or polars, or anything else with the stream interface of Arrow."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Return the table as a stream of Arrow."""


Part = str | Path | Series | ArrowStream
Data = Part | Sequence[Part]


def open_series(data: Data, *, medium: str = "vacuum") -> Series:
    """Read data of any form and return them as one batch; several parts are joined.

    Parameters
    ----------
    data : path, name, Series, table, or sequence of them
        A name is ``"miles"``, ``"stelib"`` or ``"simulated"`` (light curves). A path may name a Parquet or CSV file, a folder
        of such files, or a glob. A table may be of pyarrow, pandas or polars. Data with a column ``time``, and CSV files, are
        read as light curves (:func:`clrseries.read_light_curves`), all others as spectra (:func:`clrseries.read_spectra`).
        Light curves without a column ``flux`` may have the columns ``mag`` and ``mag_err``.
    medium : {"vacuum", "air"}
        Medium of the wavelengths of spectra in files and tables; those in air are brought to vacuum.

    Returns
    -------
    Series
        All objects, in the order of the parts.

    Raises
    ------
    InputError
        There is no such file, or it cannot be used; or `medium` is ``"air"`` for data that are no spectra in files or tables.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from clrseries.datasets import open_series
    >>> len(open_series(pa.table({"wavelength": [[4000.0, 4001.0]], "flux": [[1.0, 1.1]]})))
    1
    """
    medium = known_name("medium", medium, ("vacuum", "air"))
    parts = [_open(part, medium) for part in parts_of(data)]
    return parts[0] if len(parts) == 1 else joined(parts)


def parts_of(data: Data) -> list[Any]:
    """Return the single files, names, tables and Series that data consist of.

    Parameters
    ----------
    data : path, name, Series, table, or sequence of them
        As :func:`open_series` takes them.

    Returns
    -------
    list of Path, str, table and Series
        In order; a folder or a glob is replaced by its files.

    Raises
    ------
    InputError
        `data` is empty or of another type, or a folder or glob has no Parquet or CSV file.
    """
    if isinstance(data, Series) or table_of(data) is not None:
        return [data]
    if isinstance(data, str | Path):
        return list(files_of(data))
    if not isinstance(data, Sequence):
        raise InputError(f"data: give a path, a name, a Series, a table, or a list of them; got {type(data).__name__}")
    parts = [part for one in data for part in parts_of(one)]
    if not parts:
        raise InputError("data: the list is empty")
    return parts


def files_of(path: str | Path) -> Sequence[str | Path]:
    """Return the files of a folder or a glob.

    Parameters
    ----------
    path : str or path
        Name of a data set, file, folder or glob.

    Returns
    -------
    sequence of str or Path
        Sorted; a name or the path of a file is returned as the only entry.

    Raises
    ------
    InputError
        A folder or glob has no Parquet or CSV file.
    """
    if str(path) in NAMED:
        return [str(path)]
    if has_magic(str(path)) and not Path(path).exists():
        found = sorted(Path(name) for name in glob(str(path), recursive=True))
    elif Path(path).is_dir():
        found = sorted(file for file in Path(path).iterdir() if file.suffix.lower() in SUFFIXES)
    else:
        return [Path(path)]
    if not found:
        raise InputError(f"{path}: holds no file that ends in {' or '.join(SUFFIXES)}")
    return found


def described(data: Data) -> str:
    """Return a short description of data, for errors and commands.

    Parameters
    ----------
    data : path, name, Series, table, or sequence of them
        As :func:`open_series` takes them.

    Returns
    -------
    str
        Paths and names, and the types of data in memory, separated by commas.
    """
    return ", ".join(names_of(data))


def names_of(data: Data) -> list[str]:
    """Return a name for each part of the data.

    Parameters
    ----------
    data : path, name, Series, table, or sequence of them
        The data.

    Returns
    -------
    list of str
        The name or path of a part, or its type for data in memory.
    """
    return [str(part) if isinstance(part, str | Path) else f"a {type(part).__name__}" for part in parts_of(data)]


def _open(part: Any, medium: str) -> Series:
    table = table_of(part)
    if medium == "air" and (isinstance(part, Series) or (table is None and str(part) in NAMED)):
        raise InputError(f"medium: {names_of(part)[0]} holds wavelengths in vacuum already: leave out medium")
    if isinstance(part, Series):
        return part
    if table is None and str(part) in NAMED:
        return NAMED[str(part)]()
    names = column_names(part) if table is None else table.column_names
    csv = table is None and Path(part).suffix.lower() == ".csv"
    if "time" not in names and not csv:
        return read_spectra(part, medium=medium)
    if medium == "air":
        raise InputError(f"medium: {names_of(part)[0]} holds light curves, which have no wavelengths: leave out medium")
    in_magnitudes = "flux" not in names and {"mag", "mag_err"} <= set(names)
    return (
        read_light_curves(part, flux="mag", error="mag_err", magnitudes=True)
        if in_magnitudes
        else read_light_curves(part)
    )

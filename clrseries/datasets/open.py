"""Opening of data in any form that the commands take: names, files, folders, globs, tables in memory and Series."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from ..errors import InputError
from ..io import read_light_curves, read_spectra
from ..io.any_table import series_of_table
from ..io.formats import FORMATS, SPECTRA, Format, Peek, format_of
from ..io.many_files import read_many, with_all_bands
from ..io.paths import files_of
from ..io.tables import table_of
from ..names import known_name
from ..series import Series
from ..series.concatenate import joined
from .simulated import simulated_light_curves
from .stars import miles, stelib

NAMED = {"miles": miles, "stelib": stelib, "simulated": simulated_light_curves}


class ArrowStream(Protocol):
    """A table of pyarrow, pandas or polars, or anything else with the stream interface of Arrow."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Return the table as a stream of Arrow."""


Part = str | Path | Series | ArrowStream
Data = Part | Sequence[Part]


def open_series(data: Data, *, medium: str | None = None, kind: str | None = None) -> Series:
    """Read data of any form and return them as one batch; several parts are joined.

    Parameters
    ----------
    data : path, name, Series, table, or sequence of them
        A name is ``"miles"``, ``"stelib"`` or ``"simulated"`` (light curves). A path may name a file of any format that
        :func:`clrseries.read_spectra` or :func:`clrseries.read_light_curves` recognizes, a folder of such files, or a glob. A table
        may be of pyarrow, pandas, polars or astropy; with a column ``time`` it holds light curves, whose flux may be magnitudes
        in the columns ``mag`` and ``mag_err``.
    medium : {"vacuum", "air"}, optional
        What the wavelengths of spectra are measured in; default what a file says, and vacuum where it says nothing.
    kind : {"spectra", "light curves"}, optional
        What is read of a file that holds both, such as an event file of the Open Supernova Catalog; default light curves.

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
    medium = None if medium is None else known_name("medium", medium, ("vacuum", "air"))
    opened = [_open(list(group), medium, kind) for _, group in groupby(parts_of(data), _group)]
    return opened[0] if len(opened) == 1 else joined(with_all_bands(opened))


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
        return [data] if str(data) in NAMED else list(files_of(data))
    if not isinstance(data, Sequence):
        raise InputError(f"data: give a path, a name, a Series, a table, or a list of them; got {type(data).__name__}")
    parts = [part for one in data for part in parts_of(one)]
    if not parts:
        raise InputError("data: the list is empty")
    return parts


def _group(part: Any) -> Any:
    """Return what neighboring parts have in common that are read together: all files, or the part itself."""
    return "file" if _is_path(part) else object()  # equal to nothing else


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


def _open(parts: list[Any], medium: str | None, kind: str | None) -> Series:
    """Read parts that are all of one sort: files, or one name, table or Series."""
    first = parts[0]
    named = isinstance(first, str) and first in NAMED
    if medium == "air" and (isinstance(first, Series) or named):
        raise InputError(f"medium: {names_of(first)[0]} holds wavelengths in vacuum already: leave out medium")
    if isinstance(first, Series):
        return first
    if named:
        return NAMED[first]()
    table = table_of(first)
    series = (
        read_many(parts, partial(read_file, medium=medium, kind=kind))
        if table is None
        else series_of_table(table, medium=medium or "vacuum")
    )
    if medium == "air" and series.band is not None:
        raise InputError(
            f"medium: {names_of(parts)[0]} holds light curves, which have no wavelengths: leave out medium"
        )
    return series


def read_file(path: str | Path, medium: str | None = None, kind: str | None = None) -> Series:
    """Read a file of spectra or of light curves, whatever it holds.

    Parameters
    ----------
    path : path
        The file.
    medium : {"vacuum", "air"}, optional
        What the wavelengths of spectra are measured in; default what the file says.
    kind : {"spectra", "light curves"}, optional
        What is read of a file that holds both; default light curves.

    Returns
    -------
    Series

    Raises
    ------
    InputError
        The format is not recognized, or the file cannot be read.
    """
    found = _format_of(path, kind)
    if found.kind == SPECTRA:
        return read_spectra(path, format=found.name, medium=medium)
    table = found.name == "table"
    names = Peek(path).columns if table else set()
    return read_light_curves(path, format=found.name, band="band" if not table or "band" in names else None)


def _format_of(path: str | Path, kind: str | None) -> Format:
    """Return the format in which a file is read: as `kind` if it holds that too, and otherwise as what it holds."""
    found = format_of(path)
    if kind in (None, found.kind):
        return found
    return next((one for one in FORMATS if (one.name, one.kind) == (found.name, kind)), found)


def _is_path(part: Any) -> bool:
    return isinstance(part, Path) or (isinstance(part, str) and part not in NAMED)

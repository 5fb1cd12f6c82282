"""Safe reading of FITS files: what a header promises must be in the file."""

from __future__ import annotations

import gzip
import io
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..border import Plain, plain
from ..errors import InputError

MOST_COLUMNS = 999  # of a table, by the standard
MOST_BYTES = 4 << 30  # of an uncompressed file that is read into memory from a compressed one
_SHARED: ContextVar[dict[str, Any] | None] = ContextVar("files that are open", default=None)


@contextmanager
def opened_fits(path: str | Path) -> Iterator[Any]:
    """Open a FITS file, and turn everything that is wrong with it into an InputError.

    Parameters
    ----------
    path : path
        The file, which may be compressed with gzip.

    Yields
    ------
    astropy.io.fits.HDUList
        All HDUs, none of which is larger than the file.

    Raises
    ------
    InputError
        The file is missing or is not a FITS file, or a header promises more data than the file has.

    References
    ----------
    FITS Standard 4.0, https://fits.gsfc.nasa.gov/fits_standard.html
    """
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    shared = _SHARED.get()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # astropy warns about truncation and about headers, which are checked here
        units = None
        try:
            units = (shared or {}).get(str(path)) or _opened(Path(path))
            if shared is not None:
                shared[str(path)] = units
            yield units
        except InputError:
            raise
        except Exception as error:  # astropy raises errors of many types for damaged files
            reason = (str(error).splitlines() or [repr(error)])[0] or repr(error)
            raise InputError(f"{path}: cannot be read as FITS ({type(error).__name__}: {reason})") from error
        finally:
            if units is not None and shared is None:
                units.close()


@contextmanager
def opened_once() -> Iterator[None]:
    """Open a context in which a file is opened only once, first to recognize its format and then to read it.

    Yields
    ------
    None
        At the end of the context, all files are closed.
    """
    files: dict[str, Any] = {}
    token = _SHARED.set(files)
    try:
        yield
    finally:
        _SHARED.reset(token)
        for units in files.values():
            units.close()


def _opened(path: Path) -> Any:
    from astropy.io import fits

    source, size = _source_of(path)
    units = fits.open(source, memmap=False, lazy_load_hdus=False, ignore_missing_simple=False)
    for number, unit in enumerate(units):
        place = unit.fileinfo()
        end = (place["datLoc"] if place else 0) + unit.size
        if unit.size < 0 or end > size:
            units.close()
            raise InputError(f"{path}: HDU {number} needs {end} bytes and the file has {size}: copy it again")
    return units


def names_of_table(unit: Any) -> list[str]:
    """Return the names of the columns of an HDU, from its header alone.

    Parameters
    ----------
    unit : HDU of astropy
        Any HDU.

    Returns
    -------
    list of str
        In lower case; empty if it is no table.
    """
    header = unit.header
    count = header.get("TFIELDS", 0) if header.get("XTENSION", "") in ("BINTABLE", "TABLE", "A3DTABLE") else 0
    if not isinstance(count, int) or not 0 <= count <= MOST_COLUMNS:
        return []
    return [str(header.get(f"TTYPE{number}", "")).strip().lower() for number in range(1, count + 1)]


def table_columns(unit: Any, names: Collection[str] | None = None) -> dict[str, Plain]:
    """Read the columns of a table.

    Parameters
    ----------
    unit : astropy.io.fits.BinTableHDU or TableHDU
        The table.
    names : collection of str, optional
        Names of the columns that are read, in lower case; default all.

    Returns
    -------
    dict of str to Plain
        Values, units and masks, by name in lower case. TNULL values and NaN in integer columns are masked.
    """
    found = {}
    for column in unit.columns:
        if names is not None and column.name.lower() not in names:
            continue
        values = unit.data[column.name]  # native numbers after TSCAL and TZERO
        mask = np.zeros(np.shape(values), bool)
        if column.null is not None and values.dtype.kind in "iu":
            mask = np.asarray(values == column.null)
        measure = _unit_of(column.unit) if column.unit else None
        found[column.name.lower()] = Plain(*plain(np.asarray(values), column.name)[:1], measure, mask)
    return found


@lru_cache(maxsize=256)
def _unit_of(text: str) -> Any:
    from astropy import units

    try:
        return units.Unit(text)
    except (ValueError, TypeError):
        return None


def as_text(column: Plain) -> NDArray[Any]:
    """Return a column as text without padding.

    Parameters
    ----------
    column : Plain
        A column of a table.

    Returns
    -------
    object array of str
    """
    values = column.values
    if values.dtype.kind == "S":
        values = np.char.decode(values, "latin-1")
    return np.array([_text(value) for value in values], object)


def _text(value: Any) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return text.strip(" \t\r\n\0")


def _source_of(path: Path) -> tuple[Any, int]:
    """Return what astropy opens, and its size; compressed files are read into memory up to ``MOST_BYTES``."""
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    if not compressed:
        return path, path.stat().st_size
    whole = io.BytesIO()
    with gzip.open(path) as stream:
        while block := stream.read(1 << 20):
            if whole.tell() + len(block) > MOST_BYTES:
                raise InputError(f"{path}: holds more than {MOST_BYTES >> 30} GiB when decompressed")
            whole.write(block)
    size = whole.tell()
    whole.seek(0)
    return whole, size

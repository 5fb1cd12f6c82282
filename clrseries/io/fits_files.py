"""Safe reading of FITS files: what a header promises must be in the file."""

from __future__ import annotations

import gzip
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..border import Plain, plain
from ..errors import InputError

MOST_BYTES = 4 << 30  # of an uncompressed file that is read into memory from a compressed one


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
    from astropy.io import fits

    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # astropy warns about truncation and about headers, which are checked here
        try:
            source, size = _source_of(Path(path))
            with fits.open(source, memmap=False, lazy_load_hdus=False, ignore_missing_simple=False) as units:
                for number, unit in enumerate(units):
                    place = unit.fileinfo()
                    end = (place["datLoc"] if place else 0) + unit.size
                    if unit.size < 0 or end > size:
                        raise InputError(
                            f"{path}: HDU {number} needs {end} bytes and the file has {size}: copy it again"
                        )
                yield units
        except InputError:
            raise
        except Exception as error:  # astropy raises errors of many types for damaged files
            reason = (str(error).splitlines() or [repr(error)])[0] or repr(error)
            raise InputError(f"{path}: cannot be read as FITS ({type(error).__name__}: {reason})") from error


def table_columns(unit: Any) -> dict[str, Plain]:
    """Read the columns of a table.

    Parameters
    ----------
    unit : astropy.io.fits.BinTableHDU or TableHDU
        The table.

    Returns
    -------
    dict of str to Plain
        Values, units and masks, by name in lower case. TNULL values and NaN in integer columns are masked.
    """
    from astropy.table import Table

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = Table.read(unit) if len(unit.columns) else Table()
    return {name.lower(): plain(table[name], name) for name in table.colnames}


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

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
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..border import Plain, plain
from ..errors import InputError

MOST_COLUMNS = 999  # of a table, by the standard
MOST_BYTES = 4 << 30  # of a file that is decompressed, on disk where it is large
IN_MEMORY = 64 << 20  # bytes that are decompressed in memory
MOST_UNPACKED = 1 << 29  # bytes of an image that was compressed by fpack
LONGEST_HEADER = 16 << 20  # bytes of the first header
BLOCK = 2880
_SHARED: ContextVar[dict[str, Any] | None] = ContextVar("files that are open", default=None)


@contextmanager
def opened_fits(path: str | Path) -> Iterator[Any]:
    """Open a FITS file, and turn everything that is wrong with it into an InputError.

    Parameters
    ----------
    path : path
        The file, which may be compressed with gzip or fpack.

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
        At the end of the outermost such context, all files are closed.
    """
    if _SHARED.get() is not None:
        yield
        return
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
    try:
        for number, unit in enumerate(units):
            _check_size(unit, f"{path}: HDU {number}", size)
    except BaseException:
        units.close()
        raise
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
        if column.null is not None and values.dtype.kind in "iuf":
            # TNULL is a stored integer, and the values are physical: TZERO + TSCAL times the stored ones
            scale, zero = (
                given if given not in (None, "") else neutral
                for given, neutral in ((column.bscale, 1), (column.bzero, 0))
            )
            mask = np.asarray(values == column.null * scale + zero)
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


def _check_size(unit: Any, place: str, size: int) -> None:
    """Refuse an HDU that promises more than the file holds, or that would fill the memory when it is unpacked."""
    from astropy.io import fits

    packed = isinstance(unit, fits.CompImageHDU)
    where = unit.fileinfo() or {"datLoc": 0, "datSpan": 0}
    needed = where["datSpan"] if packed else unit.size
    if needed < 0 or where["datLoc"] + needed > size:
        raise InputError(f"{place} needs {where['datLoc'] + needed} bytes and the file has {size}: copy it again")
    if not packed:
        return
    if not 0 <= unit.size <= MOST_UNPACKED:
        raise InputError(
            f"{place} is an image of {unit.size} bytes when unpacked: unpack it with funpack if this is right"
        )
    # The smallest unit of any compression is a row of the table for each tile, so that small files hold few tiles.
    tiles = np.prod([-(-long // max(short, 1)) for long, short in zip(unit.shape, unit.tile_shape, strict=True)])
    if tiles * 8 > max(size, BLOCK) or any(not 0 < tile <= MOST_UNPACKED for tile in unit.tile_shape):
        raise InputError(
            f"{place} has tiles of the shape {unit.tile_shape}, which the file is too short for: copy it again"
        )


def _source_of(path: Path) -> tuple[Any, int]:
    """Return what astropy opens, and its size; large compressed files are decompressed on disk."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        if not packed:
            file.seek(0)
            _check_header(file, path)
            return path, path.stat().st_size
    whole, size = _unpacked(path)
    _check_header(whole, path)
    whole.seek(0)
    return whole, size


def _unpacked(path: Path) -> tuple[Any, int]:
    """Decompress a file, in memory or, if there is much of it, on disk; return an open file, and its size."""
    with gzip.open(path) as stream:
        memory = io.BytesIO(stream.read(IN_MEMORY))
        block = stream.read(1 << 20)
        if not block:
            return memory, len(memory.getbuffer())
        # The file on disk is removed at once, and its space is free when it is closed.
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            large = Path(folder) / "unpacked.fits"
            with large.open("wb") as disk:
                disk.write(memory.getbuffer())
                while block:
                    if disk.tell() + len(block) > MOST_BYTES:
                        raise InputError(f"{path}: holds more than {MOST_BYTES >> 30} GiB when decompressed")
                    disk.write(block)
                    block = stream.read(1 << 20)
            return large.open("rb"), large.stat().st_size


def _check_header(file: Any, path: Path) -> None:
    """Refuse a file whose first header has no end, which astropy would read as a whole to find out."""
    for _ in range(LONGEST_HEADER // BLOCK):
        block = file.read(BLOCK)
        if any(block[at : at + 8] == b"END     " for at in range(0, len(block), 80)) or block[-80:-77] == b"END":
            return
        if len(block) < BLOCK:  # astropy tells what is wrong with a short file
            return
    raise InputError(f"{path}: the first header has no END: it is not a FITS file")

"""Parquet with one row per object and list columns for the samples."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..errors import InputError, located
from ..noise import with_estimates
from ..series import Series, object_table
from ..units import in_vacuum

logger = logging.getLogger(__name__)


def read_parquet(
    path: str | Path | pa.Table,
    *,
    x: str = "wavelength",
    flux: str = "flux",
    ivar: str = "ivar",
    medium: str = "vacuum",
    source: str = "table",
) -> Series:
    """Read a file of spectra into a :class:`~clrseries.series.Series`.

    Parameters
    ----------
    path : path or pyarrow.Table
        One row per object; `x`, `flux` and `ivar` are list columns.
    x, flux, ivar : str
        Their names. Where there is no `ivar` column but one called ``error``
        (1 sigma; NaN or not positive: no information), ivar is made from it. Objects whose
        error is null were published without: theirs is estimated from the flux itself
        (:func:`clrseries.noise.estimated_ivar`), which one line of the log says. With neither
        column, ivar is 1 where flux is finite.
    medium : str
        What `x` is measured in, ``"vacuum"`` or ``"air"``; air becomes vacuum.
    source : str
        What errors call a table.

    Returns
    -------
    Series
        All columns that are not lists are kept in ``table``. Without nulls, float64
        x and float32 flux and ivar are views of Arrow's memory, not copies.

    Raises
    ------
    InputError
        The file is missing or cut short, a column is missing or not a list of
        numbers, rows disagree in length, or samples cannot be used.
    """
    table = path if isinstance(path, pa.Table) else read_table(path)
    source = source if isinstance(path, pa.Table) else str(path)
    for name in (x, flux):
        if name not in table.column_names:
            raise located(f"is missing; the file has {', '.join(table.column_names)}", source=source, column=name)
    offsets, wave = _list_column(table, x, np.float64, source)
    lists = {x: wave, flux: _sized(table, flux, offsets, source)}
    spread = ivar if ivar in table.column_names else "error" if "error" in table.column_names else None
    if spread == ivar:
        lists[ivar] = _sized(table, ivar, offsets, source)
    elif spread == "error":
        lists[ivar] = _ivar_of(_sized(table, "error", offsets, source, missing_rows=True), lists[flux])
        none = table["error"].is_null().to_numpy()
        if none.any():
            lists[ivar] = with_estimates(lists[ivar], lists[flux], offsets, none)
            logger.info(
                "%s: %d of %d objects have no errors; theirs are estimated from the flux", source, none.sum(), len(none)
            )
    else:
        lists[ivar] = np.isfinite(lists[flux]).astype(np.float32)
    keep = [f.name for f in table.schema if not is_list(f.type)]
    columns = object_table(table.select(keep), table.num_rows)
    return Series(in_vacuum(lists[x], medium), lists[flux], lists[ivar], offsets, columns).check(source)


def write_parquet(series: Series, path: str | Path, *, overwrite: bool = False) -> None:
    """Write a :class:`~clrseries.series.Series` so that :func:`read_parquet` returns it.

    Raises
    ------
    InputError
        `path` exists and `overwrite` is false.
    """
    offsets = pa.array(series.offsets)
    table = series.table
    for name, values in (("wavelength", series.x), ("flux", series.flux), ("ivar", series.ivar)):
        table = table.append_column(name, pa.LargeListArray.from_arrays(offsets, pa.array(values)))
    write_table(table, path, overwrite=overwrite)


def write_table(table: pa.Table, path: str | Path, *, overwrite: bool = False) -> None:
    """Write `table` under a temporary name and rename it, so that `path` never holds half a file."""
    target = Path(path)
    refuse_existing(target, overwrite)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        pq.write_table(table, part, compression="zstd")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def refuse_existing(path: str | Path, overwrite: bool) -> None:
    """Raise an :class:`InputError` if `path` exists (an empty folder does not count) and may not be replaced."""
    target = Path(path)
    occupied = any(target.iterdir()) if target.is_dir() else target.exists()
    if occupied and not overwrite:
        raise InputError(f"{target}: exists already; choose another name or ask for overwriting (--overwrite)")


def read_table(path: str | Path) -> pa.Table:
    """A whole Parquet file; an :class:`InputError` where it is missing or cut short."""
    return of_complete_file(path, pq.read_table)


def of_complete_file(path: str | Path, read: Callable[[str | Path], Any]) -> Any:
    """What `read` takes from a Parquet file; an :class:`InputError` where the file is missing or cut short."""
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    try:
        return read(path)
    except (pa.ArrowInvalid, OSError) as error:
        first_line = str(error).splitlines()[0]
        raise InputError(f"{path}: not a complete Parquet file ({first_line}); copy or write it again") from error


def column_names(path: str | Path) -> list[str]:
    """The columns of a Parquet or CSV file, none where it cannot be read."""
    try:
        if Path(path).suffix.lower() == ".csv":
            with Path(path).open() as file:
                return file.readline().strip().split(",")
        return pq.read_schema(path).names
    except (pa.ArrowInvalid, OSError):
        return []


def is_list(kind: pa.DataType) -> bool:
    """Whether a column's type is one of Arrow's lists."""
    return pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)


def _list_column(
    table: pa.Table, name: str, dtype: type, source: str, missing_rows: bool = False
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    kind = table.schema.field(name).type
    if not is_list(kind) or not (pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type)):
        raise located(f"must be a list of numbers, and is {kind}", source=source, column=name)
    column = table[name].combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks else pa.array([], kind)
    if column.null_count and not missing_rows:
        row = int(np.argmax(column.is_null().to_numpy(zero_copy_only=False)))
        raise located("is null: drop the object", source=source, object_id=_name(table, row), column=name)
    values = column.flatten()
    if values.type != pa.from_numpy_dtype(dtype):
        values = values.cast(pa.from_numpy_dtype(dtype), safe=False)
    lengths = column.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return offsets, values.to_numpy(zero_copy_only=values.null_count == 0)


def _sized(
    table: pa.Table, name: str, offsets: NDArray[np.int64], source: str, missing_rows: bool = False
) -> NDArray[np.float32]:
    own, values = _list_column(table, name, np.float32, source, missing_rows)
    if np.array_equal(own, offsets):
        return values
    wrong = np.diff(own) != np.diff(offsets)
    if missing_rows:
        wrong &= np.diff(own) > 0
    if wrong.any():
        row = int(np.argmax(wrong))
        raise located(
            f"has {int(np.diff(own)[row])} samples and the wavelength column {int(np.diff(offsets)[row])}",
            source=source,
            object_id=_name(table, row),
            column=name,
        )
    full = np.full(int(offsets[-1]), np.nan, np.float32)
    given = np.repeat(np.diff(own) > 0, np.diff(offsets))
    full[given] = values
    return full


def _ivar_of(error: NDArray[np.float32], flux: NDArray[np.float32]) -> NDArray[np.float32]:
    good = np.isfinite(error) & (error > 0) & np.isfinite(flux)
    return np.where(good, 1.0 / np.where(good, error, 1.0) ** 2, 0.0).astype(np.float32)


def _name(table: pa.Table, row: int) -> Any:
    return table["object_id"][row].as_py() if "object_id" in table.column_names else str(row)

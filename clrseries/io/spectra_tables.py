"""Reading of spectra from tables with one row per spectrum and list columns for the samples."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import located
from ..series import Series
from ..series.table import object_table
from ..units import in_vacuum
from .der_snr import with_estimated_ivar
from .tables import is_list

logger = logging.getLogger(__name__)


def spectra_of_table(
    table: pa.Table,
    *,
    x: str = "wavelength",
    flux: str = "flux",
    ivar: str = "ivar",
    medium: str = "vacuum",
    source: str = "table",
) -> Series:
    """Read spectra from a table in memory.

    Parameters
    ----------
    table : pyarrow.Table
        One row per spectrum; `x`, `flux` and `ivar` are list columns.
    x, flux, ivar, medium, source : str
        As :func:`clrseries.read_spectra` takes them.

    Returns
    -------
    Series

    Raises
    ------
    InputError
        A column is missing or is not a list of numbers, lists have different lengths, or a sample cannot be used.
    """
    for name in (x, flux):
        if name not in table.column_names:
            raise located(f"is missing; the file has {', '.join(table.column_names)}", source=source, column=name)
    offsets, wave = _list_column(table, x, np.float64, source)
    value = _sized(table, flux, offsets, source)
    keep = [f.name for f in table.schema if not is_list(f.type)]
    columns = object_table(table.select(keep), table.num_rows)
    weight = _ivar(table, ivar, value, offsets, source)
    return Series(in_vacuum(wave, medium), value, weight, offsets, columns).check(source)


def _ivar(
    table: pa.Table, ivar: str, flux: NDArray[np.float32], offsets: NDArray[np.int64], source: str
) -> NDArray[np.float32]:
    if ivar in table.column_names:
        return _sized(table, ivar, offsets, source)
    if "error" not in table.column_names:
        return np.isfinite(flux).astype(np.float32)
    found = _ivar_of(_sized(table, "error", offsets, source, missing_rows=True), flux)
    missing = table["error"].is_null().to_numpy()
    if missing.any():
        found = with_estimated_ivar(found, flux, offsets, missing)
        logger.info(
            "%s: %d of %d objects have no errors; theirs are estimated from the flux",
            source,
            missing.sum(),
            len(missing),
        )
    return found


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

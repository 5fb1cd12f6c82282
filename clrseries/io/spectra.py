"""Reader and writer of spectra in tables with one row per spectrum and list columns for the samples."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError, located
from ..series import Series, check_series
from ..series.table import object_table
from ..units import in_vacuum
from .der_snr import with_estimated_ivar
from .tables import is_list, read_table, table_of, write_table

logger = logging.getLogger(__name__)


def read_spectra(
    data: Any,
    *,
    x: str = "wavelength",
    flux: str = "flux",
    ivar: str = "ivar",
    medium: str = "vacuum",
    source: str = "table",
) -> Series:
    """Read spectra from a Parquet file or a table in memory.

    Parameters
    ----------
    data : path, pyarrow.Table, pandas or polars DataFrame
        One row per spectrum; `x`, `flux` and `ivar` are list columns.
    x, flux : str
        Names of the columns with the wavelengths [Angstrom] and the flux.
    ivar : str
        Name of the column with the inverse variance. If there is no such column, ivar is computed from a column ``error`` (1
        sigma; NaN or not positive: no information). Where ``error`` is null, the noise of the spectrum is estimated from its
        flux (:func:`clrseries.io.der_snr.estimated_ivar`), which is logged. Without either column, ivar is 1 where the flux is
        finite.
    medium : {"vacuum", "air"}
        What the wavelengths are measured in; wavelengths in air are converted to vacuum.
    source : str
        Name of a table in memory, for errors.

    Returns
    -------
    Series
        ``table`` has all columns that are not lists. Wavelengths in float64, and flux and ivar in float32, are not copied if they
        have no nulls.

    Raises
    ------
    InputError
        The file is missing or incomplete, a column is missing or is not a list of numbers, lists have different lengths, or a
        sample cannot be used.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from clrseries import read_spectra
    >>> table = pa.table({"object_id": ["a"], "wavelength": [[4000.0, 4001.0]], "flux": [[1.0, 1.1]], "error": [[0.1, 0.1]]})
    >>> read_spectra(table).ivar.round()
    array([100., 100.], dtype=float32)
    """
    held = table_of(data)
    table = read_table(data) if held is None else held
    source = str(data) if held is None else source
    for name in (x, flux):
        if name not in table.column_names:
            raise located(f"is missing; the file has {', '.join(table.column_names)}", source=source, column=name)
    offsets, wave = _list_column(table, x, np.float64, source)
    value = _sized(table, flux, offsets, source)
    keep = [f.name for f in table.schema if not is_list(f.type)]
    columns = object_table(table.select(keep), table.num_rows)
    weight = _ivar(table, ivar, value, offsets, source)
    return Series(in_vacuum(wave, medium), value, weight, offsets, columns).check(source)


def write_spectra(series: Series, path: str | Path, *, overwrite: bool = False) -> None:
    """Write spectra to a Parquet file that :func:`read_spectra` reads.

    Parameters
    ----------
    series : Series
        Spectra.
    path : path
        The file.
    overwrite : bool
        Whether `path` is replaced if it exists.

    Raises
    ------
    InputError
        `path` exists and `overwrite` is false, or the series holds light curves.

    Examples
    --------
    >>> import tempfile
    >>> from clrseries import Series, read_spectra, write_spectra
    >>> path = tempfile.mkdtemp() + "/stars.parquet"
    >>> write_spectra(Series.from_arrays([4000.0, 4001.0], [[1.0, 1.1]], table={"z": [0.1]}), path)
    >>> read_spectra(path).table["z"].to_pylist()
    [0.1]
    """
    check_series(series, "write_spectra")
    if series.band is not None:
        raise InputError("write_spectra takes spectra, and these are light curves: use write_light_curves")
    offsets = pa.array(series.offsets)
    table = series.table
    for name, values in (("wavelength", series.x), ("flux", series.flux), ("ivar", series.ivar)):
        table = table.append_column(name, pa.LargeListArray.from_arrays(offsets, pa.array(values)))
    write_table(table, path, overwrite=overwrite)


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

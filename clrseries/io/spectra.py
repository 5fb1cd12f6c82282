"""Reader and writer of spectra in tables with one row per spectrum and list columns for the samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from ..errors import InputError
from ..series import Series, check_series
from .long_tables import ID_NAMES
from .spectra_tables import spectra_of_table
from .tables import read_table, table_of, write_table


def read_spectra(
    data: Any,
    *,
    x: str = "wavelength",
    flux: str = "flux",
    ivar: str = "ivar",
    medium: str = "vacuum",
    object_id: str = "object_id",
    source: str = "table",
) -> Series:
    """Read spectra from a Parquet file or a table in memory.

    Objects and pixels that cannot be used are left out, counted in ``Series.dropped`` and logged.

    Parameters
    ----------
    data : path, pyarrow.Table, pandas or polars DataFrame
        If `x`, `flux` and the errors are columns of lists, there is one row per spectrum. Otherwise there is one row per pixel, and
        the pixels of a spectrum have the same `object_id`.
    x, flux : str
        Names of the columns with the wavelengths [Angstrom] and the flux.
    ivar : str
        Name of the column with the inverse variance. If there is no such column, ivar is computed from an error column (1 sigma; NaN
        or not positive: no information) named ``flux_err``, ``flux_error``, ``e_flux``, ``error``, ``err``, ``sigma``, ``std`` or
        ``uncertainty``, or from a variance named ``variance`` or ``var``; the log says which. Where the error of a spectrum is
        null, its noise is estimated from the flux (:func:`clrseries.io.der_snr.estimated_ivar`), which is logged too. Without any
        of them, ivar is 1 where the flux is finite.
    medium : {"vacuum", "air"}
        What the wavelengths are measured in; wavelengths in air are converted to vacuum.
    object_id : str
        Name of the column with the name of the object; if there is no ``object_id``, a column with another usual name is taken, such
        as ``TARGETID``.
    source : str
        Name of a table in memory, for errors.

    Returns
    -------
    Series
        ``table`` has all columns that are not lists. Wavelengths in float64, and flux and ivar in float32, are not copied if they
        have no nulls. A unit in the metadata of a column (as ``unit``) is kept or converted.

    Raises
    ------
    InputError
        The file is missing or incomplete, a column is missing or does not hold numbers, lists have different lengths, there are
        both an error and a variance, wavelengths without a unit are hardly in Angstrom, or no object can be used.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from clrseries import read_spectra
    >>> table = pa.table({"object_id": ["a"], "wavelength": [[4000.0, 4001.0]], "flux": [[1.0, 1.1]], "error": [[0.1, 0.1]]})
    >>> read_spectra(table).ivar.round()
    array([100., 100.], dtype=float32)
    """
    held = table_of(data)
    table = read_table(data, text=(object_id, *ID_NAMES)) if held is None else held
    source = str(data) if held is None else source
    return spectra_of_table(table, x=x, flux=flux, ivar=ivar, medium=medium, object_id=object_id, source=source)


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

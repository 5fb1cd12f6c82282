"""Reader and writer of spectra in tables with one row per spectrum and list columns for the samples."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from ..errors import InputError
from ..names import known_name
from ..series import Series, check_series
from .formats import SPECTRA, Peek, check_format, format_of
from .long_tables import ID_NAMES, id_column
from .many_files import read_many
from .paths import files_of
from .spectra_tables import spectra_of_table
from .spectrum_columns import WAVELENGTH, with_usual_names
from .tables import is_list, read_table, table_of, write_table
from .transients import name_of_file


def read_spectra(
    data: Any,
    *,
    format: str = "auto",
    x: str = "wavelength",
    flux: str = "flux",
    ivar: str = "ivar",
    medium: str | None = None,
    object_id: str = "object_id",
    source: str = "table",
    on_error: Literal["skip", "stop"] = "skip",
    processes: int | None = None,
    progress: bool = False,
) -> Series:
    """Read spectra from files of surveys, tables or text, or from a table in memory.

    Objects, pixels and files that cannot be used are left out and counted in ``Series.dropped`` and ``Series.failed``.

    Parameters
    ----------
    data : path, sequence of paths, or table of pyarrow, pandas, polars or astropy
        A file, a folder, a glob, or several of them. If `x`, `flux` and the errors are columns of lists, there is one row per
        spectrum. Otherwise there is one row per pixel, and the pixels of a spectrum have the same `object_id`; without it, a file
        is one spectrum.
    format : str
        ``sdss``, ``desi``, ``lamost``, ``gaia``, ``lnw``, ``fits-image``, ``fits-table``, ``ecsv``, ``ascii``, ``specutils`` or ``table``
        (Parquet, Arrow, CSV); by default it is recognized, file by file.
    x, flux : str
        Names of the columns of a table with the wavelengths [Angstrom] and the flux. The default ones may be written in another case and with
        a unit, ``Wavelength [um]`` or ``wave_nm``; ``wave``, ``lambda`` and the logarithm ``loglam`` stand in for the wavelength.
    ivar : str
        Name of the column with the inverse variance. If there is no such column, ivar is computed from an error column (1 sigma; NaN
        or not positive: no information) named ``flux_err``, ``flux_error``, ``e_flux``, ``error``, ``err``, ``sigma``, ``std`` or
        ``uncertainty``, or from a variance named ``variance`` or ``var``; the log says which. Where the error of a spectrum is
        null, its noise is estimated from the flux (:func:`clrseries.series.der_snr.estimated_ivar`), which is logged too. Without any
        of them, ivar is 1 where the flux is finite.
    medium : {"vacuum", "air"}, optional
        What the wavelengths are measured in; default what the file says, and vacuum where it says nothing. Wavelengths in air are
        converted to vacuum.
    object_id : str
        Name of the column with the name of the object; if there is no ``object_id``, a column with another usual name is taken, such
        as ``TARGETID``.
    source : str
        Name of a table in memory, for errors.
    on_error : {"skip", "stop"}
        Whether one of several files that cannot be read is left out, or is an error.
    processes : int, optional
        Number of processes that read files; default one for fewer than 128 files, and else one for each core.
    progress : bool
        Whether a progress bar is shown.

    Returns
    -------
    Series
        ``table`` has the names, redshifts and so on of the files, and all columns of a table that are not lists. Wavelengths in
        float64, and flux and ivar in float32, of Parquet files are not copied if they have no nulls. A unit of the flux is kept in the
        column ``flux_unit``; fluxes of several files are converted to the first one.

    Raises
    ------
    InputError
        No file can be read, a column is missing or does not hold numbers, lists have different lengths, there are both an error and
        a variance, wavelengths without a unit are hardly in Angstrom, or no object can be used.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from clrseries import read_spectra
    >>> table = pa.table({"object_id": ["a"], "wavelength": [[4000.0, 4001.0]], "flux": [[1.0, 1.1]], "error": [[0.1, 0.1]]})
    >>> read_spectra(table).ivar.round()
    array([100., 100.], dtype=float32)
    """
    held = table_of(data)
    columns = {"x": x, "flux": flux, "ivar": ivar, "object_id": object_id}
    if held is not None:
        return spectra_of_table(held, medium=medium or "vacuum", source=source, **columns)
    medium = None if medium is None else known_name("medium", medium, ("vacuum", "air"))
    read = partial(_read_file, format=check_format(format, SPECTRA), medium=medium, columns=columns)
    return read_many(files_of(data), read, on_error=on_error, processes=processes, progress=progress)


def _read_file(path: str | Path, format: str, medium: str | None, columns: dict[str, str]) -> Series:
    usual = columns["x"] == "wavelength" and columns["flux"] == "flux"
    if format == "auto" and not usual and Peek(path).columns:
        return read_spectra_table(path, medium, **columns)
    found = format_of(path, SPECTRA, format)
    return found.read(path, medium=medium, **(columns if found.name == "table" else {}))


def read_spectra_table(path: str | Path, medium: str | None = None, **columns: str) -> Series:
    """Read spectra from a Parquet, Arrow or text table.

    Parameters
    ----------
    path : path
        The file.
    medium : {"vacuum", "air"}, optional
        What the wavelengths are measured in; default vacuum.
    **columns : str
        Names of columns, as :func:`clrseries.read_spectra` takes them.

    Returns
    -------
    Series

    Raises
    ------
    InputError
        The file cannot be read.
    """
    object_id = columns.get("object_id", "object_id")
    table = read_table(path, text=(object_id, *ID_NAMES))
    x = columns.get("x", WAVELENGTH)
    table = with_usual_names(table, x, columns.get("flux", "flux"), str(path))
    if (
        x in table.column_names
        and not is_list(table[x].type)
        and id_column(table.column_names, object_id, str(path)) is None
    ):
        table = table.append_column(
            "object_id", pa.array([name_of_file(path)] * table.num_rows)
        )  # one spectrum in a file
    return spectra_of_table(table, medium=medium or "vacuum", source=str(path), **columns)


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

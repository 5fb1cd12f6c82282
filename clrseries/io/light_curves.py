"""Reader and writer of light curves in tables: Parquet, CSV, Arrow and data frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import InputError
from ..series import Series, check_series
from .formats import CALIBRATED, LIGHT_CURVES, Peek, check_format, format_of
from .kepler import read_kepler
from .light_curve_tables import flux_columns, light_curves_of_table
from .long_tables import ID_NAMES, id_column
from .many_files import read_many
from .paths import files_of
from .tables import is_list, read_table, table_of, write_table
from .transients import name_of_file

USUAL = {"flux": "flux", "error": "flux_err", "magnitudes": False}
COORDINATES = ("ra", "dec", "raj2000", "dej2000", "ra_deg", "dec_deg", "l", "b")


def read_light_curves(
    data: Any,
    *,
    format: str = "auto",
    time: str = "time",
    flux: str = "flux",
    error: str = "flux_err",
    band: str | None = "band",
    object_id: str = "object_id",
    nested: str | None = None,
    magnitudes: bool = False,
    zero_point: float = 25.0,
    bands: Sequence[str] | None = None,
    rename: Mapping[str, str] | None = None,
    on_error: Literal["skip", "stop"] = "skip",
    processes: int | None = None,
    progress: bool = False,
) -> Series:
    """Read light curves from files of surveys and missions, from tables, or from a table in memory.

    Points and objects that cannot be used are left out, counted in ``Series.dropped`` and logged.

    Parameters
    ----------
    data : path, sequence of paths, or table of pyarrow, pandas, polars or astropy
        A file, a folder, a glob, or several of them. If the column `time` holds lists, there is one row per object. Otherwise
        there is one row per point, and the points of an object, which have the same `object_id`, may be in any order.
    format : str
        ``kepler`` (Kepler, K2, TESS and other light curves in FITS), ``ztf``, ``snana``, ``osc``, ``panstarrs``, ``ascii`` (time, magnitude
        and its error without a header) or ``table`` (Parquet, Arrow, CSV); by default it is recognized, file by file. The other arguments
        but `zero_point`, `bands` and `rename` are for tables.
    time : str
        Name of the column with the times [day, or dates]. All times must be in one time system, which is not converted.
    flux, error : str
        Names of the columns with the flux and its error.
    band : str or None
        Name of the column with the bands; None if there is only one band.
    object_id : str
        Name of the column with the name of the object, if there is one row per point. A file that has none, and no other column that
        might tell objects apart, is one object, which is called after its folder and itself.
    nested : str, optional
        Name of a column of structs of lists, or of lists of structs, that contains the columns of the points, as in nested-pandas
        and HATS catalogs.
    magnitudes : bool
        Whether `flux` and `error` are magnitudes; they are converted to the flux 10^(-0.4 (m - zero_point)).
    zero_point : float
        Magnitude of flux 1.
    bands : sequence of str, optional
        All possible bands, in order; default those that occur, sorted.
    rename : mapping of str to str, optional
        New names of bands; with ``band=None``, ``{"": "V"}`` names the only one.
    on_error : {"skip", "stop"}
        Whether one of several files that cannot be read is left out, or is an error.
    processes : int, optional
        Number of processes that read files; default one for fewer than 128 files, and else one for each core.
    progress : bool
        Whether a progress bar is shown.

    Returns
    -------
    Series
        ``table`` has all columns that are not lists; with one row per point, the columns that are constant within every object.

    Raises
    ------
    InputError
        A file or column is missing, lists have different lengths, a band is unknown, or no point can be used.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from clrseries import read_light_curves
    >>> points = {"object_id": ["a", "a"], "time": [1.0, 2.5], "flux": [9.0, 8.0], "flux_err": [0.1, 0.1], "band": ["g", "r"]}
    >>> read_light_curves(pa.table(points)).bands
    ('g', 'r')
    """
    held = table_of(data)
    columns: dict[str, Any] = {
        "time": time,
        "flux": flux,
        "error": error,
        "band": band,
        "object_id": object_id,
        "nested": nested,
        "magnitudes": magnitudes,
        "zero_point": zero_point,
        "bands": bands,
        "rename": rename,
    }
    if held is not None:
        return light_curves_of_table(held, **columns)
    read = partial(_read_file, format=check_format(format, LIGHT_CURVES), columns=columns)
    return read_many(files_of(data), read, on_error=on_error, processes=processes, progress=progress)


def _read_file(path: str | Path, format: str, columns: dict[str, Any]) -> Series:
    usual = (columns["time"], columns["flux"], columns["nested"]) == ("time", "flux", None)
    if format == "auto" and not usual and Peek(path).columns:
        return read_light_curve_table(path, **columns)
    found = format_of(path, LIGHT_CURVES, format)
    if found.name == "table":
        return read_light_curve_table(path, **columns)
    series = found.read(path, **({"zero_point": columns["zero_point"]} if found.name in CALIBRATED else {}))
    rename, bands = columns["rename"], columns["bands"]
    if rename or bands:
        new = bands or list(dict.fromkeys((rename or {}).get(name, name) for name in series.bands))
        series = series.with_bands(new, rename)
    return series


def read_light_curve_table(path: str | Path, **columns: Any) -> Series:
    """Read light curves from a Parquet, Arrow or text table.

    Parameters
    ----------
    path : path
        The file.
    **columns : object
        Names of columns and so on, as :func:`clrseries.read_light_curves` takes them.

    Returns
    -------
    Series

    Raises
    ------
    InputError
        The file cannot be read.
    """
    text = (columns.get("object_id", "object_id"), columns.get("band") or "", *ID_NAMES)
    table = read_table(path, text=text)
    if _one_curve(table, columns, str(path)):
        table = table.append_column("object_id", pa.array([name_of_file(path)] * table.num_rows))
    return light_curves_of_table(table, source=str(path), **columns)


def _one_curve(table: pa.Table, columns: dict[str, Any], source: str) -> bool:
    """Return whether a file with one row per point holds one curve: no column says, or might say, whose a point is."""
    time = columns.get("time", "time")
    if time not in table.column_names or is_list(table[time].type) or columns.get("nested"):
        return False
    names = table.column_names
    own = flux_columns(names, *(columns.get(name, usual) for name, usual in USUAL.items()))
    others = [name for name in names if name not in (time, columns.get("band"), *own)]
    named = id_column(names, columns.get("object_id", "object_id"), source) is not None
    return not named and not any(_may_name(table[name], name) for name in others)


def _may_name(column: pa.ChunkedArray, name: str) -> bool:
    """Return whether a column may tell objects apart: it varies, and holds coordinates, or anything but numbers with fractions."""
    values = column.drop_null()
    if pa.types.is_nested(values.type) or len(values.unique()) < 2:
        return False
    if not pa.types.is_floating(values.type) or name.lower() in COORDINATES:
        return True
    return bool(pc.all(pc.equal(values, pc.floor(values))).as_py())


def read_mission(path: str | Path) -> Series:
    """Read a light curve of Kepler, K2, TESS or another mission, with the flux that lightkurve takes for its product.

    Parameters
    ----------
    path : path
        FITS file.

    Returns
    -------
    Series
        As :func:`clrseries.read_kepler` returns it.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    return read_kepler(path, flux="flux")


def write_light_curves(series: Series, path: str | Path, *, overwrite: bool = False) -> None:
    """Write light curves to a Parquet file that :func:`read_light_curves` reads, with one row per object and list columns.

    Parameters
    ----------
    series : Series
        Light curves; points with ivar 0 get the error NaN.
    path : path
        The file.
    overwrite : bool
        Whether `path` is replaced if it exists.

    Raises
    ------
    InputError
        `series` holds spectra, or `path` exists and `overwrite` is false.

    Examples
    --------
    >>> import tempfile
    >>> from clrseries import datasets, read_light_curves, write_light_curves
    >>> path = tempfile.mkdtemp() + "/stars.parquet"
    >>> write_light_curves(datasets.simulated_light_curves(3), path)
    >>> len(read_light_curves(path))
    3
    """
    check_series(series, "write_light_curves")
    if series.band is None:
        raise InputError("write_light_curves takes light curves, and these are spectra: use write_spectra")
    with np.errstate(divide="ignore"):
        error = np.where(series.ivar > 0, 1.0 / np.sqrt(series.ivar.astype(np.float64)), np.nan)
    columns = {
        "time": pa.array(series.x),
        "flux": pa.array(series.flux),
        "flux_err": pa.array(error),
        "band": pa.array(np.array(series.bands, object)[series.band], pa.string()),
    }
    table = series.table
    for name, values in columns.items():
        table = table.append_column(name, pa.LargeListArray.from_arrays(pa.array(series.offsets), values))
    write_table(table, path, overwrite=overwrite)

"""Reader and writer of light curves in tables: Parquet, CSV, Arrow and data frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..errors import InputError, located
from ..series import Series, check_series
from ..series.photometry import flux_from_magnitude
from .tables import is_list, read_table, table_of, write_table


def read_light_curves(
    data: Any,
    *,
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
) -> Series:
    """Read light curves from a Parquet file, a CSV file or a table in memory.

    Points and objects that cannot be used are left out, counted in ``Series.dropped`` and logged.

    Parameters
    ----------
    data : path, pyarrow.Table, pandas or polars DataFrame
        If the column `time` holds lists, there is one row per object. Otherwise there is one row per point, and the points of an
        object, which have the same `object_id`, may be in any order.
    time : str
        Name of the column with the times [day]. All times must be in one time system, which is not converted.
    flux, error : str
        Names of the columns with the flux and its error.
    band : str or None
        Name of the column with the bands; None if there is only one band.
    object_id : str
        Name of the column with the name of the object, if there is one row per point.
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
        New names of bands.

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
    source, table = _table(data)
    if nested is not None:
        table = _unnested(table, nested, source)
    names = {"time": time, "flux": flux, "error": error, **({"band": band} if band else {})}
    for name in names.values():
        if name not in table.column_names:
            raise located(f"is missing; there are {', '.join(table.column_names)}", source=source, column=name)
    if is_list(table.schema.field(time).type):
        owner, points, objects = _from_lists(table, names, source)
    else:
        owner, points, objects = _from_rows(table, names, object_id, source)
    value, spread = points["flux"], points["error"]
    if magnitudes:
        value, spread = flux_from_magnitude(value, spread, zero_point)
    kinds = points.get("band", np.full(len(owner), "", object))
    if rename:
        kinds = np.array([rename.get(kind, kind) for kind in kinds], object)
    return Series.from_rows(owner, points["time"], value, spread, kinds, objects, bands=bands, source=source)


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


def _table(data: Any) -> tuple[str, pa.Table]:
    held = table_of(data)
    return (str(data), read_table(data)) if held is None else ("", held)


def _unnested(table: pa.Table, nested: str, source: str) -> pa.Table:
    if nested not in table.column_names:
        raise located(f"is missing; there are {', '.join(table.column_names)}", source=source, column=nested)
    column = table[nested].combine_chunks()
    table = table.drop_columns([nested])
    if pa.types.is_struct(column.type):
        fields = {field.name: pc.struct_field(column, field.name) for field in column.type}
    elif is_list(column.type) and pa.types.is_struct(column.type.value_type):
        fields = {
            field.name: pa.LargeListArray.from_arrays(
                pc.cast(column.offsets, pa.int64()), pc.struct_field(column.values, field.name)
            )
            for field in column.type.value_type
        }
    else:
        raise located(
            f"must be a struct of lists or a list of structs, and is {column.type}", source=source, column=nested
        )
    for name, values in fields.items():
        table = table.append_column(name, values)
    return table


def _from_lists(
    table: pa.Table, names: Mapping[str, str], source: str
) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]], pa.Table]:
    lengths = _lengths(table[names["time"]])
    points = {}
    for role, name in names.items():
        if not is_list(table.schema.field(name).type):
            raise located(f"must be a list, as {names['time']} is", source=source, column=name)
        own = _lengths(table[name])
        if (own != lengths).any():
            row = int(np.argmax(own != lengths))
            ids = table["object_id"] if "object_id" in table.column_names else None
            raise located(
                f"has {own[row]} points and {names['time']} {lengths[row]}",
                source=source, object_id=str(ids[row].as_py() if ids is not None else row), column=name,
            )  # fmt: skip
        points[role] = _values(pc.list_flatten(table[name]), role, name, source)
    plain = [field.name for field in table.schema if not is_list(field.type)]
    objects = table.select(plain) if plain else pa.table({"object_id": [str(i) for i in range(table.num_rows)]})
    return np.repeat(np.arange(table.num_rows), lengths), points, objects


def _from_rows(
    table: pa.Table, names: Mapping[str, str], object_id: str, source: str
) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]], pa.Table]:
    if object_id not in table.column_names:
        raise located(
            f"is missing; there are {', '.join(table.column_names)}: with one row per point, it says whose a point is",
            source=source, column=object_id,
        )  # fmt: skip
    ids = table[object_id].cast(pa.string()).combine_chunks().dictionary_encode()
    if ids.null_count:
        raise located(f"is null in {ids.null_count} rows: say whose these points are", source=source, column=object_id)
    owner = ids.indices.to_numpy().astype(np.int64)
    points = {role: _values(table[name], role, name, source) for role, name in names.items()}
    _, first = np.unique(owner, return_index=True)
    columns = {"object_id": ids.dictionary}
    for name in table.column_names:
        if name in (*names.values(), object_id):
            continue
        values = table[name].combine_chunks()
        own = values.take(pa.array(first))
        same = pc.equal(values, own.take(pa.array(owner)))
        both_null = pc.and_(values.is_null(), own.take(pa.array(owner)).is_null())
        if pc.all(pc.fill_null(pc.or_kleene(same, both_null), False)).as_py():
            columns[name] = own
    return owner, points, pa.table(columns)


def _lengths(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return pc.fill_null(pc.list_value_length(column), 0).to_numpy().astype(np.int64)


def _values(values: Any, role: str, name: str, source: str) -> NDArray[Any]:
    if role == "band":
        return np.array(pc.fill_null(values.cast(pa.string()), "").to_pylist(), object)
    try:
        return np.asarray(values.cast(pa.float64()).to_numpy(), np.float64)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise located(f"must hold numbers ({str(error).splitlines()[0]})", source=source, column=name) from error

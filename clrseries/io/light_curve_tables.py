"""Reading of light curves from tables, with one row per object or one row per point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..errors import located
from ..series import Series
from ..series.photometry import flux_from_magnitude
from .tables import is_list


def light_curves_of_table(
    table: pa.Table,
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
    source: str = "",
) -> Series:
    """Read light curves from a table in memory.

    Parameters
    ----------
    table : pyarrow.Table
        One row per object, with lists, or one row per point.
    time, flux, error, band, object_id, nested, magnitudes, zero_point, bands, rename : object
        As :func:`clrseries.read_light_curves` takes them.
    source : str
        File or table, for errors.

    Returns
    -------
    Series

    Raises
    ------
    InputError
        A column is missing, lists have different lengths, a band is unknown, or no point can be used.
    """
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

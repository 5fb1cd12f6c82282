"""The NumPy array behind an array of another library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import located
from .unit import unit_of


def opened(data: Any, what: str) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return the bare array of NumPy behind an array of any library, and its mask.

    Parameters
    ----------
    data : array-like
        As :func:`clrseries.border.plain` takes it; the library is told by what the object offers.
    what : str
        Name of the data, for the error.

    Returns
    -------
    array, bool array
        The values, which may be Python objects or big-endian, and where they are missing.

    Raises
    ------
    InputError
        `data` is not an array, or has rows of different lengths.
    """
    library = type(data).__module__.partition(".")[0]
    if isinstance(data, np.ma.MaskedArray):
        return np.asarray(data.data), np.ma.getmaskarray(data)
    if hasattr(data, "unmasked") and hasattr(data, "mask"):  # Masked of astropy
        bare = data.unmasked
        return np.asarray(getattr(bare, "value", bare)), np.broadcast_to(np.asarray(data.mask, bool), np.shape(bare))
    if library == "pandas":
        return _from_pandas(data)
    if library in ("pyarrow", "polars"):
        return _from_arrow(data, what)
    if library == "torch":
        data = data.detach().cpu()
        data = data.float() if str(data.dtype) == "torch.bfloat16" else data
        data = data.numpy()
    elif hasattr(data, "__cuda_array_interface__") and hasattr(data, "get"):
        data = data.get()
    elif unit_of(data) is not None and hasattr(data, "value"):
        data = data.value
    elif isinstance(data, Sequence) and any(unit_of(one) is not None for one in data):
        return _joined_quantities(data, what)
    elif isinstance(data, Sequence) and not isinstance(data, str) and any(hasattr(one, "mask") for one in data):
        data = np.ma.stack([np.ma.asarray(one) for one in data])
        return np.asarray(data.data), np.ma.getmaskarray(data)
    try:
        values = np.asarray(data)
    except ValueError as error:
        raise located("has rows of different lengths: give one array for each object", column=what) from error
    if values.dtype == object and values.ndim == 0 and values.item() is not None:
        raise located(f"must be an array, and is {type(data).__name__}", column=what)
    return values, np.zeros(values.shape, bool)


def _joined_quantities(data: Sequence[Any], what: str) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    # A list of quantities: the unit of the first one is found again by `_from_objects`, which converts the others to it.
    values = np.empty(len(data), object)
    values[:] = list(data)
    if any(np.ndim(one) for one in data):
        raise located("is a list of arrays with units: give one array for each object, all in one unit", column=what)
    return values, np.zeros(len(data), bool)


def _from_pandas(data: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    import pandas

    mask = np.asarray(data.isna(), bool)
    kind = str(getattr(data, "dtype", ""))
    if kind == "category":
        return np.asarray(data, object), mask
    elif getattr(getattr(data, "dtype", None), "tz", None) is not None:
        data = pandas.Series(data).dt.tz_convert("UTC").dt.tz_localize(None)
    if pandas.api.types.is_numeric_dtype(data.dtype) and mask.any():
        return data.to_numpy(dtype=np.float64, na_value=np.nan), mask
    values = data.to_numpy()
    return values, mask


def _from_arrow(data: Any, what: str) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    import pyarrow as pa

    column = data if isinstance(data, pa.Array | pa.ChunkedArray) else pa.chunked_array(data)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
        column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_nested(column.type):
        rows = column.to_pylist()
        if len({None if row is None else len(row) for row in rows}) > 1 or not rows or rows[0] is None:
            raise located("has rows of different lengths: give one array for each object", column=what)
        values = np.array(rows, object if any(None in row for row in rows) else None)
        return values, np.zeros(values.shape, bool)
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = column.cast(pa.timestamp(column.type.unit))  # the numbers are UTC already
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    mask = np.asarray(column.is_null().to_numpy(zero_copy_only=False), bool)
    if column.null_count and (pa.types.is_integer(column.type) or pa.types.is_boolean(column.type)):
        column = column.fill_null(0)
    return column.to_numpy(zero_copy_only=False), mask

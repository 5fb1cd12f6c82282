"""Arrays of N objects, given together or one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import located
from .plain import floating


class Rows(NamedTuple):
    """The arrays of N objects.

    Parameters
    ----------
    values : list of N float arrays
        Numbers, all in `unit`; NaN where a value is missing.
    missing : list of N bool arrays
        Where a value is masked or null; a NaN in an array without a mask is not missing.
    unit : astropy unit or None
        The unit of the first array that has one.
    single : bool
        Whether the data were a single one-dimensional array.
    """

    values: list[NDArray[np.floating]]
    missing: list[NDArray[np.bool_]]
    unit: Any
    single: bool


def rows_of(data: Any, what: str = "data") -> Rows:
    """Read the arrays of N objects, given together or one by one.

    Parameters
    ----------
    data : array-like (P,) or (..., P), or iterable of N arrays
        One array of numbers is one object, or one object for each row; a column of lists is one object for each list.
    what : str
        Name of the data, for the error.

    Returns
    -------
    Rows

    Raises
    ------
    InputError
        `data` does not hold numbers, or has units that cannot be converted into each other.
    """
    if not holds_rows(data):
        values, unit, mask = floating(data, what)
        if values.ndim == 0:
            raise located("is a single number: give an array", column=what)
        shape = (-1, values.shape[-1]) if values.size else (0 if values.ndim == 1 else len(values), 0)
        return Rows(list(values.reshape(shape)), list(mask.reshape(shape)), unit, values.ndim == 1)
    found = [floating(row, what) for row in (data.to_pylist() if hasattr(data, "to_pylist") else data)]
    first = next((row.unit for row in found if row.unit is not None), None)
    converted = [in_unit(row.values, row.unit, first, what).ravel() for row in found]
    return Rows(converted, [row.mask.ravel() for row in found], first, False)


def in_unit(values: NDArray[np.floating], unit: Any, wanted: Any, what: str) -> NDArray[np.floating]:
    """Convert numbers to another unit.

    Parameters
    ----------
    values : float array
        The numbers.
    unit, wanted : astropy unit or None
        Their unit and the wanted one; without a unit, the numbers are taken to be in the wanted one.
    what : str
        Name of the data, for the error.

    Returns
    -------
    float array

    Raises
    ------
    InputError
        The unit cannot be converted, or there is no wanted unit to convert it to.
    """
    if unit is None or unit == wanted:
        return values
    if wanted is None:
        raise located(f"is in {_named(unit)} and what it belongs to has no unit: give both one", column=what)
    try:
        return np.asarray(values * unit.to(wanted))
    except Exception as error:  # UnitConversionError, and others for units that are functions
        raise located(f"is in {_named(unit)}, which cannot be converted to {_named(wanted)}", column=what) from error


def _named(unit: Any) -> str:
    return str(unit) or "no unit (dimensionless)"


def holds_rows(data: Any) -> bool:
    """Return whether data are a column or a list of arrays, and not one array.

    Parameters
    ----------
    data : array-like
        The data.

    Returns
    -------
    bool
    """
    if isinstance(data, np.ndarray):
        return data.dtype == object and data.ndim == 1 and any(np.ndim(one) > 0 for one in data)
    library = type(data).__module__.partition(".")[0]
    if library == "pyarrow":
        import pyarrow as pa

        return pa.types.is_nested(data.type)
    if library == "polars":
        return data.dtype.is_nested()
    if library == "pandas":
        return data.ndim == 1 and len(data) > 0 and np.ndim(data.iloc[0] if hasattr(data, "iloc") else data[0]) > 0
    if hasattr(data, "ndim") or hasattr(data, "unit") or hasattr(data, "mjd"):
        return False
    if not isinstance(data, Sequence):
        return hasattr(data, "__iter__") and not isinstance(data, str | bytes)
    return any(not isinstance(one, str | bytes) and (hasattr(one, "__len__") or np.ndim(one) > 0) for one in data)

"""Reading of arrays of any library: their values, their unit and which of them are missing."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import located
from .libraries import opened
from .objects import from_objects
from .unit import unit_of


class Plain(NamedTuple):
    """An array without anything attached, and what was attached to it.

    Parameters
    ----------
    values : array
        The values, in the byte order of the machine; where `mask` is true, they have no meaning.
    unit : astropy unit or None
        None if the array has no unit.
    mask : bool array
        Where there is no value; of the shape of `values`.
    """

    values: NDArray[Any]
    unit: Any
    mask: NDArray[np.bool_]


def plain(data: Any, what: str = "data") -> Plain:
    """Read the values, the unit and the mask of an array of any library.

    Parameters
    ----------
    data : array-like
        A number, a (nested) list, or an array of NumPy (also masked or big-endian), astropy (Quantity, Column, Masked), pandas,
        polars, pyarrow, xarray, CuPy or torch. None, null, NA and NaT are missing values.
    what : str
        Name of the data, for the error.

    Returns
    -------
    Plain
        Values, unit and mask. Text and times are kept as they are.

    Raises
    ------
    InputError
        `data` is not an array, is ragged or structured, or holds complex numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.border import plain
    >>> found = plain(np.ma.masked_array([1.0, -999.0], mask=[False, True]))
    >>> found.mask.tolist()
    [False, True]
    """
    unit = unit_of(data)
    values, mask = opened(data, what)
    if values.dtype.names is not None or values.dtype.kind == "c":
        raise located(f"must hold plain numbers, and holds {values.dtype}", column=what)
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    if values.dtype == object:
        values, mask, found = from_objects(values, mask, what)
        unit = found if unit is None else unit
    if values.dtype.kind == "M":
        mask = mask | np.isnat(values)
    return Plain(values, unit, mask)


def numbers(data: Any, what: str = "data") -> tuple[NDArray[np.floating], Any]:
    """Read an array of any library as floating-point numbers, with NaN where a value is missing.

    Parameters
    ----------
    data : array-like
        As :func:`plain` takes it.
    what : str
        Name of the data, for the error.

    Returns
    -------
    float array, astropy unit or None
        The values, in float32 if they were so and else in float64, and their unit.

    Raises
    ------
    InputError
        `data` does not hold numbers.

    Examples
    --------
    >>> from clrseries.border import numbers
    >>> numbers([1.5, None])
    (array([1.5, nan]), None)
    """
    values, unit, _ = floating(data, what)
    return values, unit


def floating(data: Any, what: str = "data") -> Plain:
    """Read an array of any library as floating-point numbers, with NaN where a value is missing, and keep the mask.

    Parameters
    ----------
    data : array-like
        As :func:`plain` takes it.
    what : str
        Name of the data, for the error.

    Returns
    -------
    Plain
        The values are in float32 if they were so, and else in float64.

    Raises
    ------
    InputError
        `data` does not hold numbers.
    """
    values, unit, mask = plain(data, what)
    if values.dtype.kind not in "fiub":
        raise located(f"must hold numbers, and holds {_kind(values)}", column=what)
    if values.dtype.type not in (np.float32, np.float64):
        values = values.astype(np.float64)
    if mask.any():
        values = np.where(mask, values.dtype.type(np.nan), values)
    return Plain(values, unit, mask)


def texts(data: Any, what: str = "data") -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Read an array of names as text, exactly as written.

    Parameters
    ----------
    data : array-like of str, bytes or int
        As :func:`plain` takes it.
    what : str
        Name of the data, for the error.

    Returns
    -------
    array of str, bool array
        The names as an object array, and where they are missing.

    Raises
    ------
    InputError
        `data` is not an array.
    """
    values, _, mask = plain(data, what)
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    found = np.array([str(value) for value in values.ravel()], object).reshape(values.shape)
    return found, mask


def _kind(values: NDArray[Any]) -> str:
    names = {"U": "text", "O": "text", "S": "text", "M": "times", "m": "differences of times"}
    return names.get(values.dtype.kind, str(values.dtype))

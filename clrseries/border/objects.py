"""Arrays of Python objects."""

from __future__ import annotations

import datetime
import numbers as number_types
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import located
from .unit import unit_of


def from_objects(
    values: NDArray[Any], mask: NDArray[np.bool_], what: str
) -> tuple[NDArray[Any], NDArray[np.bool_], Any]:
    """Read an array of Python objects: numbers, quantities of one unit, times or text, and missing values.

    Parameters
    ----------
    values : object array
        The objects.
    mask : bool array
        Which of them are known to be missing.
    what : str
        Name of the data, for the error.

    Returns
    -------
    array, bool array, astropy unit or None
        The values with a type of NumPy (text stays objects), which of them are missing, and the unit of quantities.

    Raises
    ------
    InputError
        Some quantities have no unit, or the objects are arrays of different lengths.
    """
    flat = values.ravel()
    missing = mask.ravel() | np.array([_is_missing(one) for one in flat], bool)
    known = flat[~missing]
    unit = next((unit_of(one) for one in known if unit_of(one) is not None), None)
    if unit is not None:
        if any(unit_of(one) is None for one in known):
            raise located("holds numbers with and without a unit: give all of them one", column=what)
        known = np.array([one.to_value(unit) for one in known])
    if len(known) == 0:
        return np.full(values.shape, np.nan), missing.reshape(values.shape), unit
    if all(isinstance(one, number_types.Number | np.number) or type(one).__name__ == "Decimal" for one in known):
        whole = all(isinstance(one, int | np.integer) and not isinstance(one, bool) for one in known)
        filled: NDArray[Any] = np.zeros(len(flat), object if whole else np.float64)
        filled[~missing] = known
        if whole:
            try:
                filled = filled.astype(np.int64)
            except OverflowError:
                filled = filled.astype(np.float64)
    elif all(isinstance(one, datetime.date | np.datetime64) for one in known):
        filled = np.full(len(flat), np.datetime64("NaT"), "datetime64[us]")
        filled[~missing] = [_in_utc(one) for one in known]
    elif any(isinstance(one, Sequence | np.ndarray) and not isinstance(one, str | bytes) for one in known):
        raise located("has rows of different lengths: give one array for each object", column=what)
    else:
        filled = np.full(len(flat), "", object)
        filled[~missing] = [one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in known]
    return filled.reshape(values.shape), missing.reshape(values.shape), unit


def _is_missing(one: Any) -> bool:
    if one is None or one is np.ma.masked or type(one).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(one, np.datetime64) and bool(np.isnat(one))


def _in_utc(one: Any) -> np.datetime64:
    if isinstance(one, datetime.datetime) and one.tzinfo is not None:
        one = one.astimezone(datetime.UTC).replace(tzinfo=None)
    return np.datetime64(one).astype("datetime64[us]")

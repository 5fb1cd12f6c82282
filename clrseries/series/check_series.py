"""Whether an argument is a Series."""

from __future__ import annotations

from typing import Any

from ..errors import InputError
from .series import Series


def check_series(data: Any, what: str) -> Series:
    """Check that an argument is a Series, and return it.

    Parameters
    ----------
    data : object
        The argument.
    what : str
        Name of what takes it, for the error message.

    Returns
    -------
    Series

    Raises
    ------
    InputError
        It is something else.
    """
    if not isinstance(data, Series):
        raise InputError(
            f"{what} takes a Series, got {type(data).__name__}: read files with read_spectra or read_light_curves, "
            "other data with Series.from_arrays or Series.from_points"
        )
    return data

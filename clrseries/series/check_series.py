"""Whether an argument is a Series, and whether that holds light curves."""

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


def check_light_curves(series: Series, what: str) -> None:
    """Check that a series holds light curves.

    Parameters
    ----------
    series : Series
        Light curves or spectra.
    what : str
        Name of the function that takes light curves alone, for the error.

    Raises
    ------
    InputError
        The series holds spectra.

    Examples
    --------
    >>> from clrseries import datasets
    >>> from clrseries.series.check_series import check_light_curves
    >>> check_light_curves(datasets.simulated_light_curves(1), "with_periods")
    """
    if series.band is None:
        raise InputError(f"{what}: needs light curves, and the series holds spectra")

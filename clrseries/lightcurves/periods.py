"""Periods of light curves as columns of a series."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ..argument_types import check_whole
from ..errors import InputError
from ..series import Series
from ..series.check_series import check_light_curves
from .periodogram import candidates
from .relative_points import relative_points


def with_periods(series: Series, count: int = 3, *, shortest: float | None = None) -> Series:
    """Find the periods of light curves, and return the series with columns of the most likely ones.

    All bands count together: each is taken relative to its own level and scatter. Candidates are separate peaks of the Lomb-Scargle
    periodogram (compiled code of nifty-ls), refined and ranked by how much of the variance four harmonics explain. Aliases of a day
    and half or twice the true period are the usual faults; this is why there are several candidates.

    Parameters
    ----------
    series : Series
        N light curves; errors count as weights.
    count : int
        How many periods of each object, at least 1.
    shortest : float, optional
        Shortest period [day]; default twice the mean spacing of the points, between 0.01 and 0.1 days. The longest period
        is the time that the points span.

    Returns
    -------
    Series
        With the columns ``period_1``, ``period_2``, ... [day], most likely first, and ``power_1``, ``power_2``, ..., the fraction of
        the variance that a series of four harmonics of this period explains. Null where there is no such candidate, as
        for objects without five usable points in any band.

    Raises
    ------
    InputError
        The series holds spectra, an argument is out of range, or the package nifty-ls is not installed.

    References
    ----------
    VanderPlas & Ivezic 2015, arXiv:1502.01344 (bands that share a phase); Garrison et al. 2024, arXiv:2409.08090 (nifty-ls).

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Series, lightcurves as lc
    >>> time = np.sort(np.random.default_rng(0).uniform(0, 90, 80))
    >>> star = Series.from_points([time], [10 + np.sin(2 * np.pi * time / 0.6127)], [np.full(80, 0.1)])
    >>> round(lc.with_periods(star).table["period_1"][0].as_py(), 3)
    0.613
    """
    check_light_curves(series, "with_periods")
    check_whole("count", count, 1)
    if shortest is not None and not (np.isfinite(shortest) and shortest > 0):
        raise InputError(f"shortest must be a positive number of days, got {shortest!r}")
    values = np.full((2, count, len(series)), np.nan)
    for i in range(len(series)):
        for k, peak in enumerate(candidates(relative_points(series, i), count, shortest)):
            values[:, k, i] = peak
    columns = {
        f"{name}_{k + 1}": pa.array(values[row, k], from_pandas=True)
        for k in range(count)
        for row, name in enumerate(("period", "power"))
    }
    return series.with_columns(columns)

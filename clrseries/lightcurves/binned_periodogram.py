"""The periodogram of light curves as columns of a series: the highest power within fixed bins of frequency."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..series import Series
from ..series.check_series import check_light_curves
from .periodogram import lomb_scargle
from .relative_points import FEWEST, RelativePoints, relative_points

BINS = 80
LONGEST, SHORTEST = 1000.0, 0.05  # [day]
EDGES = np.geomspace(1.0 / LONGEST, 1.0 / SHORTEST, BINS + 1)  # [1 / day]
OVERSAMPLE = 4  # frequencies for each 1 / baseline: peaks are not refined, and lose 5 % of their height at most
PERIODOGRAM = tuple(f"periodogram_{k + 1}" for k in range(BINS))


def with_periodogram(series: Series) -> Series:
    """Return light curves with their periodogram as columns, for a classifier or an encoder with columns.

    The bins are the same for all surveys: 80 of equal width in the logarithm of the frequency, from periods of 1000 days to 0.05 days.
    A column is the highest power within its bin: the fraction of the variance that a sine explains, all bands together.

    Parameters
    ----------
    series : Series
        N light curves; errors count as weights.

    Returns
    -------
    Series
        With the columns ``periodogram_1``, the longest periods, to ``periodogram_80``. Null where the light curve cannot tell: periods longer
        than the time that its points span, or shorter than :func:`with_periods` searches by default; and for objects without five usable points in any band.

    Raises
    ------
    InputError
        The series holds spectra, or the package nifty-ls is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Series, lightcurves as lc
    >>> time = np.sort(np.random.default_rng(0).uniform(0, 90, 80))
    >>> star = Series.from_points([time], [10 + np.sin(2 * np.pi * time / 0.6127)], [np.full(80, 0.1)])
    >>> powers = lc.with_periodogram(star).table.select([f"periodogram_{k + 1}" for k in range(80)]).to_pylist()[0]
    >>> max(powers, key=lambda name: powers[name] or 0.0)  # periods from 0.595 to 0.673 days
    'periodogram_60'
    """
    check_light_curves(series, "with_periodogram")
    rows = np.array([_highest_in_bins(relative_points(series, i)) for i in range(len(series))]).reshape(-1, BINS)
    return series.with_columns({name: pa.array(rows[:, k], from_pandas=True) for k, name in enumerate(PERIODOGRAM)})


def _highest_in_bins(points: RelativePoints) -> NDArray[np.float64]:
    """Return the highest power in each bin, linear between the frequencies; NaN in bins that these do not cover."""
    if len(points.time) < FEWEST or not points.time[-1] > points.time[0]:
        return np.full(BINS, np.nan)
    frequency, power = lomb_scargle(points, oversample=OVERSAMPLE)
    at_edges = np.interp(EDGES, frequency, power, left=np.nan, right=np.nan)
    first = np.searchsorted(frequency, EDGES)
    inside = np.maximum.reduceat(np.append(power, 0.0), first)[:-1]
    inside[first[1:] == first[:-1]] = 0.0  # at long periods there may be no frequency between two edges
    return np.asarray(np.maximum(np.maximum(at_edges[:-1], at_edges[1:]), inside))

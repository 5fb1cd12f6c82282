"""Times of the first point, the peak and the detections of each light curve, and its length."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..kernels.lightcurves.origin import DETECTED
from ..series import Series

Array = NDArray[np.float64]
ALONE = 30.0  # a detection without another one within so many days may be an artifact ...
MOST = 0.8  # ... and is ignored if at least this fraction of the detections do have another one


class Moments:
    """Times of the peak and of the detections of each light curve, from its first point.

    Parameters
    ----------
    series : Series
        N light curves.
    """

    def __init__(self, series: Series) -> None:
        self.series = series
        self.starts = series.offsets[:-1]

    @cached_property
    def first_time(self) -> Array:
        """Absolute time of the first point [day], float64 (N,)."""
        return self.series.x[self.starts]

    @cached_property
    def span(self) -> Array:
        """Time from the first point to the last [day], float64 (N,)."""
        return self.series.x[self.series.offsets[1:] - 1] - self.first_time

    @cached_property
    def peak(self) -> Array:
        """Time of the brightest point with S/N above 5 [day], float64 (N,); without one, of the first point with ivar above 0."""
        flux, snr = self.series.flux, self._snr
        score = np.where(snr > DETECTED, flux, np.where(snr > -np.inf, -1e30, -np.inf))
        return self._time_of_highest(score)

    @cached_property
    def detection(self) -> Array:
        """Time of the first point with S/N above 5 [day], float64 (N,); without such a point, of the first point."""
        number = np.arange(len(self.series.x), dtype=np.float64)
        return self._time_of_highest(np.where(self._snr > DETECTED, -number, -np.inf))

    @cached_property
    def significant(self) -> tuple[Array, Array]:
        """Times of the first and the last point with |S/N| above 5 [day], float64 (N,) each; without one, of the most significant point.

        If at least 80 % of them have another one within 30 days, only these count: a bad subtraction is often alone.
        """
        size = np.where(self._snr > -np.inf, np.abs(self._snr), -1.0)
        lengths = np.diff(self.series.offsets)
        most = np.repeat(np.maximum.reduceat(size, self.starts), lengths)
        counts = (size > DETECTED) | (size == most)
        confirmed = self._with_another(counts)
        enough = np.add.reduceat(confirmed, self.starts, dtype=float) >= MOST * np.add.reduceat(
            counts, self.starts, dtype=float
        )
        counts = np.where(np.repeat(enough, lengths), confirmed, counts)
        number = np.arange(len(size), dtype=np.float64)
        return (
            self._time_of_highest(np.where(counts, -number, -np.inf)),
            self._time_of_highest(np.where(counts, number, -np.inf)),
        )

    def _with_another(self, counts: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which of some points have another of them within `ALONE` days; one at the same time is another."""
        places = np.flatnonzero(counts)
        curve = np.searchsorted(self.series.offsets, places, side="right")
        near = (np.diff(self.series.x[places]) <= ALONE) & (np.diff(curve) == 0)
        found = np.zeros(len(counts), bool)
        found[places] = np.append(near, False) | np.append(False, near)
        return found

    @cached_property
    def _snr(self) -> Array:
        good = self.series.ivar > 0
        return np.where(good, self.series.flux * np.sqrt(self.series.ivar), -np.inf)

    def _time_of_highest(self, score: Array) -> Array:
        highest = np.maximum.reduceat(score, self.starts)
        lengths = np.diff(self.series.offsets)
        places = np.where(score == np.repeat(highest, lengths), np.arange(len(score)), len(score))
        return self.series.x[np.minimum.reduceat(places, self.starts)] - self.first_time

"""What a step of a light curve's forward model sees and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..augment.step import Array, BaseDrawing, BaseStep, Columns
from ..errors import InputError
from ..series import Series

__all__ = ["Array", "Columns", "CurveDrawing", "CurveStep", "Moments", "band_numbers"]

DETECTED = 5.0  # sigma


class Moments:
    """Times that matter in each light curve of a batch, in days from its first point, float64 (N,) each."""

    def __init__(self, series: Series) -> None:
        self.series = series
        self.starts = series.offsets[:-1]

    @cached_property
    def first_time(self) -> Array:
        """The absolute time of the first point."""
        return self.series.x[self.starts]

    @cached_property
    def span(self) -> Array:
        """From the first point to the last."""
        return self.series.x[self.series.offsets[1:] - 1] - self.first_time

    @cached_property
    def peak(self) -> Array:
        """The brightest of the points measured with S/N above 5; of all good points, where there is none."""
        flux, snr = self.series.flux, self._snr
        score = np.where(snr > DETECTED, flux, np.where(snr > -np.inf, -1e30, -np.inf))
        return self._time_of_highest(score)

    @cached_property
    def detection(self) -> Array:
        """The first point with S/N above 5; the first point, where there is none."""
        number = np.arange(len(self.series.x), dtype=np.float64)
        return self._time_of_highest(np.where(self._snr > DETECTED, -number, -np.inf))

    @cached_property
    def _snr(self) -> Array:
        good = self.series.ivar > 0
        return np.where(good, self.series.flux * np.sqrt(self.series.ivar), -np.inf)

    def _time_of_highest(self, score: Array) -> Array:
        highest = np.maximum.reduceat(score, self.starts)
        lengths = np.diff(self.series.offsets)
        at = np.where(score == np.repeat(highest, lengths), np.arange(len(score)), len(score))
        return self.series.x[np.minimum.reduceat(at, self.starts)] - self.first_time


@dataclass(frozen=True)
class CurveDrawing(BaseDrawing):
    """What a step sees while it draws: also where each curve's points lie in time."""

    moments: Moments

    def moved(self, days: Array) -> Array:
        """Where the source's `days` (N,) lie in the view, (N, V): behind stretching, reversing and shifting."""
        reference = self.columns["reference"]
        return reference + self.columns["stretch"] * (days[:, None] - reference) + self.columns["shift"]

    @property
    def ends(self) -> tuple[Array, Array]:
        """The first and the last day of the view, (N, V)."""
        a, b = self.moved(np.zeros(len(self.series))), self.moved(self.moments.span)
        return np.minimum(a, b), np.maximum(a, b)

    def phase_of(self, absolute: float) -> Array:
        """The day, in the object's own count, of an absolute time, (N, V)."""
        return np.broadcast_to((absolute - self.moments.first_time)[:, None], (len(self.series), self.views))


@dataclass(frozen=True)
class CurveStep(BaseStep):
    """A step of a light curve's forward model."""

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step: kernel columns by name, float64 (N, V)."""
        return {}

    def tables(self, bands: tuple[str, ...]) -> dict[str, Any]:
        """Tables of the kernel for a series of these `bands`, by their name in ``CurveTables``."""
        return {}


def band_numbers(wanted: Sequence[str], bands: tuple[str, ...], what: str) -> NDArray[np.int64]:
    """Indices of `wanted` among `bands`.

    Raises
    ------
    InputError
        A band that the series does not have.
    """
    unknown = [name for name in wanted if name not in bands]
    if unknown:
        raise InputError(f"{what}: there is no band {', '.join(map(repr, unknown))}; the series has {', '.join(bands)}")
    return np.array([bands.index(name) for name in wanted], np.int64)

"""Steps that decide when a source is seen: window, epochs, seasons, nights, weather, Moon, gaps, bands, bins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..augment.distributions import Value
from ..errors import InputError
from ..kernels.cadence import bands_present
from ..kernels.curve_layout import MONTH, YEAR
from ..kernels.layout import MOST_RUNS
from ..kernels.visits import LINEAR, NEAREST
from .step import Columns, CurveDrawing, CurveStep

EQUINOX = 51623.3  # MJD at which the Sun stands at right ascension 0 (20 March 2000)
FULL_MOON = 51564.2  # MJD of a full moon (21 January 2000)
AFTER = ("first", "detection", "peak")


@dataclass(frozen=True)
class Window(CurveStep):
    """Keep `days` of each curve, somewhere in it: another stretch of time, or an observing run."""

    days: Value
    order: ClassVar[int] = 6
    stream: ClassVar[int] = 57

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        start, stop = at.ends
        days = at.value("days", 0, low=0.0)
        begin = start + at.deviates(1) * np.maximum(stop - start - days, 0.0)
        return {"window_start": begin, "window_stop": begin + days}


@dataclass(frozen=True)
class Truncate(CurveStep):
    """Keep what is known `days` after the curve's beginning: for early classification.

    Parameters
    ----------
    days : value
    after : str
        ``"first"`` point, first ``"detection"`` (S/N above 5) or ``"peak"``.
    """

    days: Value
    after: str = "detection"
    order: ClassVar[int] = 7
    stream: ClassVar[int] = 58

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.after not in AFTER:
            raise InputError(f"Truncate: after is one of {', '.join(AFTER)}; got {self.after!r}")

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        days = {"first": np.zeros(len(at.series)), "detection": at.moments.detection, "peak": at.moments.peak}
        begin = at.ends[0] if self.after == "first" else at.moved(days[self.after])
        return {"window_stop": np.minimum(begin + at.value("days", 0), at.columns["window_stop"])}


@dataclass(frozen=True)
class Visit(CurveStep):
    """See each source at the epochs of another survey, repeated cycle by cycle.

    Parameters
    ----------
    times : sequence of float
        Epochs within one cycle [day], ascending.
    bands : sequence of str
        The band of each epoch.
    cycle : float
        Length of the cycle [day].
    reach : value
        An epoch farther than that [day] from any measurement of its band is lost.
    method : str
        ``"nearest"``: the nearest measurement stands for the epoch, with its own flux and error; none stands
        for two. ``"linear"``: the line through the measurements on both sides, whose variance
        follows from theirs.
    counterparts : mapping of band to band, optional
        Which of the series' bands stands for one of the survey's; epochs in bands without one are dropped.
    """

    times: Sequence[float]
    bands: Sequence[str]
    cycle: float
    reach: Value = 0.5
    method: str = "nearest"
    counterparts: Mapping[str, str] | None = None
    order: ClassVar[int] = 8
    stream: ClassVar[int] = 59
    methods: ClassVar[dict[str, int]] = {"nearest": NEAREST, "linear": LINEAR}

    def __post_init__(self) -> None:
        super().__post_init__()
        times = np.asarray(self.times, float)
        if len(times) == 0 or len(times) != len(self.bands) or (np.diff(times) < 0).any():
            raise InputError("Visit needs ascending times and one band for each of them")
        if not self.cycle > times[-1] - times[0] or times[0] < 0:
            raise InputError(f"Visit: the epochs must lie within one cycle of {self.cycle:g} days from 0")
        if self.method not in self.methods:
            raise InputError(f"Visit: method is one of {', '.join(self.methods)}; got {self.method!r}")

    def tables(self, bands: tuple[str, ...]) -> dict[str, Any]:
        """The epochs in bands that the series has."""
        own = [(self.counterparts or {}).get(name, name) for name in self.bands]
        kept = [(time, bands.index(name)) for time, name in zip(self.times, own, strict=True) if name in bands]
        if not kept:
            raise InputError(
                f"Visit: none of the bands {', '.join(dict.fromkeys(own))} is in the series, which has "
                f"{', '.join(bands)}: name their counterparts"
            )
        return {
            "visit_time": np.array([time for time, _ in kept]),
            "visit_band": np.array([number for _, number in kept], np.int8),
            "cycle": np.float64(self.cycle),
        }

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        shape = (len(at.series), at.views)
        return {
            "visits": np.ones(shape),
            "visit_phase": at.deviates(1),
            "visit_reach": at.value("reach", 0, low=0.0),
            "visit_method": np.full(shape, float(self.methods[self.method])),
        }


@dataclass(frozen=True)
class Seasons(CurveStep):
    """Keep one season of `length` days a year.

    Parameters
    ----------
    length : value
    ra : value, optional
        Right ascension [deg], often the name of a column: the season's middle is then when the Sun is
        opposite, with times in MJD. Without it the middle is drawn.
    """

    length: Value
    ra: Value | None = None
    order: ClassVar[int] = 9
    stream: ClassVar[int] = 60

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        if self.ra is None:
            centre = at.deviates(1) * YEAR
        else:
            opposition = (at.value("ra", 1) / 360.0 + 0.5) % 1.0 * YEAR
            centre = (at.phase_of(EQUINOX) + opposition) % YEAR
        return {"season_length": at.value("length", 0, low=0.0), "season_centre": centre}


@dataclass(frozen=True)
class Nights(CurveStep):
    """Keep what falls into a night of `hours`; when it is night (another longitude) is drawn, unless `middle` says.

    Parameters
    ----------
    hours : value
    middle : value, optional
        Middle of the night, as a fraction of a day, with times in MJD.
    """

    hours: Value = 9.0
    middle: Value | None = None
    order: ClassVar[int] = 10
    stream: ClassVar[int] = 61

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        centre = at.deviates(1) if self.middle is None else at.phase_of(0.0) % 1.0 + at.value("middle", 1)
        return {"night_length": at.value("hours", 0, low=0.0) / 24.0, "night_centre": centre % 1.0}


@dataclass(frozen=True)
class Weather(CurveStep):
    """Lose a fraction `lost` of all nights, in spells of about `spell` days: a correlated normal deviate above a limit."""

    lost: Value
    spell: Value = 3.0
    order: ClassVar[int] = 11
    stream: ClassVar[int] = 62

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        from scipy.special import ndtri

        lost = np.clip(at.value("lost", 0, low=0.0), 0.0, 1.0)
        return {"weather": -ndtri(lost), "weather_spell": at.value("spell", 1, low=1.0)}


@dataclass(frozen=True)
class Moon(CurveStep):
    """Lose nights with a chance of `lost` times the Moon's lit part; with times in MJD, or in any count if `drawn`."""

    lost: Value
    drawn: bool = False
    order: ClassVar[int] = 12
    stream: ClassVar[int] = 63

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        centre = at.deviates(1) * MONTH if self.drawn else at.phase_of(FULL_MOON) % MONTH
        return {"moon": at.value("lost", 0, low=0.0), "moon_centre": centre}


@dataclass(frozen=True)
class Gaps(CurveStep):
    """Lose `length` days `every` so many: data downlinks, the ends of quarters and sectors. Their phase is drawn."""

    every: Value
    length: Value
    order: ClassVar[int] = 13
    stream: ClassVar[int] = 64

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        every = at.value("every", 0, low=1e-3)
        return {
            "gap_every": every,
            "gap_length": at.value("length", 1, low=0.0),
            "gap_centre": at.deviates(2) * every,
        }


@dataclass(frozen=True)
class LoseDays(CurveStep):
    """Lose `count` runs (64 at most) of `days` each, anywhere: failures, engineering time."""

    count: Value
    days: Value
    order: ClassVar[int] = 14
    stream: ClassVar[int] = 65

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        return {
            "lost_runs": np.minimum(np.floor(at.value("count", 0, low=0.0)), MOST_RUNS),
            "lost_length": at.value("days", 1, low=0.0),
        }


@dataclass(frozen=True)
class DropBands(CurveStep):
    """Lose whole bands, each with the chance `lost`; one of those that the series has always stays."""

    lost: Value
    order: ClassVar[int] = 15
    stream: ClassVar[int] = 66

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        lost = at.value("lost", 0, low=0.0)
        bands = range(len(at.series.bands))
        chances = np.stack([at.deviates(1 + b) for b in bands])
        present = bands_present(at.series.band, at.series.ivar, at.series.offsets)
        has = ((present >> np.arange(len(bands))[:, None]) & 1)[..., None]
        kept = np.where(has > 0, chances, -1.0).argmax(0)
        return {"bands_lost": sum(2.0**b * ((chances[b] < lost) & (kept != b)) for b in bands)}


@dataclass(frozen=True)
class Thin(CurveStep):
    """Lose a fraction `lost` of all points, each on its own."""

    lost: Value
    order: ClassVar[int] = 16
    stream: ClassVar[int] = 67

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        return {"thin": at.value("lost", 0, low=0.0)}


@dataclass(frozen=True)
class Bin(CurveStep):
    """Average each band within bins of `days` (ivar-weighted flux and time, ivar summed); the bins' phase is drawn."""

    days: Value
    order: ClassVar[int] = 17
    stream: ClassVar[int] = 68

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        return {"bin_width": at.value("days", 0, low=1e-6), "bin_phase": at.deviates(1)}

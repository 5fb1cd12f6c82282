"""Steps for the time sampling of light curves: windows, epochs of another survey, bins, phases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from ..augment.distributions import Value
from ..border import texts
from ..errors import InputError
from ..kernels.lightcurves.visits import LINEAR, NEAREST
from ..units import days
from .step import LightCurveContext, LightCurveStep, Params

METHODS = {"nearest": NEAREST, "linear": LINEAR}


@dataclass(frozen=True, repr=False)
class Window(LightCurveStep):
    """Keep the points of each curve within a window of time, whose position is drawn.

    Parameters
    ----------
    days : float, distribution or column name
        Length of the window [day], at least 0.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, lightcurves as lc
    >>> lc.Window(Uniform(300, 900))
    Window(days=Uniform(low=300, high=900))
    """

    days: Value

    def sample(self, context: LightCurveContext) -> Params:
        start, stop = context.ends
        days = context.value("days", 0, low=0.0)
        begin = start + context.deviates(1) * np.maximum(stop - start - days, 0.0)
        return {"window_start": begin, "window_stop": begin + days}


@dataclass(frozen=True, repr=False)
class Truncate(LightCurveStep):
    """Keep the points of each curve up to some days after its begin, as for early classification.

    Parameters
    ----------
    days : float, distribution or column name
        Time of the last point after the begin [day].
    after : {"first", "detection", "peak"}
        The begin: the first point, the first point with S/N above 5, or the brightest of the points with S/N above 5.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, lightcurves as lc
    >>> lc.Truncate(Uniform(2, 30)).after
    'detection'
    """

    draws: ClassVar[bool] = False
    days: Value
    after: Literal["first", "detection", "peak"] = "detection"

    def sample(self, context: LightCurveContext) -> Params:
        if self.after == "first":
            begin = context.ends[0]
        else:
            begin = context.moved(context.moments.peak if self.after == "peak" else context.moments.detection)
        return {"window_stop": np.minimum(begin + context.value("days", 0), context.params["window_stop"])}


@dataclass(frozen=True, repr=False)
class AroundDetections(LightCurveStep):
    """Keep the points of each curve from some days before its first detection to some days after its last one.

    A survey that looks at a transient for weeks and one that looks at the same place for years then give similar views. A detection
    is a point with |S/N| above 5, brighter or fainter than the background; without one, the most significant point stands for it. A
    detection with no other within 30 days is ignored if at least 80 % of the detections do have one.

    Parameters
    ----------
    before : float, distribution or column name
        Time before the first detection [day], at least 0.
    after : float, distribution or column name
        Time after the last detection [day], at least 0.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.AroundDetections(before=20, after=60).after
    60
    """

    draws: ClassVar[bool] = False
    before: Value = 30.0
    after: Value = 30.0

    def sample(self, context: LightCurveContext) -> Params:
        one, other = (context.moved(days) for days in context.moments.significant)
        begin = np.minimum(one, other) - context.value("before", 0, low=0.0)
        end = np.maximum(one, other) + context.value("after", 1, low=0.0)
        return {
            "window_start": np.maximum(begin, context.params["window_start"]),
            "window_stop": np.minimum(end, context.params["window_stop"]),
        }


@dataclass(frozen=True, repr=False)
class Visit(LightCurveStep):
    """Sample each curve at the epochs of another survey, which repeat in cycles.

    The phase of the cycle is drawn for each view.

    Parameters
    ----------
    times : sequence of float, or Quantity
        Epochs within one cycle [day], ascending, the first at 0 or later.
    bands : sequence of str
        The band of each epoch.
    cycle : float
        Length of the cycle [day], longer than from the first epoch to the last.
    reach : float, distribution or column name
        Largest distance between an epoch and a measurement in its band [day], at least 0; other epochs are dropped.
    method : {"nearest", "linear"}
        ``"nearest"``: an epoch gets the flux and the error of the nearest measurement, and no measurement is used twice.
        ``"linear"``: the flux is interpolated linearly between the measurements before and after, and the variance follows.
    counterparts : mapping of str to str, optional
        For a band of the survey, the band of the series that replaces it; epochs in bands that the series does not have are
        dropped.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        Times do not ascend or do not fit into the cycle, or an argument has the wrong type.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.Visit(times=[0.0, 0.02], bands=["g", "r"], cycle=3.0, counterparts={"g": "B", "r": "R"}).reach
    0.5
    """

    times: Sequence[float]
    bands: Sequence[str]
    cycle: float
    reach: Value = 0.5
    method: Literal["nearest", "linear"] = "nearest"
    counterparts: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        """Check the arguments."""
        times = days(self.times)
        names, missing = texts(self.bands, "bands")
        if not np.isfinite(times).all() or missing.any():
            raise InputError("Visit: every epoch needs a finite time and a band")
        object.__setattr__(self, "times", tuple(times.tolist()))
        object.__setattr__(self, "bands", tuple(names.tolist()))
        super().__post_init__()
        if len(times) == 0 or len(times) != len(self.bands) or (np.diff(times) < 0).any():
            raise InputError("Visit needs ascending times and one band for each of them")
        if not self.cycle > times[-1] - times[0] or times[0] < 0:
            raise InputError(f"Visit: the epochs must lie within one cycle of {self.cycle:g} days from 0")

    def tables(self, bands: tuple[str, ...]) -> dict[str, Any]:
        own = [(self.counterparts or {}).get(name, name) for name in self.bands]
        kept = [(time, bands.index(name)) for time, name in zip(self.times, own, strict=True) if name in bands]
        if not kept:
            raise InputError(
                f"Visit: none of the bands {', '.join(dict.fromkeys(own))} is in the series, which has {', '.join(bands)}: "
                "name their counterparts"
            )
        return {
            "visit_time": np.array([time for time, _ in kept]),
            "visit_band": np.array([number for _, number in kept], np.int8),
            "cycle": np.float64(self.cycle),
        }

    def sample(self, context: LightCurveContext) -> Params:
        return {
            "visits": context.constant(1.0),
            "visit_phase": context.deviates(1),
            "visit_reach": context.value("reach", 0, low=0.0),
            "visit_method": context.constant(METHODS[self.method]),
        }


@dataclass(frozen=True, repr=False)
class Bin(LightCurveStep):
    """Average the points of each band in bins of time.

    Flux and time are means weighted by ivar, and ivar is the sum. The phase of the bins is drawn for each view.

    Parameters
    ----------
    days : float, distribution or column name
        Width of a bin [day], at least 1e-6.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.Bin(1.0)
    Bin(days=1.0)
    """

    days: Value

    def sample(self, context: LightCurveContext) -> Params:
        return {"bin_width": context.value("days", 0, low=1e-6), "bin_phase": context.deviates(1)}


@dataclass(frozen=True, repr=False)
class Fold(LightCurveStep):
    """Fold each curve: time becomes a phase in [0, 1), and the points are sorted by phase.

    Parameters
    ----------
    period : float, distribution or column name
        Observed period [day], at least 1e-6, often the name of a column. It is stretched as Redshift and StretchPeriod stretch
        time.
    phase : float, distribution or column name
        Phase at the origin of the view.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, lightcurves as lc
    >>> lc.Fold("period", phase=Uniform(0, 1)).period
    'period'
    """

    draws: ClassVar[bool] = False
    period: Value
    phase: Value = 0.0

    def sample(self, context: LightCurveContext) -> Params:
        period = context.value("period", 0, low=1e-6) * np.abs(context.params["stretch"])
        return {"fold": period, "fold_phase": context.value("phase", 1)}

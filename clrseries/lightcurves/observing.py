"""Steps for times without observations: seasons, nights, weather, the Moon, gaps, and dropped days, bands and points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..augment.distributions import Value
from ..augment.on_host import read_only
from ..kernels.lightcurves.cadence import bands_present
from ..kernels.lightcurves.layout import MONTH, MOST_RUNS, YEAR
from .step import LightCurveContext, LightCurveStep, Params

EQUINOX = 51623.3  # MJD at which the right ascension of the Sun is 0 (20 March 2000)
FULL_MOON = 51564.2  # MJD of a full moon (21 January 2000)


@dataclass(frozen=True, repr=False)
class Seasons(LightCurveStep):
    """Keep the points within one observing season of each year.

    Parameters
    ----------
    length : float, distribution or column name
        Length of the season [day], at least 0.
    ra : float, distribution or column name, optional
        Right ascension [deg], often the name of a column. The middle of the season is then the opposition to the Sun, and times
        must be MJD. Without it, the middle of the season is drawn.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, lightcurves as lc
    >>> lc.Seasons(Uniform(180, 260), ra="ra").ra
    'ra'
    """

    length: Value
    ra: Value | None = None

    def sample(self, context: LightCurveContext) -> Params:
        if self.ra is None:
            center = context.deviates(1) * YEAR
        else:
            opposition = (context.value("ra", 1) / 360.0 + 0.5) % 1.0 * YEAR
            center = (context.days_until(EQUINOX) + opposition) % YEAR
        return {"season_length": context.value("length", 0, low=0.0), "season_center": center}


@dataclass(frozen=True, repr=False)
class Nights(LightCurveStep):
    """Keep the points within the nights of an observatory, whose longitude is drawn.

    Parameters
    ----------
    hours : float, distribution or column name
        Length of the night [hour], at least 0.
    middle : float, distribution or column name, optional
        Middle of the night, as a fraction of a day, with times in MJD. By default it is drawn.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.Nights(hours=8.0).hours
    8.0
    """

    hours: Value = 9.0
    middle: Value | None = None

    def sample(self, context: LightCurveContext) -> Params:
        if self.middle is None:
            center = context.deviates(1)
        else:
            center = context.days_until(0.0) % 1.0 + context.value("middle", 1)
        return {"night_length": context.value("hours", 0, low=0.0) / 24.0, "night_center": center % 1.0}


@dataclass(frozen=True, repr=False)
class Weather(LightCurveStep):
    """Drop whole nights because of bad weather, which lasts for some days.

    A night is dropped if a standard normal deviate, correlated between nights, is above a limit. The sequence repeats after 512
    spells of weather.

    Parameters
    ----------
    fraction : float, distribution or column name
        Mean fraction of the nights that is dropped, from 0 to 1.
    spell : float, distribution or column name
        Typical duration of a spell of weather [day], at least 1.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, lightcurves as lc
    >>> lc.Weather(Uniform(0.1, 0.4)).spell
    3.0
    """

    fraction: Value
    spell: Value = 3.0

    def sample(self, context: LightCurveContext) -> Params:
        from scipy.special import ndtri

        dropped = np.clip(context.value("fraction", 0, low=0.0), 0.0, 1.0)
        return {"weather": -ndtri(dropped), "weather_spell": context.value("spell", 1, low=1.0)}


@dataclass(frozen=True, repr=False)
class Moon(LightCurveStep):
    """Drop whole nights because of moonlight.

    Parameters
    ----------
    fraction : float, distribution or column name
        Mean fraction of the nights that is dropped at full moon, at least 0. At other phases it is multiplied by the illuminated
        fraction of the Moon.
    random_phase : bool
        Whether the phase of the Moon is drawn. Otherwise times must be MJD, and the phase is the true one.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.Moon(0.3, random_phase=True).fraction
    0.3
    """

    fraction: Value
    random_phase: bool = False

    def sample(self, context: LightCurveContext) -> Params:
        center = context.deviates(1) * MONTH if self.random_phase else context.days_until(FULL_MOON) % MONTH
        return {"moon": context.value("fraction", 0, low=0.0), "moon_center": center}


@dataclass(frozen=True, repr=False)
class Gaps(LightCurveStep):
    """Drop the points in regular gaps, such as data downlinks or the ends of quarters and sectors.

    The time of the first gap is drawn.

    Parameters
    ----------
    every : float, distribution or column name
        Time from one gap to the next [day], at least 0.001.
    length : float, distribution or column name
        Length of a gap [day], at least 0.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.Gaps(every=13.7, length=1.0).every
    13.7
    """

    every: Value
    length: Value

    def sample(self, context: LightCurveContext) -> Params:
        every = context.value("every", 0, low=1e-3)
        return {
            "gap_every": every,
            "gap_length": context.value("length", 1, low=0.0),
            "gap_center": context.deviates(2) * every,
        }


@dataclass(frozen=True, repr=False)
class DropDays(LightCurveStep):
    """Drop the points in runs of days at random times, such as failures and engineering time.

    Parameters
    ----------
    count : float, distribution or column name
        Number of runs, rounded down, from 0 to 64.
    days : float, distribution or column name
        Length of each run [day], at least 0.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Choice, lightcurves as lc
    >>> lc.DropDays(Choice([0, 1, 2]), days=10.0).days
    10.0
    """

    count: Value
    days: Value

    def sample(self, context: LightCurveContext) -> Params:
        return {
            "dropped_runs": np.minimum(np.floor(context.value("count", 0, low=0.0)), MOST_RUNS),
            "dropped_length": context.value("days", 1, low=0.0),
        }


@dataclass(frozen=True, repr=False)
class DropBands(LightCurveStep):
    """Drop whole bands independently of each other, except that every object keeps at least one band with points.

    Parameters
    ----------
    fraction : float, distribution or column name
        Probability that a band is dropped, at least 0.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.DropBands(0.2)
    DropBands(fraction=0.2)
    """

    fraction: Value

    def sample(self, context: LightCurveContext) -> Params:
        dropped = context.value("fraction", 0, low=0.0)
        series, bands = context.series, range(len(context.series.bands))
        chances = np.stack([context.deviates(1 + b) for b in bands])
        present = bands_present(*read_only(series.band, series.ivar, series.offsets))
        has = ((present >> np.arange(len(bands))[:, None]) & 1)[..., None]
        kept = np.where(has > 0, chances, -1.0).argmax(0)
        return {"dropped_bands": sum((2.0**b * ((chances[b] < dropped) & (kept != b)) for b in bands), np.zeros(()))}


@dataclass(frozen=True, repr=False)
class DropPoints(LightCurveStep):
    """Drop single points independently of each other.

    Parameters
    ----------
    fraction : float, distribution or column name
        Mean fraction of the points that is dropped, at least 0.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, lightcurves as lc
    >>> lc.DropPoints(Uniform(0.1, 0.6))
    DropPoints(fraction=Uniform(low=0.1, high=0.6))
    """

    fraction: Value

    def sample(self, context: LightCurveContext) -> Params:
        return {"dropped_fraction": context.value("fraction", 0, low=0.0)}

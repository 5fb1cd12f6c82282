"""Steps for the source: its redshift, time scale, phase, amplitude and flares."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from ..augment.distributions import Value
from ..kernels.lightcurves.layout import MOST_FLARES
from .step import Array, LightCurveContext, LightCurveStep, Params


@dataclass(frozen=True, repr=False)
class Redshift(LightCurveStep):
    """Move each source from the redshift it was observed at to another one.

    Time is stretched by s = (1 + to) / (1 + z), about the middle of the curve. The flux density F_nu is multiplied by s (d_L(z)
    / d_L(to))^2, in the Planck 2018 cosmology. There is no K-correction: each band keeps its light. If the spectrum of the
    source matters, use :func:`clrseries.lightcurves.redshifted` instead.

    Parameters
    ----------
    to : float, distribution or column name
        Redshift in the view, from 1e-4 to 30.
    z : float, distribution or column name
        Redshift in the data, from 1e-4 to 30; often the name of a column.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, lightcurves as lc
    >>> lc.Redshift(to=Uniform(0.05, 0.2))
    Redshift(to=Uniform(low=0.05, high=0.2))
    """

    draws: ClassVar[bool] = False
    to: Value
    z: Value = "z"

    def sample(self, context: LightCurveContext) -> Params:
        seen, wanted = context.value("z", 0, low=1e-4), context.value("to", 1, low=1e-4)
        stretch = (1.0 + wanted) / (1.0 + seen)
        ratio = luminosity_distance(seen) / luminosity_distance(wanted)
        return {"stretch": stretch, "reference": context.middle, "flux_scale": stretch * ratio**2}


@dataclass(frozen=True, repr=False)
class StretchPeriod(LightCurveStep):
    """Stretch the time of each curve about its middle, so that the same shape has another period.

    Parameters
    ----------
    factor : float, distribution or column name
        Factor on all times, at least 0.001.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, lightcurves as lc
    >>> lc.StretchPeriod(Uniform(0.9, 1.1))
    StretchPeriod(factor=Uniform(low=0.9, high=1.1))
    """

    draws: ClassVar[bool] = False
    factor: Value

    def sample(self, context: LightCurveContext) -> Params:
        return {"stretch": context.value("factor", 0, low=1e-3), "reference": context.middle}


@dataclass(frozen=True, repr=False)
class ReverseTime(LightCurveStep):
    """Reverse the time of each curve about its middle.

    Use it only for sources for which rise and decline may be exchanged.

    Parameters
    ----------
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.ReverseTime(probability=0.5)
    ReverseTime(probability=0.5)
    """

    draws: ClassVar[bool] = False

    def sample(self, context: LightCurveContext) -> Params:
        return {"stretch": context.constant(-1.0), "reference": context.middle}


@dataclass(frozen=True, repr=False)
class ShiftTime(LightCurveStep):
    """Shift the time of each curve, relative to the seasons, nights, Moon and epochs of the observations.

    Parameters
    ----------
    days : float, distribution or column name
        Shift to later times [day]; negative for earlier ones.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, lightcurves as lc
    >>> lc.ShiftTime(Uniform(-365, 365))
    ShiftTime(days=Uniform(low=-365, high=365))
    """

    draws: ClassVar[bool] = False
    days: Value

    def sample(self, context: LightCurveContext) -> Params:
        return {"shift": context.value("days", 0)}


@dataclass(frozen=True, repr=False)
class Amplify(LightCurveStep):
    """Multiply the variation of each curve about the median of each band, and its whole flux.

    Parameters
    ----------
    variation : float, distribution or column name
        Factor on the difference from the median of each band, at least 1e-6.
    flux : float, distribution or column name
        Factor on the flux, at least 1e-12; for a change m of the distance modulus it is 10^(-0.4 m).
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import LogUniform, lightcurves as lc
    >>> lc.Amplify(flux=LogUniform(0.5, 2)).variation
    1.0
    """

    draws: ClassVar[bool] = False
    variation: Value = 1.0
    flux: Value = 1.0

    def sample(self, context: LightCurveContext) -> Params:
        return {"amplify": context.value("variation", 0, low=1e-6), "flux_scale": context.value("flux", 1, low=1e-12)}


@dataclass(frozen=True, repr=False)
class Flares(LightCurveStep):
    """Add flares with a sudden rise and an exponential decay at random times.

    The number of flares has a Poisson distribution and is at most 32; their peaks have an exponential distribution.

    Parameters
    ----------
    rate : float, distribution or column name
        Mean number of flares per day, at least 0.
    strength : float, distribution or column name
        Mean flux of the peak, in units of the median flux, at least 0.
    decay : float, distribution or column name
        Decay time [day], at least 1e-4.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.Flares(rate=0.01, strength=0.3, decay=0.2).decay
    0.2
    """

    rate: Value
    strength: Value
    decay: Value = 0.05

    def sample(self, context: LightCurveContext) -> Params:
        from scipy.stats import poisson

        start, stop = context.ends
        number = poisson.ppf(context.deviates(3), context.value("rate", 0, low=0.0) * (stop - start))
        return {
            "flares": np.clip(np.nan_to_num(number), 0, MOST_FLARES),
            "flare_strength": context.value("strength", 1, low=0.0),
            "flare_decay": context.value("decay", 2, low=1e-4),
        }


def luminosity_distance(z: Array) -> Array:
    """Return luminosity distances in the Planck 2018 cosmology, interpolated to a relative accuracy of 1e-6.

    Parameters
    ----------
    z : float64 array
        Redshifts from 1e-4 to 30.

    Returns
    -------
    float64 array
        Of the same shape [Mpc].

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.lightcurves.source import luminosity_distance
    >>> luminosity_distance(np.array([0.1])).round()
    array([476.])
    """
    log_z, log_distance = _distances()
    return np.exp(np.interp(np.log(z), log_z, log_distance))


@cache
def _distances() -> tuple[Array, Array]:
    from astropy.cosmology import Planck18

    nodes = np.geomspace(1e-4, 30.0, 3000)
    return np.log(nodes), np.log(Planck18.luminosity_distance(nodes).value)

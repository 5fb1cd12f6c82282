"""Steps for calibration errors: zero points, jumps, trends, drifts."""

from __future__ import annotations

from dataclasses import dataclass

from ..augment.distributions import Value
from .step import LightCurveContext, LightCurveStep, Params

LN_FLUX = 0.9210340371976183  # change of ln(flux) for one magnitude


@dataclass(frozen=True, repr=False)
class ZeroPoint(LightCurveStep):
    """Multiply the flux in each band by a random factor, a shift of the zero point.

    Parameters
    ----------
    rms : float, distribution or column name
        Standard deviation of the shifts [mag], at least 0.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.ZeroPoint(0.02)
    ZeroPoint(rms=0.02)
    """

    rms: Value

    def sample(self, context: LightCurveContext) -> Params:
        return {"zero_point": LN_FLUX * context.value("rms", 0, low=0.0)}


@dataclass(frozen=True, repr=False)
class Jumps(LightCurveStep):
    """Multiply the flux in each part of a curve by a random factor, as between seasons, quarters or sectors.

    Parameters
    ----------
    rms : float, distribution or column name
        Standard deviation of the shifts [mag], at least 0.
    every : float, distribution or column name
        Length of a part [day], at least 0.001; the begin of the first part is drawn.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.Jumps(rms=0.005, every=90.0).every
    90.0
    """

    rms: Value
    every: Value

    def sample(self, context: LightCurveContext) -> Params:
        every = context.value("every", 1, low=1e-3)
        rms = LN_FLUX * context.value("rms", 0, low=0.0)
        return {"jump": rms, "jump_every": every, "jump_center": context.deviates(2) * every}


@dataclass(frozen=True, repr=False)
class Trend(LightCurveStep):
    """Change the magnitude of each curve by a parabola over its length.

    The curve gets brighter by ``slope u + curvature (u^2 - 1/3)`` magnitudes, with u from -1 at the first point to 1 at the last.

    Parameters
    ----------
    slope : float, distribution or column name
        Coefficient of u [mag].
    curvature : float, distribution or column name
        Coefficient of u^2 - 1/3 [mag].
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Normal, lightcurves as lc
    >>> lc.Trend(Normal(0, 0.05)).curvature
    0.0
    """

    slope: Value
    curvature: Value = 0.0

    def sample(self, context: LightCurveContext) -> Params:
        return {"slope": LN_FLUX * context.value("slope", 0), "curvature": LN_FLUX * context.value("curvature", 1)}


@dataclass(frozen=True, repr=False)
class RandomWalk(LightCurveStep):
    """Change the magnitude of each curve by a random walk with linear interpolation between its steps.

    A curve has at most 511 steps.

    Parameters
    ----------
    rms : float, distribution or column name
        Standard deviation of one step [mag], at least 0.
    days : float, distribution or column name
        Time between two steps [day], at least 0.001.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.RandomWalk(rms=0.01, days=30.0).rms
    0.01
    """

    rms: Value
    days: Value

    def sample(self, context: LightCurveContext) -> Params:
        return {
            "walk": LN_FLUX * context.value("rms", 0, low=0.0),
            "walk_length": context.value("days", 1, low=1e-3),
        }

"""Steps on the side of the source: distance, pace, phase, amplitude, flares."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from ..augment.distributions import Value
from ..kernels.curve_layout import MOST_FLARES
from .step import Array, Columns, CurveDrawing, CurveStep


@dataclass(frozen=True)
class Dilate(CurveStep):
    """Move each source from the redshift `z` it was seen at to `to`.

    Time runs slower by s = (1 + to) / (1 + z); flux density F_nu changes by s (d_L(z) / d_L(to))^2, in the Planck
    2018 cosmology. There is *no K-correction*: each band sees what it saw. Where the SED matters, first bring the
    curves to the wanted redshift with :func:`clrseries.monitor.gaussian_process.redshifted`.

    Parameters
    ----------
    to : value
    z : value
        Above 0, often the name of a column.
    """

    to: Value
    z: Value = "z"
    order: ClassVar[int] = 0
    stream: ClassVar[int] = 50

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        seen, wanted = at.value("z", 0, low=1e-4), at.value("to", 1, low=1e-4)
        stretch = (1.0 + wanted) / (1.0 + seen)
        ratio = luminosity_distance(seen) / luminosity_distance(wanted)
        return {"stretch": stretch, "reference": _middle(at), "flux_scale": stretch * ratio**2}


@dataclass(frozen=True)
class StretchPeriod(CurveStep):
    """Let everything take `factor` times as long: a neighbouring period, the same shape."""

    factor: Value
    order: ClassVar[int] = 1
    stream: ClassVar[int] = 51

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        return {"stretch": at.value("factor", 0, low=1e-3), "reference": _middle(at)}


@dataclass(frozen=True)
class ReverseTime(CurveStep):
    """Let time run backwards, about the middle of the curve: only where rise and fall may be exchanged."""

    order: ClassVar[int] = 2
    stream: ClassVar[int] = 52

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        return {"stretch": np.full((len(at.series), at.views), -1.0), "reference": _middle(at)}


@dataclass(frozen=True)
class ShiftTime(CurveStep):
    """Let everything happen `days` later: another phase against seasons, nights, Moon and epochs."""

    days: Value
    order: ClassVar[int] = 3
    stream: ClassVar[int] = 53

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        return {"shift": at.value("days", 0)}


@dataclass(frozen=True)
class Amplify(CurveStep):
    """Multiply what varies, and the whole.

    Parameters
    ----------
    variation : value
        Factor on the difference from each band's median.
    flux : value
        Factor on the flux: 10^(-0.4 (change of distance modulus)).
    """

    variation: Value = 1.0
    flux: Value = 1.0
    order: ClassVar[int] = 4
    stream: ClassVar[int] = 54

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        return {"amplify": at.value("variation", 0, low=1e-6), "flux_scale": at.value("flux", 1, low=1e-12)}


@dataclass(frozen=True)
class Flares(CurveStep):
    """Sudden rises with exponential decays, at times of their own.

    Parameters
    ----------
    rate : value
        Mean number a day; the number is Poisson distributed, 32 at most.
    strength : value
        Mean height, in units of the median flux; heights are exponentially distributed.
    decay : value
        [day]
    """

    rate: Value
    strength: Value
    decay: Value = 0.05
    order: ClassVar[int] = 5
    stream: ClassVar[int] = 55

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        from scipy.stats import poisson

        start, stop = at.ends
        number = poisson.ppf(at.deviates(3), at.value("rate", 0, low=0.0) * (stop - start))
        return {
            "flares": np.clip(np.nan_to_num(number), 0, MOST_FLARES),
            "flare_strength": at.value("strength", 1, low=0.0),
            "flare_decay": at.value("decay", 2, low=1e-4),
        }


@dataclass(frozen=True)
class Fold(CurveStep):
    """Fold each curve: time becomes a phase in [0, 1), and points are in order of phase.

    Parameters
    ----------
    period : value
        [day] as observed, often the name of a column; it follows what Dilate and StretchPeriod do.
    phase : value
        Added to the phase; phase 0 is else the view's origin.
    """

    period: Value
    phase: Value = 0.0
    order: ClassVar[int] = 18
    stream: ClassVar[int] = 56

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        period = at.value("period", 0, low=1e-6) * np.abs(at.columns["stretch"])
        return {"fold": period, "fold_phase": at.value("phase", 1)}


def luminosity_distance(z: Array) -> Array:
    """Luminosity distance [Mpc] of redshifts from 1e-4 to 30, Planck 2018; interpolated, to 1e-6."""
    log_z, log_distance = _distances()
    return np.exp(np.interp(np.log(z), log_z, log_distance))


@cache
def _distances() -> tuple[Array, Array]:
    from astropy.cosmology import Planck18

    nodes = np.geomspace(1e-4, 30.0, 3000)
    return np.log(nodes), np.log(Planck18.luminosity_distance(nodes).value)


def _middle(at: CurveDrawing) -> Array:
    return np.broadcast_to(0.5 * at.moments.span[:, None], (len(at.series), at.views))

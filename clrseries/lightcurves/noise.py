"""Steps for the limits of a survey: saturation, noise, outliers, detections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..augment.distributions import Value
from ..errors import InputError
from ..kernels.lightcurves.layout import MOST_BANDS
from .calibration import LN_FLUX
from .step import Array, LightCurveContext, LightCurveStep, Params

Magnitudes = float | Mapping[str, float]


@dataclass(frozen=True, repr=False)
class Saturate(LightCurveStep):
    """Drop the points that are brighter than the saturation magnitude.

    Parameters
    ----------
    magnitude : float, or mapping of str to float
        Saturation magnitude of all bands, or of each band by name [mag]; bands without a magnitude do not saturate.
    zero_point : float
        Magnitude of flux 1.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.Saturate({"g": 12.5, "r": 12.5}).zero_point
    25.0
    """

    draws: ClassVar[bool] = False
    magnitude: Magnitudes
    zero_point: float = 25.0

    def tables(self, bands: tuple[str, ...]) -> dict[str, Any]:
        return {"saturated": band_fluxes(self.magnitude, bands, self.zero_point, np.inf)}

    def sample(self, context: LightCurveContext) -> Params:
        return {"saturation": context.constant(1.0)}


@dataclass(frozen=True, repr=False)
class Noise(LightCurveStep):
    """Add Gaussian noise to each point, as in a survey of a given depth.

    The variance becomes ``f5^2 / 25 (sky + (1 - sky) f / f5) + (floor f)^2``, with f5 the flux that is measured with S/N 5.
    Only the missing noise is added, so that a point whose error is already larger does not change. Afterwards ivar describes
    the total noise.

    Parameters
    ----------
    five_sigma : float, or mapping of str to float
        Magnitude that is measured with S/N 5, of all bands or of each band by name [mag]; bands without it have only the
        systematic error.
    offset : float, distribution or column name
        Added to these magnitudes [mag]; a negative value makes the survey shallower.
    sky : float, distribution or column name
        Fraction of the variance at f5 that does not grow with the flux, from 0 to 1; 1 is the limit of a bright sky.
    floor : float, distribution or column name
        Systematic error, as a fraction of the flux, at least 0.
    scatter : float, distribution or column name
        Standard deviation of the depth from night to night [mag], at least 0.
    zero_point : float
        Magnitude of flux 1.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    References
    ----------
    Ivezic et al. 2019, ApJ 873, 111, equation 5.

    Examples
    --------
    >>> from clrseries import Normal, lightcurves as lc
    >>> lc.Noise({"g": 20.8, "r": 20.6}, offset=Normal(0, 0.3)).floor
    0.005
    """

    five_sigma: Magnitudes
    offset: Value = 0.0
    sky: Value = 0.98
    floor: Value = 0.005
    scatter: Value = 0.0
    zero_point: float = 25.0

    def tables(self, bands: tuple[str, ...]) -> dict[str, Any]:
        return {"five_sigma": band_fluxes(self.five_sigma, bands, self.zero_point, 0.0)}

    def sample(self, context: LightCurveContext) -> Params:
        return {
            "noise_scale": 10.0 ** (-0.4 * context.value("offset", 0)),
            "noise_sky": np.clip(context.value("sky", 1, low=0.0), 0.0, 1.0),
            "noise_floor": context.value("floor", 2, low=0.0),
            "noise_scatter": LN_FLUX * context.value("scatter", 3, low=0.0),
        }


@dataclass(frozen=True, repr=False)
class Outliers(LightCurveStep):
    """Change the flux of some points by many times their error; ivar does not change.

    The change has an exponential distribution, and either sign with equal chances.

    Parameters
    ----------
    fraction : float, distribution or column name
        Mean fraction of the points that is changed, at least 0.
    size : float, distribution or column name
        Mean absolute change, in units of the error of the point, at least 0.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.Outliers(0.01).size
    5.0
    """

    fraction: Value
    size: Value = 5.0

    def sample(self, context: LightCurveContext) -> Params:
        return {"outliers": context.value("fraction", 0, low=0.0), "outlier_size": context.value("size", 1, low=0.0)}


@dataclass(frozen=True, repr=False)
class Detect(LightCurveStep):
    """Drop all or some of the points below a signal-to-noise ratio.

    The other points do not change.

    Parameters
    ----------
    snr : float, distribution or column name
        Signal-to-noise ratio of a detection, at least 0.
    kept : float, distribution or column name
        Mean fraction of the points below it that is kept: 0 as in alerts, 1 as in forced photometry.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import lightcurves as lc
    >>> lc.Detect(snr=5.0, kept=0.1).kept
    0.1
    """

    draws: ClassVar[bool] = False
    snr: Value = 5.0
    kept: Value = 0.0

    @property
    def is_random(self) -> bool:
        """Whether the step may do something else to another view: where some undetected points are kept, they are drawn."""
        return super().is_random or self.kept != 0.0

    def sample(self, context: LightCurveContext) -> Params:
        return {"detection": context.value("snr", 0, low=0.0), "undetected": context.value("kept", 1, low=0.0)}


def band_fluxes(magnitude: Magnitudes, bands: tuple[str, ...], zero_point: float, missing: float) -> Array:
    """Convert magnitudes of bands to a table of fluxes.

    Parameters
    ----------
    magnitude : float, or mapping of str to float
        Magnitude of all bands, or of each band by name.
    bands : tuple of str
        Bands of the series.
    zero_point : float
        Magnitude of flux 1.
    missing : float
        Flux of bands without a magnitude.

    Returns
    -------
    float64 (MOST_BANDS,)
        Fluxes in the order of `bands`; `missing` at the unused end.

    Raises
    ------
    InputError
        No band of the series has a magnitude.
    """
    one = magnitude if isinstance(magnitude, Mapping) else dict.fromkeys(bands, float(magnitude))
    if not set(one) & set(bands):
        raise InputError(
            f"none of the bands {', '.join(one)} is in the series, which has {', '.join(bands)}: name their counterparts"
        )
    fluxes = np.full(MOST_BANDS, missing)
    for number, name in enumerate(bands):
        if name in one:
            fluxes[number] = 10.0 ** (-0.4 * (float(one[name]) - zero_point))
    return fluxes

"""Steps for what a survey can measure: saturation, noise to a depth, outliers, detections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..augment.distributions import Value
from ..kernels.curve_layout import MOST_BANDS
from .step import Array, Columns, CurveDrawing, CurveStep
from .systematics import LN_FLUX

Magnitudes = float | Mapping[str, float]


@dataclass(frozen=True)
class Saturate(CurveStep):
    """Lose what is brighter than `magnitude`, one for all bands or by band; `zero_point` is that of flux 1."""

    magnitude: Magnitudes
    zero_point: float = 25.0
    order: ClassVar[int] = 24
    stream: ClassVar[int] = 73

    def tables(self, bands: tuple[str, ...]) -> dict[str, Any]:
        """Saturated flux of each band."""
        return {"saturated": band_fluxes(self.magnitude, bands, self.zero_point, np.inf)}

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        return {"saturation": np.ones((len(at.series), at.views))}


@dataclass(frozen=True)
class Depth(CurveStep):
    """Gaussian noise that brings each point down to what a survey of that depth measures, never up.

    The variance becomes ``f5^2 / 25 (s + (1 - s) f / f5) + (floor f)^2`` (Ivezic et al. 2019, ApJ 873, 111, eq. 5).

    Parameters
    ----------
    five_sigma : float or mapping of band to float
        Magnitude measured with S/N 5; a band without one gets the floor alone.
    offset : value
        Added to the magnitudes: shallower below 0.
    sky : value
        The part s of the noise at f5 that does not grow with the flux; 1 is sky-dominated.
    floor : value
        Systematic error, as a fraction of the flux.
    scatter : value
        Rms from night to night [mag].
    zero_point : float
        Magnitude of flux 1.
    """

    five_sigma: Magnitudes
    offset: Value = 0.0
    sky: Value = 0.98
    floor: Value = 0.005
    scatter: Value = 0.0
    zero_point: float = 25.0
    order: ClassVar[int] = 25
    stream: ClassVar[int] = 74

    def tables(self, bands: tuple[str, ...]) -> dict[str, Any]:
        """Five-sigma flux of each band."""
        return {"five_sigma": band_fluxes(self.five_sigma, bands, self.zero_point, 0.0)}

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        return {
            "depth": 10.0 ** (-0.4 * at.value("offset", 0)),
            "depth_sky": np.clip(at.value("sky", 1, low=0.0), 0.0, 1.0),
            "depth_floor": at.value("floor", 2, low=0.0),
            "depth_scatter": LN_FLUX * at.value("scatter", 3, low=0.0),
        }


@dataclass(frozen=True)
class Outliers(CurveStep):
    """A `fraction` of the points is off by an exponentially distributed number of errors, of mean `size`; ivar does not know."""

    fraction: Value
    size: Value = 5.0
    order: ClassVar[int] = 26
    stream: ClassVar[int] = 75

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        return {"outliers": at.value("fraction", 0, low=0.0), "outlier_size": at.value("size", 1, low=0.0)}


@dataclass(frozen=True)
class Detect(CurveStep):
    """Of the points below `snr` keep a fraction `kept`, with their flux and error: 0 as in alerts, 1 as in forced photometry."""

    snr: Value = 5.0
    kept: Value = 0.0
    order: ClassVar[int] = 27
    stream: ClassVar[int] = 76

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        return {"detection": at.value("snr", 0, low=0.0), "undetected": at.value("kept", 1, low=0.0)}


def band_fluxes(magnitude: Magnitudes, bands: tuple[str, ...], zero_point: float, missing: float) -> Array:
    """The flux of a magnitude in each band, `missing` where none is given, (MOST_BANDS,)."""
    one = magnitude if isinstance(magnitude, Mapping) else dict.fromkeys(bands, float(magnitude))
    fluxes = np.full(MOST_BANDS, missing)
    for number, name in enumerate(bands):
        if name in one:
            fluxes[number] = 10.0 ** (-0.4 * (float(one[name]) - zero_point))
    return fluxes

"""Steps for what a calibration gets wrong, as ln(flux): zero points, jumps, trends, drifts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..augment.distributions import Value
from .step import Columns, CurveDrawing, CurveStep

LN_FLUX = 0.9210340371976183  # ln(flux) of a magnitude


@dataclass(frozen=True)
class ZeroPoint(CurveStep):
    """An offset of `rms` magnitudes for each band."""

    rms: Value
    order: ClassVar[int] = 20
    stream: ClassVar[int] = 69

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        return {"zero_point": LN_FLUX * at.value("rms", 0, low=0.0)}


@dataclass(frozen=True)
class Jumps(CurveStep):
    """An offset of `rms` magnitudes for each part of `every` days: seasons, quarters, sectors."""

    rms: Value
    every: Value
    order: ClassVar[int] = 21
    stream: ClassVar[int] = 70

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        every = at.value("every", 1, low=1e-3)
        rms = LN_FLUX * at.value("rms", 0, low=0.0)
        return {"jump": rms, "jump_every": every, "jump_centre": at.deviates(2) * every}


@dataclass(frozen=True)
class Trend(CurveStep):
    """A slow parabola over the curve's span, in magnitudes: `slope` from the middle to the end, and `curvature`."""

    slope: Value
    curvature: Value = 0.0
    order: ClassVar[int] = 22
    stream: ClassVar[int] = 71

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        return {"slope": LN_FLUX * at.value("slope", 0), "curvature": LN_FLUX * at.value("curvature", 1)}


@dataclass(frozen=True)
class RandomWalk(CurveStep):
    """A drift: one step of `rms` magnitudes every `days`, lines between (at most 511 steps over a curve)."""

    rms: Value
    days: Value
    order: ClassVar[int] = 23
    stream: ClassVar[int] = 72

    def sample(self, at: CurveDrawing) -> Columns:
        """The draw of this step."""
        return {"walk": LN_FLUX * at.value("rms", 0, low=0.0), "walk_length": at.value("days", 1, low=1e-3)}

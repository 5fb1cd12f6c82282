"""Steps that lose pixels: ivar becomes 0 there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..errors import InputError
from ..grids import Grid
from ..kernels.layout import MOST_RUNS
from .distributions import Value
from .step import Columns, Drawing, Step


@dataclass(frozen=True)
class Crop(Step):
    """Lose `blue` and `red` [Angstrom] at the ends of the grid: another instrument's range.

    Negative draws lose nothing, so ``Uniform(-300, 300)`` crops half of all views.
    """

    blue: Value = 0.0
    red: Value = 0.0
    order: ClassVar[int] = 19
    stream: ClassVar[int] = 25

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        centers = at.grid.centers
        blue = centers[0] + np.maximum(at.value("blue", 0), 0.0)
        red = centers[-1] - np.maximum(at.value("red", 1), 0.0)
        return {
            "crop_blue": np.searchsorted(centers, blue).astype(float),
            "crop_red": len(at.grid) - np.searchsorted(centers, red, side="right").astype(float),
        }


@dataclass(frozen=True)
class LoseArm(Step):
    """Lose one whole arm of the spectrograph, each as likely as the others.

    Parameters
    ----------
    arms : sequence of (float, float)
        At least two wavelength ranges [Angstrom].
    """

    arms: Sequence[tuple[float, float]]
    order: ClassVar[int] = 20
    stream: ClassVar[int] = 39

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "arms", tuple((float(lo), float(hi)) for lo, hi in self.arms))
        if len(self.arms) < 2 or any(lo >= hi for lo, hi in self.arms):
            raise InputError(f"LoseArm needs at least two arms (low, high) in Angstrom, got {self.arms}")

    def ranges(self, grid: Grid) -> dict[str, list[tuple[float, float]]]:
        """One group for each arm."""
        return {f"arm_{i}_lost": [arm] for i, arm in enumerate(self.arms)}

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        lost = np.floor(at.deviates(0) * len(self.arms))
        return {f"arm_{i}_lost": (lost == i).astype(float) for i in range(len(self.arms))}


@dataclass(frozen=True)
class MaskRuns(Step):
    """Lose `count` contiguous runs (64 at most) of `length` [Angstrom] each: gaps, bad columns."""

    count: Value = 1
    length: Value = 50.0
    order: ClassVar[int] = 22
    stream: ClassVar[int] = 22

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        return {
            "mask_runs": np.minimum(np.floor(at.value("count", 0, low=0.0)), MOST_RUNS),
            "mask_length": np.round(at.value("length", 1, low=0.0) * at.grid.pixels(1.0)),
        }


@dataclass(frozen=True)
class MaskPixels(Step):
    """Lose a `fraction` of all pixels, each on its own: dead pixels."""

    fraction: Value
    order: ClassVar[int] = 23
    stream: ClassVar[int] = 23

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        return {"mask_fraction": at.value("fraction", 0, low=0.0)}

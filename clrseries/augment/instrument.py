"""Steps on the side of the instrument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..errors import InputError
from ..grids import Grid
from ..kernels import normalize
from ..series import Series
from .distributions import Deviates, Value, draw
from .source import Columns


@dataclass(frozen=True)
class Resample:
    """Flux-conserving resampling onto `grid`, with variance; every composition needs one."""

    grid: Grid
    order: ClassVar[int] = 2
    stream: ClassVar[int] = 18

    def sample(self, deviates: Deviates, series: Series, grid: Grid) -> Columns:
        """Nothing is drawn."""
        return {}


@dataclass(frozen=True)
class Broaden:
    """Line-spread function: convolve with a Gaussian of `sigma` [km/s] on a log-linear grid."""

    sigma: Value
    order: ClassVar[int] = 3
    stream: ClassVar[int] = 19

    def sample(self, deviates: Deviates, series: Series, grid: Grid) -> Columns:
        """The draw of this step."""
        return {"lsf_sigma": draw(self.sigma, 0, deviates, series, low=0.0) / grid.velocity}


@dataclass(frozen=True)
class WarpFlux:
    """Flux-calibration error: multiply by a smooth random curve.

    Parameters
    ----------
    amplitude : value
        Rms of ln(flux).
    length : value
        Correlation length [Angstrom], the distance of the spline's knots.
    """

    amplitude: Value
    length: Value = 300.0
    order: ClassVar[int] = 4
    stream: ClassVar[int] = 20

    def sample(self, deviates: Deviates, series: Series, grid: Grid) -> Columns:
        """The draw of this step."""
        per_angstrom = grid.pixels(1.0)
        return {
            "warp_amplitude": draw(self.amplitude, 0, deviates, series, low=0.0),
            "warp_length": np.maximum(draw(self.length, 1, deviates, series, low=0.0) * per_angstrom, 1.0),
            "warp_phase": deviates(2),
        }


@dataclass(frozen=True)
class Noise:
    """White Gaussian noise down to a signal-to-noise ratio `snr` per pixel (mean flux over sigma).

    Only what is missing is added: a spectrum that is noisier already stays as it
    is. Afterwards ivar states the whole noise.
    """

    snr: Value
    order: ClassVar[int] = 5
    stream: ClassVar[int] = 21

    def sample(self, deviates: Deviates, series: Series, grid: Grid) -> Columns:
        """The draw of this step."""
        return {"snr": draw(self.snr, 0, deviates, series, low=1e-6)}


@dataclass(frozen=True)
class Crop:
    """Lose `blue` and `red` [Angstrom] at the ends of the grid: another instrument's range.

    Negative draws lose nothing, so ``Uniform(-300, 300)`` crops half of all views.
    """

    blue: Value = 0.0
    red: Value = 0.0
    order: ClassVar[int] = 6
    stream: ClassVar[int] = 25

    def sample(self, deviates: Deviates, series: Series, grid: Grid) -> Columns:
        """The draw of this step."""
        centers = grid.centers
        blue = centers[0] + draw(self.blue, 0, deviates, series, low=0.0)
        red = centers[-1] - draw(self.red, 1, deviates, series, low=0.0)
        return {
            "crop_blue": np.searchsorted(centers, blue).astype(float),
            "crop_red": len(grid) - np.searchsorted(centers, red, side="right").astype(float),
        }


@dataclass(frozen=True)
class MaskRuns:
    """Lose `count` contiguous runs of `length` [Angstrom] each: gaps, bad columns, a missing arm."""

    count: Value = 1
    length: Value = 50.0
    order: ClassVar[int] = 7
    stream: ClassVar[int] = 22

    def sample(self, deviates: Deviates, series: Series, grid: Grid) -> Columns:
        """The draw of this step."""
        return {
            "mask_runs": np.floor(draw(self.count, 0, deviates, series, low=0.0)),
            "mask_length": np.round(draw(self.length, 1, deviates, series, low=0.0) * grid.pixels(1.0)),
        }


@dataclass(frozen=True)
class MaskPixels:
    """Lose a `fraction` of all pixels, each on its own."""

    fraction: Value
    order: ClassVar[int] = 8
    stream: ClassVar[int] = 23

    def sample(self, deviates: Deviates, series: Series, grid: Grid) -> Columns:
        """The draw of this step."""
        return {"mask_fraction": draw(self.fraction, 0, deviates, series, low=0.0)}


@dataclass(frozen=True)
class Normalize:
    """Bring every view to one scale; ivar follows.

    Parameters
    ----------
    by : str
        ``"mean"``, ``"median"`` or ``"l2"`` (root mean square) of the good pixels,
        or ``"continuum"``: the running mean over `window`.
    window : float
        Full width of the running mean [Angstrom]; used by ``"continuum"`` only.
    """

    by: str = "mean"
    window: float = 100.0
    order: ClassVar[int] = 9
    stream: ClassVar[int] = 24
    kinds: ClassVar[dict[str, int]] = {
        "mean": normalize.MEAN,
        "median": normalize.MEDIAN,
        "l2": normalize.L2,
        "continuum": normalize.CONTINUUM,
    }

    def __post_init__(self) -> None:
        if self.by not in self.kinds:
            raise InputError(f"Normalize knows {', '.join(self.kinds)}; got {self.by!r}")
        if not self.window > 0:
            raise InputError(f"Normalize needs a window of positive width [Angstrom], got {self.window!r}")

    def sample(self, deviates: Deviates, series: Series, grid: Grid) -> Columns:
        """The draw of this step."""
        shape = deviates(0).shape
        half = max(round(0.5 * grid.pixels(self.window)), 1)
        return {"normalize": np.full(shape, self.kinds[self.by]), "normalize_half": np.full(shape, float(half))}

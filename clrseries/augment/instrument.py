"""Steps of the spectrograph: its resolution, its pixels and its calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import InputError
from ..grids import Grid
from ..kernels import interpolate
from ..units import SPEED_OF_LIGHT
from .curve import Curve
from .distributions import Value
from .step import Array, Columns, Drawing, Step

FWHM = float(np.sqrt(8.0 * np.log(2.0)))  # of a Gaussian, in sigma


@dataclass(frozen=True)
class LSF(Step):
    """Line-spread function: bring the data to a target resolution.

    What the data have already is taken off in quadrature, pixel by pixel; where they are
    coarser than the target, nothing is done.

    Parameters
    ----------
    resolution : value or Curve, optional
        Target resolving power, wavelength / FWHM.
    fwhm : value, optional
        Target FWHM [Angstrom]; give this or `resolution`.
    native_resolution : value, optional
        Resolving power of the data.
    native_fwhm : value, optional
        FWHM of the data [Angstrom, in the frame they come in]; give this, `native_resolution`, or
        neither, if they are much sharper than the target.
    """

    resolution: Value | Curve | None = None
    fwhm: Value | None = None
    native_resolution: Value | None = None
    native_fwhm: Value | None = None
    order: ClassVar[int] = 7
    stream: ClassVar[int] = 30

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.resolution is None) == (self.fwhm is None):
            raise InputError("LSF needs one of resolution and fwhm, not both")
        if self.native_resolution is not None and self.native_fwhm is not None:
            raise InputError("LSF takes native_resolution or native_fwhm, not both")

    def tables(self, grid: Grid) -> dict[str, Any]:
        """Variance of a resolution curve's profile [pixels^2]."""
        if not isinstance(self.resolution, Curve):
            return {}
        fwhm = grid.centers / self.resolution.at(grid.centers)
        return {"lsf": (fwhm / FWHM / np.diff(grid.edges)) ** 2}

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        columns: Columns = {"lsf_velocity2": np.zeros(1), "lsf_angstrom2": np.zeros(1)}
        if isinstance(self.resolution, Curve):
            columns["lsf_curve"] = np.ones((len(at.series), at.views))
        elif self.resolution is not None:
            columns["lsf_velocity2"] = (SPEED_OF_LIGHT / FWHM / at.value("resolution", 0, low=1.0)) ** 2
        elif self.fwhm is not None:
            columns["lsf_angstrom2"] = (at.value("fwhm", 1, low=0.0) / FWHM) ** 2
        if self.native_resolution is not None:
            native = SPEED_OF_LIGHT / FWHM / at.value("native_resolution", 2, low=1.0)
            columns["lsf_velocity2"] = columns["lsf_velocity2"] - native**2
        if self.native_fwhm is not None:
            native = at.value("native_fwhm", 3, low=0.0) / FWHM * at.columns["stretch"]
            columns["lsf_angstrom2"] = columns["lsf_angstrom2"] - native**2
        return columns


@dataclass(frozen=True)
class WavelengthError(Step):
    """Error of the wavelength scale: a `zero_point` [Angstrom] and a relative `stretch` about `pivot` [Angstrom]."""

    zero_point: Value = 0.0
    stretch: Value = 0.0
    pivot: float = 6000.0
    order: ClassVar[int] = 8
    stream: ClassVar[int] = 31

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        stretch = at.value("stretch", 1, low=-0.5)
        return {"stretch": 1.0 + stretch, "offset": at.value("zero_point", 0) - stretch * self.pivot}


@dataclass(frozen=True)
class Resample(Step):
    """Resampling onto `grid`, with variance; every composition needs one.

    Parameters
    ----------
    grid : Grid
    method : str
        ``"conserve"`` (flux-conserving, Carnall 2017), or what some pipelines do instead:
        ``"linear"`` or ``"lanczos"`` (three lobes) interpolation.
    """

    grid: Grid
    method: str = "conserve"
    order: ClassVar[int] = 9
    stream: ClassVar[int] = 18
    methods: ClassVar[dict[str, int]] = {
        "conserve": interpolate.CONSERVE,
        "linear": interpolate.LINEAR,
        "lanczos": interpolate.LANCZOS,
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.method not in self.methods:
            raise InputError(f"Resample knows {', '.join(self.methods)}; got {self.method!r}")
        if self.probability != 1.0:
            raise InputError("Resample is part of every view: leave out probability")

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        return {"method": np.full(1, float(self.methods[self.method]))}


@dataclass(frozen=True)
class WarpFlux(Step):
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
    order: ClassVar[int] = 11
    stream: ClassVar[int] = 20

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        per_angstrom = at.grid.pixels(1.0)
        return {
            "warp_amplitude": at.value("amplitude", 0, low=0.0),
            "warp_length": np.maximum(at.value("length", 1, low=0.0) * per_angstrom, 1.0),
            "warp_phase": at.deviates(2),
        }


@dataclass(frozen=True)
class Fringe(Step):
    """Interference in the detector: a pattern in inverse wavelength that sets in at `start` and grows to the red.

    Parameters
    ----------
    amplitude : value
        Of ln(flux), at the red end of the grid.
    period : value
        Distance of two maxima at the red end [Angstrom].
    start : float
        Where the pattern sets in [Angstrom].
    """

    amplitude: Value
    period: Value = 40.0
    start: float = 7000.0
    order: ClassVar[int] = 12
    stream: ClassVar[int] = 32

    def tables(self, grid: Grid) -> dict[str, Any]:
        """The envelope."""
        span = max(grid.centers[-1] - self.start, 1e-9)
        return {"fringe_envelope": np.clip((grid.centers - self.start) / span, 0.0, 1.0)}

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        return {
            "fringe_amplitude": at.value("amplitude", 0, low=0.0),
            "fringe_cycles": at.grid.centers[-1] ** 2 / at.value("period", 1, low=1e-3),
            "fringe_phase": at.deviates(2),
        }


@dataclass(frozen=True)
class ArmJoin(Step):
    """Two arms that do not quite meet: a step in ln(flux), and a dead region.

    Parameters
    ----------
    wavelength : float
        Where the arms join [Angstrom].
    step : value
        ln(flux) added to everything redder.
    dead : float
        Full width of the region without data around the join [Angstrom].
    """

    wavelength: float
    step: Value = 0.0
    dead: float = 0.0
    order: ClassVar[int] = 13
    stream: ClassVar[int] = 33

    def curves(self, grid: Grid) -> dict[str, Array]:
        """1 redder than the join."""
        return {"arm_step": (grid.centers > self.wavelength).astype(float)}

    def ranges(self, grid: Grid) -> dict[str, list[tuple[float, float]]]:
        """The dead region."""
        half = 0.5 * self.dead
        return {"arm_dead": [(self.wavelength - half, self.wavelength + half)] if half > 0 else []}

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        return {"arm_step": at.value("step", 0), "arm_dead": np.ones((len(at.series), at.views))}

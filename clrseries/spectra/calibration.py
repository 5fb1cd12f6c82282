"""Steps for calibration errors: wavelengths, flux, fringes, the join of two arms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..augment.distributions import Value
from ..grids import Grid
from .step import Array, Params, SpectrumContext, SpectrumStep


@dataclass(frozen=True, repr=False)
class WavelengthError(SpectrumStep):
    """Shift and stretch the wavelength scale of each spectrum.

    A wavelength w becomes ``w + zero_point + stretch (w - pivot)``.

    Parameters
    ----------
    zero_point : float, distribution or column name
        Shift of the scale [Angstrom].
    stretch : float, distribution or column name
        Relative change of the scale, at least -0.5.
    pivot : float
        Wavelength that the stretch does not change [Angstrom].
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Normal, spectra as sp
    >>> sp.WavelengthError(zero_point=Normal(0, 0.5)).pivot
    6000.0
    """

    draws: ClassVar[bool] = False
    zero_point: Value = 0.0
    stretch: Value = 0.0
    pivot: float = 6000.0

    def sample(self, context: SpectrumContext) -> Params:
        stretch = context.value("stretch", 1, low=-0.5)
        return {"stretch": 1.0 + stretch, "offset": context.value("zero_point", 0) - stretch * self.pivot}


@dataclass(frozen=True, repr=False)
class FluxCalibrationError(SpectrumStep):
    """Multiply each spectrum by a smooth random curve.

    ln(factor) is a cubic B-spline with random knots.

    Parameters
    ----------
    amplitude : float, distribution or column name
        Root mean square of ln(factor), at least 0; 0.1 is about 10 percent.
    length : float, distribution or column name
        Distance between the knots [Angstrom], which is the correlation length; at least one pixel.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import LogUniform, Uniform, spectra as sp
    >>> sp.FluxCalibrationError(Uniform(0, 0.2), length=LogUniform(100, 1000)).amplitude
    Uniform(low=0, high=0.2)
    """

    amplitude: Value
    length: Value = 300.0

    def sample(self, context: SpectrumContext) -> Params:
        per_angstrom = context.grid.pixels(1.0)
        return {
            "calibration_amplitude": context.value("amplitude", 0, low=0.0),
            "calibration_length": np.maximum(context.value("length", 1, low=0.0) * per_angstrom, 1.0),
            "calibration_phase": context.deviates(2),
        }


@dataclass(frozen=True, repr=False)
class Fringe(SpectrumStep):
    """Multiply each spectrum by an interference pattern of the detector.

    The pattern is a sine in inverse wavelength, whose amplitude grows from 0 at `start` to the red end of the grid. Its phase is
    drawn for each view.

    Parameters
    ----------
    amplitude : float, distribution or column name
        Amplitude of ln(flux) at the red end of the grid, at least 0.
    period : float, distribution or column name
        Distance between two maxima at the red end [Angstrom], at least 0.001.
    start : float
        Wavelength where the pattern begins [Angstrom].
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, spectra as sp
    >>> sp.Fringe(Uniform(0, 0.05), period=40.0).start
    7000.0
    """

    amplitude: Value
    period: Value = 40.0
    start: float = 7000.0

    def tables(self, grid: Grid) -> dict[str, Any]:
        span = max(grid.centers[-1] - self.start, 1e-9)
        return {"fringe_envelope": np.clip((grid.centers - self.start) / span, 0.0, 1.0)}

    def sample(self, context: SpectrumContext) -> Params:
        return {
            "fringe_amplitude": context.value("amplitude", 0, low=0.0),
            "fringe_cycles": context.grid.centers[-1] ** 2 / context.value("period", 1, low=1e-3),
            "fringe_phase": context.deviates(2),
        }


@dataclass(frozen=True, repr=False)
class ArmJoin(SpectrumStep):
    """Add a step in flux, and a gap, where two arms of a spectrograph meet.

    Parameters
    ----------
    wavelength : float
        Where the arms meet [Angstrom].
    step : float, distribution or column name
        Added to ln(flux) at longer wavelengths.
    dead : float
        Full width of the gap [Angstrom]; pixels in it get ivar 0.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Normal, spectra as sp
    >>> sp.ArmJoin(5900.0, step=Normal(0, 0.05), dead=30.0).dead
    30.0
    """

    draws: ClassVar[bool] = False
    wavelength: float
    step: Value = 0.0
    dead: float = 0.0

    def curves(self, grid: Grid) -> dict[str, Array]:
        return {"arm_step": (grid.centers > self.wavelength).astype(float)}

    def ranges(self, grid: Grid) -> dict[str, list[tuple[float, float]]]:
        half = 0.5 * self.dead
        return {"arm_dead": [(self.wavelength - half, self.wavelength + half)] if half > 0 else []}

    def sample(self, context: SpectrumContext) -> Params:
        return {"arm_step": context.value("step", 0), "arm_dead": context.constant(1.0)}

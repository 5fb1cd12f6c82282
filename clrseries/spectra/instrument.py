"""Steps for the spectrograph: its resolution and its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from ..augment.distributions import Value
from ..errors import InputError
from ..grids import Grid
from ..kernels.spectra import interpolate
from ..units import SPEED_OF_LIGHT
from .curve import Curve
from .step import Params, SpectrumContext, SpectrumStep

FWHM = float(np.sqrt(8.0 * np.log(2.0)))  # of a Gaussian with standard deviation 1
METHODS = {"conserve": interpolate.CONSERVE, "linear": interpolate.LINEAR, "lanczos": interpolate.LANCZOS}


@dataclass(frozen=True, repr=False)
class LSF(SpectrumStep):
    """Reduce the resolution of each spectrum with a Gaussian line-spread function.

    The native width of the data is subtracted in quadrature, pixel by pixel. Where the resolution of the data is lower than the
    target, they are not changed.

    Parameters
    ----------
    resolution : float, distribution, column name or Curve, optional
        Target resolving power R = wavelength / FWHM, at least 1; a Curve if it depends on wavelength. Give this or `fwhm`.
    fwhm : float, distribution or column name, optional
        Target FWHM [Angstrom], at least 0.
    native_resolution : float, distribution or column name, optional
        Resolving power of the data, at least 1. Give this, or `native_fwhm`, or neither if that of the data is much higher than
        the target.
    native_fwhm : float, distribution or column name, optional
        FWHM of the data [Angstrom, in the frame of the data], at least 0.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        Not exactly one target is given, both native widths are given, or an argument has the wrong type.

    Examples
    --------
    >>> from clrseries import LogUniform, spectra as sp
    >>> sp.LSF(resolution=LogUniform(900, 3000), native_fwhm=2.5).native_fwhm
    2.5
    """

    draws: ClassVar[bool] = False
    resolution: Value | Curve | None = None
    fwhm: Value | None = None
    native_resolution: Value | None = None
    native_fwhm: Value | None = None

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        if (self.resolution is None) == (self.fwhm is None):
            raise InputError("LSF needs one of resolution and fwhm, not both")
        if self.native_resolution is not None and self.native_fwhm is not None:
            raise InputError("LSF takes native_resolution or native_fwhm, not both")

    def tables(self, grid: Grid) -> dict[str, Any]:
        if not isinstance(self.resolution, Curve):
            return {}
        fwhm = grid.centers / self.resolution.at(grid.centers)
        return {"lsf": (fwhm / FWHM / np.diff(grid.edges)) ** 2}  # variance [pixels^2]

    def sample(self, context: SpectrumContext) -> Params:
        params: Params = {"lsf_velocity2": np.zeros(1), "lsf_angstrom2": np.zeros(1)}
        if isinstance(self.resolution, Curve):
            params["lsf_curve"] = context.constant(1.0)
        elif self.resolution is not None:
            params["lsf_velocity2"] = (SPEED_OF_LIGHT / FWHM / context.value("resolution", 0, low=1.0)) ** 2
        elif self.fwhm is not None:
            params["lsf_angstrom2"] = (context.value("fwhm", 1, low=0.0) / FWHM) ** 2
        if self.native_resolution is not None:
            native = SPEED_OF_LIGHT / FWHM / context.value("native_resolution", 2, low=1.0)
            params["lsf_velocity2"] = params["lsf_velocity2"] - native**2
        if self.native_fwhm is not None:
            native = context.value("native_fwhm", 3, low=0.0) / FWHM * context.params["stretch"]
            params["lsf_angstrom2"] = params["lsf_angstrom2"] - native**2
        return params


@dataclass(frozen=True, repr=False)
class Resample(SpectrumStep):
    """Resample the flux and the variance of each spectrum to a grid.

    Every composition has this step exactly once.

    Parameters
    ----------
    grid : Grid
        Pixels of the views.
    method : {"conserve", "linear", "lanczos"}
        Flux-conserving resampling; or linear interpolation or a Lanczos kernel with three lobes, as in some pipelines.
    probability : float
        Always 1, since every view is resampled.

    Raises
    ------
    InputError
        An argument has the wrong type, or `probability` is not 1.

    References
    ----------
    Carnall 2017, arXiv:1705.05165 (flux-conserving resampling and its variance).

    Examples
    --------
    >>> from clrseries import Grid, spectra as sp
    >>> len(sp.Resample(Grid.log(4000, 6800, velocity=60)).grid)
    2651
    """

    draws: ClassVar[bool] = False
    grid: Grid
    method: Literal["conserve", "linear", "lanczos"] = "conserve"

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        if self.probability != 1.0:
            raise InputError("Resample is part of every view: leave out probability")

    def sample(self, context: SpectrumContext) -> Params:
        return {"method": np.full(1, float(METHODS[self.method]))}

"""Steps for the source: motion, broadening, the shape of the continuum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ..augment.distributions import Value
from ..grids import Grid
from ..units import SPEED_OF_LIGHT
from .step import Array, Params, SpectrumContext, SpectrumStep

TILT_PIVOT = 5500.0  # [Angstrom]
FLUX_POWERS = {"f_lambda": -1.0, "f_nu": 1.0, "photons": 0.0}
FluxKind = Literal["f_lambda", "f_nu", "photons"]


@dataclass(frozen=True, repr=False)
class Redshift(SpectrumStep):
    """Move each source from the redshift it was observed at to another one.

    Wavelengths are multiplied by s = (1 + to) / (1 + z). The energy in a line is conserved: F_lambda is divided by s, F_nu is
    multiplied by s, and a photon density per Angstrom stays. Luminosity distance is left to the normalization.

    Parameters
    ----------
    to : float, distribution or column name
        Redshift in the view, at least -0.99; 0 is the rest frame.
    z : float, distribution or column name
        Redshift in the data, at least -0.99; often the name of a column.
    flux : {"f_lambda", "f_nu", "photons"}
        What the flux is: energy per wavelength, energy per frequency, or photons per Angstrom.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, spectra as sp
    >>> sp.Redshift(to=Uniform(0.0, 0.1), z="z")
    Redshift(to=Uniform(low=0.0, high=0.1), z='z')
    """

    draws: ClassVar[bool] = False
    to: Value = 0.0
    z: Value = 0.0
    flux: FluxKind = "f_lambda"

    def sample(self, context: SpectrumContext) -> Params:
        seen = context.value("z", 0, low=-0.99)
        wanted = context.value("to", 1, low=-0.99)
        stretch = (1.0 + wanted) / (1.0 + seen)
        return {"stretch": stretch, "flux_scale": stretch ** FLUX_POWERS[self.flux], "rest": 1.0 + wanted}


@dataclass(frozen=True, repr=False)
class Velocity(SpectrumStep):
    """Shift each spectrum by the Doppler effect of a radial velocity.

    Wavelengths are multiplied by s = sqrt((1 + v/c) / (1 - v/c)); the flux changes as for :class:`Redshift`.

    Parameters
    ----------
    v : float, distribution or column name
        Radial velocity [km/s], positive for a receding source, between -0.99 c and 0.99 c.
    flux : {"f_lambda", "f_nu", "photons"}
        What the flux is: energy per wavelength, energy per frequency, or photons per Angstrom.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Normal, spectra as sp
    >>> sp.Velocity(Normal(0, 40))
    Velocity(v=Normal(mean=0, sigma=40))
    """

    draws: ClassVar[bool] = False
    v: Value
    flux: FluxKind = "f_lambda"

    def sample(self, context: SpectrumContext) -> Params:
        beta = np.minimum(context.value("v", 0, low=-0.99 * SPEED_OF_LIGHT) / SPEED_OF_LIGHT, 0.99)
        stretch = np.sqrt((1.0 + beta) / (1.0 - beta))
        return {"stretch": stretch, "flux_scale": stretch ** FLUX_POWERS[self.flux], "rest": stretch}


@dataclass(frozen=True, repr=False)
class RotationalBroadening(SpectrumStep):
    """Broaden the lines of a star as its rotation does.

    The profile is that of a disk with linear limb darkening.

    Parameters
    ----------
    vsini : float, distribution or column name
        Projected rotational velocity v sin i [km/s], at least 0.
    limb_darkening : float, distribution or column name
        Linear limb-darkening coefficient, from 0 to 1.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    References
    ----------
    Gray 2005, *The Observation and Analysis of Stellar Photospheres*, equation 18.14.

    Examples
    --------
    >>> from clrseries import Uniform, spectra as sp
    >>> sp.RotationalBroadening(Uniform(0, 200)).limb_darkening
    0.6
    """

    draws: ClassVar[bool] = False
    vsini: Value
    limb_darkening: Value = 0.6

    def sample(self, context: SpectrumContext) -> Params:
        limb = np.minimum(context.value("limb_darkening", 1, low=0.0), 1.0)
        return {"vsini": context.value("vsini", 0, low=0.0), "limb_darkening": limb}


@dataclass(frozen=True, repr=False)
class VelocityDispersion(SpectrumStep):
    """Broaden lines by a Gaussian in velocity, on top of any line-spread function.

    Parameters
    ----------
    sigma : float, distribution or column name
        Standard deviation of the Gaussian [km/s], at least 0.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, spectra as sp
    >>> sp.VelocityDispersion(Uniform(0, 120))
    VelocityDispersion(sigma=Uniform(low=0, high=120))
    """

    draws: ClassVar[bool] = False
    sigma: Value

    def sample(self, context: SpectrumContext) -> Params:
        return {"lsf_velocity2": context.value("sigma", 0, low=0.0) ** 2}


@dataclass(frozen=True, repr=False)
class Tilt(SpectrumStep):
    """Change the shape of the continuum by a low-order polynomial.

    ln(flux) gains ``slope l + curvature l^2`` with l = ln(wavelength / 5500 Angstrom).

    Parameters
    ----------
    slope : float, distribution or column name
        Change of the index of a power law.
    curvature : float, distribution or column name
        Coefficient of l^2.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Normal, spectra as sp
    >>> sp.Tilt(Normal(0, 0.3)).curvature
    0.0
    """

    draws: ClassVar[bool] = False
    slope: Value
    curvature: Value = 0.0

    def curves(self, grid: Grid) -> dict[str, Array]:
        log = np.log(grid.centers / TILT_PIVOT)
        return {"tilt_slope": log, "tilt_curvature": log**2}

    def sample(self, context: SpectrumContext) -> Params:
        return {"tilt_slope": context.value("slope", 0), "tilt_curvature": context.value("curvature", 1)}

"""Steps on the side of the source: motion, colour, rotation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..errors import InputError
from ..grids import Grid
from ..units import SPEED_OF_LIGHT
from .distributions import Value
from .step import Array, Columns, Drawing, Step

TILT_PIVOT = 5500.0  # Angstrom
FLUX_POWERS = {"f_lambda": -1.0, "f_nu": 1.0, "photons": 0.0}


@dataclass(frozen=True)
class Redshift(Step):
    """Move each source from the redshift `z` it was seen at to `to`.

    Wavelengths are multiplied by s = (1 + to) / (1 + z). The energy in a line is conserved: F_lambda is
    divided by s, F_nu multiplied by it, and the photon density per Angstrom stays. The
    change of luminosity distance is left to the normalisation.

    Parameters
    ----------
    to : value
        Redshift in the view; 0 is the rest frame.
    z : value
        Redshift in the data, often the name of a column.
    flux : str
        What the flux is: ``"f_lambda"``, ``"f_nu"`` or ``"photons"`` (per Angstrom).
    """

    to: Value = 0.0
    z: Value = 0.0
    flux: str = "f_lambda"
    order: ClassVar[int] = 0
    stream: ClassVar[int] = 16

    def __post_init__(self) -> None:
        super().__post_init__()
        _flux_power(self.flux)

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        seen = at.value("z", 0, low=-0.99)
        wanted = at.value("to", 1, low=-0.99)
        stretch = (1.0 + wanted) / (1.0 + seen)
        return {"stretch": stretch, "flux_scale": stretch ** _flux_power(self.flux), "rest": 1.0 + wanted}


@dataclass(frozen=True)
class Velocity(Step):
    """Doppler shift by a radial velocity `v` [km/s], s = sqrt((1 + v/c) / (1 - v/c)); `flux` as in :class:`Redshift`."""

    v: Value
    flux: str = "f_lambda"
    order: ClassVar[int] = 1
    stream: ClassVar[int] = 17

    def __post_init__(self) -> None:
        super().__post_init__()
        _flux_power(self.flux)

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        beta = np.minimum(at.value("v", 0, low=-0.99 * SPEED_OF_LIGHT) / SPEED_OF_LIGHT, 0.99)
        stretch = np.sqrt((1.0 + beta) / (1.0 - beta))
        return {"stretch": stretch, "flux_scale": stretch ** _flux_power(self.flux), "rest": stretch}


@dataclass(frozen=True)
class Rotate(Step):
    """Rotational broadening of a star by `vsini` [km/s] with linear limb darkening `limb` (Gray 2005, eq. 18.14)."""

    vsini: Value
    limb: Value = 0.6
    order: ClassVar[int] = 2
    stream: ClassVar[int] = 26

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        limb = np.minimum(at.value("limb", 1, low=0.0), 1.0)
        return {"vsini": at.value("vsini", 0, low=0.0), "limb": limb}


@dataclass(frozen=True)
class Broaden(Step):
    """Velocity dispersion: a Gaussian of `sigma` [km/s], on top of any line-spread function."""

    sigma: Value
    order: ClassVar[int] = 3
    stream: ClassVar[int] = 19

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        return {"lsf_velocity2": at.value("sigma", 0, low=0.0) ** 2}


@dataclass(frozen=True)
class Tilt(Step):
    """Change of the continuum's shape: ln(flux) gains a low-order polynomial of l = ln(wavelength / 5500 Angstrom).

    Parameters
    ----------
    slope : value
        Coefficient of l: the change of a power law's index.
    curvature : value
        Coefficient of l^2.
    """

    slope: Value
    curvature: Value = 0.0
    order: ClassVar[int] = 4
    stream: ClassVar[int] = 27

    def curves(self, grid: Grid) -> dict[str, Array]:
        """l and l^2 on the grid."""
        log = np.log(grid.centers / TILT_PIVOT)
        return {"tilt_slope": log, "tilt_curvature": log**2}

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        return {"tilt_slope": at.value("slope", 0), "tilt_curvature": at.value("curvature", 1)}


def _flux_power(flux: str) -> float:
    if flux not in FLUX_POWERS:
        raise InputError(f"flux is one of {', '.join(FLUX_POWERS)}; got {flux!r}")
    return FLUX_POWERS[flux]

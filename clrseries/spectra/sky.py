"""Steps for the sky: absorption by the atmosphere, and residuals of the sky subtraction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..augment.distributions import Value
from ..grids import Grid
from .atmosphere import SKY_LINES, telluric
from .instrument import FWHM
from .step import Array, Params, SpectrumContext, SpectrumStep


@dataclass(frozen=True, repr=False)
class Telluric(SpectrumStep):
    """Multiply each spectrum by the absorption bands of the atmosphere.

    The factor is ``transmission ** airmass``. The bands are schematic (:mod:`clrseries.spectra.atmosphere`): their positions are
    those of the molecular bands, and their depths are nominal.

    Parameters
    ----------
    airmass : float, distribution or column name
        Exponent of the nominal transmission; negative for a telluric correction that was too strong.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, spectra as sp
    >>> sp.Telluric(Uniform(-0.2, 1.0)).probability
    1.0
    """

    draws: ClassVar[bool] = False
    airmass: Value

    def curves(self, grid: Grid) -> dict[str, Array]:
        return {"airmass": telluric(grid.centers)}

    def sample(self, context: SpectrumContext) -> Params:
        return {"airmass": context.value("airmass", 0)}


@dataclass(frozen=True, repr=False)
class ScatteredLight(SpectrumStep):
    """Add a constant to the flux of each spectrum; ivar does not change.

    Parameters
    ----------
    fraction : float, distribution or column name
        The constant, in units of the mean flux; negative if too much light was subtracted.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Normal, spectra as sp
    >>> sp.ScatteredLight(Normal(0, 0.02)).fraction
    Normal(mean=0, sigma=0.02)
    """

    draws: ClassVar[bool] = False
    fraction: Value

    def sample(self, context: SpectrumContext) -> Params:
        return {"scatter": context.value("fraction", 0)}


@dataclass(frozen=True, repr=False)
class SkyResidual(SpectrumStep):
    """Add residuals of the sky subtraction at the airglow lines of [O I], Na I and OH; ivar does not change.

    The residuals of different lines are independent.

    Parameters
    ----------
    amplitude : float, distribution or column name
        Standard deviation of the peak of a residual, in units of the mean flux, at least 0.
    fwhm : float
        Width of a line in the recorded spectrum [Angstrom].
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    References
    ----------
    Osterbrock et al. 1996, PASP 108, 277, and 1997, PASP 109, 614 (wavelengths of the lines).

    Examples
    --------
    >>> from clrseries import Uniform, spectra as sp
    >>> sp.SkyResidual(Uniform(0, 0.1)).fwhm
    3.0
    """

    amplitude: Value
    fwhm: float = 3.0

    def tables(self, grid: Grid) -> dict[str, Any]:
        lines = SKY_LINES[(SKY_LINES > grid.edges[0]) & (SKY_LINES < grid.edges[-1])]
        position = np.interp(lines, grid.centers, np.arange(len(grid)))
        width = np.interp(lines, grid.centers, np.diff(grid.edges))
        return {
            "lines": np.stack([position, np.maximum(self.fwhm / FWHM / width, 0.3)], axis=1)
        }  # position, sigma [pixels]

    def sample(self, context: SpectrumContext) -> Params:
        return {"sky": context.value("amplitude", 0, low=0.0)}

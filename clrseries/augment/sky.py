"""Steps of the sky: absorption by the atmosphere, and what sky subtraction leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..grids import Grid
from .atmosphere import SKY_LINES, TELLURIC_BANDS, telluric
from .distributions import Value
from .instrument import FWHM
from .step import Array, Columns, Drawing, Step


@dataclass(frozen=True)
class Telluric(Step):
    """Imprint the atmosphere's absorption bands: ``transmission ** airmass``; negative for an over-correction.

    The bands are a sketch (:mod:`clrseries.augment.atmosphere`): right in place, nominal in depth.
    """

    airmass: Value
    order: ClassVar[int] = 10
    stream: ClassVar[int] = 34

    def curves(self, grid: Grid) -> dict[str, Array]:
        """ln(transmission) at airmass 1."""
        return {"airmass": telluric(grid.centers)}

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        return {"airmass": at.value("airmass", 0)}


@dataclass(frozen=True)
class MaskTelluric(Step):
    """Lose every pixel in one of the atmosphere's absorption bands."""

    order: ClassVar[int] = 21
    stream: ClassVar[int] = 35

    def ranges(self, grid: Grid) -> dict[str, list[tuple[float, float]]]:
        """The bands."""
        return {"telluric_masked": [(head, end) for _, head, end, _ in TELLURIC_BANDS]}

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        return {"telluric_masked": np.ones((len(at.series), at.views))}


@dataclass(frozen=True)
class ScatteredLight(Step):
    """Add a constant `fraction` of the mean flux, negative for an over-subtraction; ivar does not know."""

    fraction: Value
    order: ClassVar[int] = 15
    stream: ClassVar[int] = 36

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        return {"scatter": at.value("fraction", 0)}


@dataclass(frozen=True)
class SkyResidual(Step):
    """What sky subtraction leaves at the airglow lines of [O I], Na I and OH; ivar does not know.

    Parameters
    ----------
    amplitude : value
        Standard deviation of the residual's peak, in units of the mean flux; each line draws its own.
    fwhm : float
        Width of a line in the recorded spectrum [Angstrom].
    """

    amplitude: Value
    fwhm: float = 3.0
    order: ClassVar[int] = 16
    stream: ClassVar[int] = 37

    def tables(self, grid: Grid) -> dict[str, Any]:
        """Position and sigma of every line on the grid [pixels]."""
        lines = SKY_LINES[(SKY_LINES > grid.edges[0]) & (SKY_LINES < grid.edges[-1])]
        position = np.interp(lines, grid.centers, np.arange(len(grid)))
        width = np.interp(lines, grid.centers, np.diff(grid.edges))
        return {"lines": np.stack([position, np.maximum(self.fwhm / FWHM / width, 0.3)], axis=1)}

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        return {"sky": at.value("amplitude", 0, low=0.0)}

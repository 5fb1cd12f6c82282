"""Steps on the side of the source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..grids import Grid
from ..series import Series
from ..units import SPEED_OF_LIGHT
from .distributions import Deviates, Value, draw

Columns = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Redshift:
    """Move each source from the redshift `z` it was seen at to `to`.

    Wavelengths are multiplied by s = (1 + to) / (1 + z) and F_lambda divided by s, so
    that the light in a line is conserved; the change of luminosity distance is left
    to the normalisation.

    Parameters
    ----------
    to : value
        Redshift in the view; 0 is the rest frame.
    z : value
        Redshift in the data, often the name of a column.
    """

    to: Value = 0.0
    z: Value = 0.0
    order: ClassVar[int] = 0
    stream: ClassVar[int] = 16

    def sample(self, deviates: Deviates, series: Series, grid: Grid) -> Columns:
        """The draw of this step."""
        seen = draw(self.z, 0, deviates, series, low=-0.99)
        wanted = draw(self.to, 1, deviates, series, low=-0.99)
        stretch = (1.0 + wanted) / (1.0 + seen)
        return {"stretch": stretch, "flux_scale": 1.0 / stretch}


@dataclass(frozen=True)
class Velocity:
    """Doppler shift by a radial velocity `v` [km/s]: s = sqrt((1 + v/c) / (1 - v/c)), F_lambda divided by s."""

    v: Value
    order: ClassVar[int] = 1
    stream: ClassVar[int] = 17

    def sample(self, deviates: Deviates, series: Series, grid: Grid) -> Columns:
        """The draw of this step."""
        beta = np.minimum(draw(self.v, 0, deviates, series, low=-0.99 * SPEED_OF_LIGHT) / SPEED_OF_LIGHT, 0.99)
        stretch = np.sqrt((1.0 + beta) / (1.0 - beta))
        return {"stretch": stretch, "flux_scale": 1.0 / stretch}

"""A number as a function of wavelength: a resolution, a throughput, the noise of a real spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, located
from ..series import Series
from ..units import angstrom


@dataclass(frozen=True)
class Curve:
    """Straight lines between points; the end values hold beyond them.

    Parameters
    ----------
    wavelength : sequence of float [Angstrom] or Quantity
        Strictly ascending.
    values : sequence of float
    """

    wavelength: Sequence[float]
    values: Sequence[float]

    def __post_init__(self) -> None:
        wave = tuple(angstrom(self.wavelength).ravel().tolist())
        values = tuple(float(v) for v in self.values)
        object.__setattr__(self, "wavelength", wave)
        object.__setattr__(self, "values", values)
        if len(wave) != len(values) or not wave:
            raise InputError(f"a Curve needs as many values as wavelengths, got {len(values)} and {len(wave)}")
        if not (np.diff(wave) > 0).all() or not np.isfinite(values).all():
            raise InputError("a Curve needs strictly ascending wavelengths and finite values")

    @classmethod
    def of_noise(cls, series: Series, row: int) -> Curve:
        """The noise variance, 1 / ivar, of one spectrum of `series`, in units of its mean."""
        a, b = series.offsets[row], series.offsets[row + 1]
        good = series.ivar[a:b] > 0
        if not good.any():
            raise located("has no sample with ivar above 0", object_id=series.object_ids[row], column="ivar")
        variance = 1.0 / series.ivar[a:b][good].astype(np.float64)
        return cls(series.x[a:b][good].tolist(), (variance / variance.mean()).tolist())

    def at(self, wavelength: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values at `wavelength` [Angstrom]."""
        return np.interp(wavelength, self.wavelength, self.values)

    def to_config(self) -> list[Any]:
        """What :class:`Curve` takes, as plain lists."""
        return [list(self.wavelength), list(self.values)]

"""The step that brings every view to one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..errors import InputError
from ..kernels import normalize
from .step import Columns, Drawing, Step


@dataclass(frozen=True)
class Normalize(Step):
    """Bring every view to one scale; ivar follows.

    Parameters
    ----------
    by : str
        One number of the good pixels: ``"mean"``, ``"median"`` or ``"l2"`` (root mean square); or
        a continuum: ``"continuum"``, the Gaussian, ivar-weighted running mean with FWHM `window`, or
        ``"percentile"``, the running `percentile` in `window`.
    window : float
        Of the continuum [Angstrom].
    percentile : float
        0 to 100.
    between : (float, float), optional
        Take the number from this range alone [Angstrom].
    asinh : float
        Above 0: then compress, ``asinh(flux / asinh) x asinh``.
    """

    by: str = "mean"
    window: float = 100.0
    percentile: float = 50.0
    between: tuple[float, float] | None = None
    asinh: float = 0.0
    order: ClassVar[int] = 24
    stream: ClassVar[int] = 24
    kinds: ClassVar[dict[str, int]] = {
        "mean": normalize.MEAN,
        "median": normalize.MEDIAN,
        "l2": normalize.L2,
        "continuum": normalize.GAUSSIAN_CONTINUUM,
        "percentile": normalize.PERCENTILE_CONTINUUM,
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.by not in self.kinds:
            raise InputError(f"Normalize knows {', '.join(self.kinds)}; got {self.by!r}")
        if not self.window > 0:
            raise InputError(f"Normalize needs a window of positive width [Angstrom], got {self.window!r}")
        if not 0 <= self.percentile <= 100:
            raise InputError(f"Normalize needs a percentile from 0 to 100, got {self.percentile!r}")
        if not self.asinh >= 0:
            raise InputError(f"Normalize needs asinh of at least 0, got {self.asinh!r}")
        if self.between is not None:
            object.__setattr__(self, "between", tuple(float(v) for v in self.between))
            if self.kinds[self.by] > normalize.L2:
                raise InputError(f"Normalize: between has no meaning for a continuum ({self.by!r})")

    def sample(self, at: Drawing) -> Columns:
        """The draw of this step."""
        lo, hi = 0, len(at.grid)
        if self.between is not None:
            lo, hi = np.searchsorted(at.grid.centers, self.between).tolist()
            if lo >= hi:
                raise InputError(f"Normalize: no pixel of the grid lies between {self.between} Angstrom")
        numbers = {
            "normalize": self.kinds[self.by],
            "normalize_lo": lo,
            "normalize_hi": hi,
            "normalize_window": max(round(at.grid.pixels(self.window)), 1),
            "normalize_fraction": self.percentile / 100.0,
            "asinh": self.asinh,
        }
        return {name: np.full((len(at.series), at.views), float(number)) for name, number in numbers.items()}

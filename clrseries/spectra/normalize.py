"""The step that normalizes each spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ..errors import InputError
from ..kernels.spectra import normalize
from .step import Params, SpectrumContext, SpectrumStep

KINDS = {
    "mean": normalize.MEAN,
    "median": normalize.MEDIAN,
    "l2": normalize.L2,
    "continuum": normalize.GAUSSIAN_CONTINUUM,
    "percentile": normalize.PERCENTILE_CONTINUUM,
}


@dataclass(frozen=True, repr=False)
class Normalize(SpectrumStep):
    """Divide each spectrum by its level or by its continuum, and scale ivar with it.

    Parameters
    ----------
    by : {"mean", "median", "l2", "continuum", "percentile"}
        What the flux is divided by. ``"mean"``, ``"median"`` and ``"l2"`` (root mean square) are one number, from the pixels with
        positive ivar. ``"continuum"`` is a running mean, weighted by ivar and by a Gaussian of FWHM `window`; ``"percentile"`` is
        the running `percentile` within `window`.
    window : float
        Width of the window for a continuum [Angstrom], above 0.
    percentile : float
        Percentile for ``"percentile"``, from 0 to 100.
    between : (float, float), optional
        Wavelength range [Angstrom] from which the number is computed; default the whole grid. Not for a continuum.
    asinh : float
        If above 0, the normalized flux is compressed to ``asinh(flux / asinh) asinh``.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument is out of range or has the wrong type, or `between` is given for a continuum or contains no pixel.

    Examples
    --------
    >>> from clrseries import spectra as sp
    >>> sp.Normalize("median", between=(5400, 5600)).between
    (5400.0, 5600.0)
    """

    draws: ClassVar[bool] = False
    by: Literal["mean", "median", "l2", "continuum", "percentile"] = "mean"
    window: float = 100.0
    percentile: float = 50.0
    between: tuple[float, float] | None = None
    asinh: float = 0.0

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        if not self.window > 0:
            raise InputError(f"Normalize needs a window of positive width [Angstrom], got {self.window!r}")
        if not 0 <= self.percentile <= 100:
            raise InputError(f"Normalize needs a percentile from 0 to 100, got {self.percentile!r}")
        if not self.asinh >= 0:
            raise InputError(f"Normalize needs asinh of at least 0, got {self.asinh!r}")
        if self.between is not None:
            object.__setattr__(self, "between", tuple(float(v) for v in self.between))
            if KINDS[self.by] > normalize.L2:
                raise InputError(f"Normalize: between has no meaning for a continuum ({self.by!r})")

    def sample(self, context: SpectrumContext) -> Params:
        lo, hi = 0, len(context.grid)
        if self.between is not None:
            lo, hi = np.searchsorted(context.grid.centers, self.between).tolist()
            if lo >= hi:
                raise InputError(f"Normalize: no pixel of the grid lies between {self.between} Angstrom")
        numbers = {
            "normalize": KINDS[self.by],
            "normalize_lo": lo,
            "normalize_hi": hi,
            "normalize_window": max(round(context.grid.pixels(self.window)), 1),
            "normalize_fraction": self.percentile / 100.0,
            "asinh": self.asinh,
        }
        return {name: context.constant(number) for name, number in numbers.items()}

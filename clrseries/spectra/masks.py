"""Steps that mask pixels, whose ivar becomes 0: ends of the spectrum, whole arms, runs and single pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..augment.distributions import Value
from ..errors import InputError
from ..grids import Grid
from ..kernels.spectra.layout import MOST_RUNS
from .atmosphere import TELLURIC_BANDS
from .step import Params, SpectrumContext, SpectrumStep


@dataclass(frozen=True, repr=False)
class Crop(SpectrumStep):
    """Mask the ends of each spectrum, as an instrument with a shorter wavelength range does.

    Negative values have no effect, so that ``Uniform(-300, 300)`` crops half of all views.

    Parameters
    ----------
    blue, red : float, distribution or column name
        Length that is masked at the blue and at the red end [Angstrom].
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, spectra as sp
    >>> sp.Crop(blue=Uniform(-500, 500)).red
    0.0
    """

    draws: ClassVar[bool] = False
    blue: Value = 0.0
    red: Value = 0.0

    def sample(self, context: SpectrumContext) -> Params:
        centers = context.grid.centers
        blue = centers[0] + np.maximum(context.value("blue", 0), 0.0)
        red = centers[-1] - np.maximum(context.value("red", 1), 0.0)
        return {
            "crop_blue": np.searchsorted(centers, blue).astype(float),
            "crop_red": len(context.grid) - np.searchsorted(centers, red, side="right").astype(float),
        }


@dataclass(frozen=True, repr=False)
class DropArm(SpectrumStep):
    """Mask one arm of the spectrograph, drawn with equal chances.

    Parameters
    ----------
    arms : sequence of (float, float)
        Wavelength ranges of the arms [Angstrom], at least two.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        There are fewer than two arms, or an arm is not a range (low, high).

    Examples
    --------
    >>> from clrseries import spectra as sp
    >>> sp.DropArm([(3600, 5800), (5800, 7600)], probability=0.2).arms
    ((3600.0, 5800.0), (5800.0, 7600.0))
    """

    arms: Sequence[tuple[float, float]]

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        object.__setattr__(self, "arms", tuple((float(lo), float(hi)) for lo, hi in self.arms))
        if len(self.arms) < 2 or any(lo >= hi for lo, hi in self.arms):
            raise InputError(f"DropArm needs at least two arms (low, high) in Angstrom, got {self.arms}")

    def ranges(self, grid: Grid) -> dict[str, list[tuple[float, float]]]:
        return {f"arm_{i}_dropped": [arm] for i, arm in enumerate(self.arms)}

    def sample(self, context: SpectrumContext) -> Params:
        dropped = np.floor(context.deviates(0) * len(self.arms))
        return {f"arm_{i}_dropped": (dropped == i).astype(float) for i in range(len(self.arms))}


@dataclass(frozen=True, repr=False)
class MaskTelluric(SpectrumStep):
    """Mask all pixels in the absorption bands of the atmosphere.

    Parameters
    ----------
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import spectra as sp
    >>> sp.MaskTelluric(probability=0.5)
    MaskTelluric(probability=0.5)
    """

    draws: ClassVar[bool] = False

    def ranges(self, grid: Grid) -> dict[str, list[tuple[float, float]]]:
        return {"telluric_masked": [(head, end) for _, head, end, _ in TELLURIC_BANDS]}

    def sample(self, context: SpectrumContext) -> Params:
        return {"telluric_masked": context.constant(1.0)}


@dataclass(frozen=True, repr=False)
class MaskRuns(SpectrumStep):
    """Mask runs of neighboring pixels, such as gaps and bad columns.

    Parameters
    ----------
    count : float, distribution or column name
        Number of runs, rounded down, from 0 to 64.
    length : float, distribution or column name
        Length of each run [Angstrom], at least 0.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Choice, LogUniform, spectra as sp
    >>> sp.MaskRuns(Choice([0, 1, 2]), length=LogUniform(10, 300)).probability
    1.0
    """

    count: Value = 1
    length: Value = 50.0

    def sample(self, context: SpectrumContext) -> Params:
        return {
            "mask_runs": np.minimum(np.floor(context.value("count", 0, low=0.0)), MOST_RUNS),
            "mask_length": np.round(context.value("length", 1, low=0.0) * context.grid.pixels(1.0)),
        }


@dataclass(frozen=True, repr=False)
class MaskPixels(SpectrumStep):
    """Mask single pixels independently of each other, such as dead pixels.

    Parameters
    ----------
    fraction : float, distribution or column name
        Mean fraction of the pixels that is masked, at least 0.
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type or is out of range.

    Examples
    --------
    >>> from clrseries import Uniform, spectra as sp
    >>> sp.MaskPixels(Uniform(0, 0.05)).fraction
    Uniform(low=0, high=0.05)
    """

    fraction: Value

    def sample(self, context: SpectrumContext) -> Params:
        return {"mask_fraction": context.value("fraction", 0, low=0.0)}

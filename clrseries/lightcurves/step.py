"""The base class of the steps for light curves, and the context in which they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..augment.step import Array, Params, Step, StepContext
from ..errors import InputError
from ..kernels.streams import LIGHT_CURVES
from .moments import Moments

__all__ = ["Array", "LightCurveContext", "LightCurveStep", "Params", "band_numbers"]


@dataclass(frozen=True)
class LightCurveContext(StepContext):
    """Data and random numbers from which a step for light curves draws its parameters.

    Parameters
    ----------
    series : Series
        N light curves.
    keys : uint64 (N,)
        Random keys of the objects, made from their names and the seed.
    views : int
        V, the number of views of each object.
    epoch : int
        Epoch of the random numbers.
    step : Step
        The step whose parameters are drawn.
    params : mapping of str to float64 (N, V)
        Parameters that the steps before this one have drawn.
    moments : Moments
        Times of the first point, the peak and the first detection of each curve.
    """

    moments: Moments

    def constant(self, value: float) -> Array:
        """Return one number for all views.

        Parameters
        ----------
        value : float
            The number.

        Returns
        -------
        float64 (N, V)
        """
        return np.full(self.shape, float(value))

    def moved(self, days: Array) -> Array:
        """Convert times of the data to times of the views, which may be stretched, reversed and shifted.

        Parameters
        ----------
        days : float64 (N,)
            Times from the first point of each curve [day].

        Returns
        -------
        float64 (N, V)
            Times in the views [day].
        """
        reference = self.params["reference"]
        return reference + self.params["stretch"] * (days[:, None] - reference) + self.params["shift"]

    @property
    def ends(self) -> tuple[Array, Array]:
        """Begin and end of each view [day], float64 (N, V) each."""
        a, b = self.moved(np.zeros(len(self.series))), self.moved(self.moments.span)
        return np.minimum(a, b), np.maximum(a, b)

    @property
    def middle(self) -> Array:
        """Middle of each curve, from its first point [day], float64 (N, V)."""
        return np.broadcast_to(0.5 * self.moments.span[:, None], self.shape)

    def days_until(self, absolute: float) -> Array:
        """Convert an absolute time to a time from the first point of each curve.

        Parameters
        ----------
        absolute : float
            Time in the system of the data [day].

        Returns
        -------
        float64 (N, V)
            Time from the first point [day].
        """
        return np.broadcast_to((absolute - self.moments.first_time)[:, None], self.shape)


@dataclass(frozen=True, repr=False)
class LightCurveStep(Step):
    """One step of the forward model of light curves, the base class of all of them.

    Parameters
    ----------
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.
    """

    kind: ClassVar[str] = "light curves"
    streams: ClassVar[dict[str, int]] = LIGHT_CURVES

    def sample(self, context: LightCurveContext) -> Params:
        """Draw the parameters of all views.

        Parameters
        ----------
        context : LightCurveContext
            Data and random numbers.

        Returns
        -------
        dict of str to float64 (N, V)
            By the names that the kernel gives to the parameters.
        """
        return {}

    def tables(self, bands: tuple[str, ...]) -> dict[str, Any]:
        """Return tables of the kernel that the step fills.

        Parameters
        ----------
        bands : tuple of str
            Bands of the series.

        Returns
        -------
        dict of str to array
            By their names in :class:`clrseries.kernels.lightcurves.layout.Tables`.
        """
        return {}


def band_numbers(wanted: Sequence[str], bands: tuple[str, ...], what: str) -> NDArray[np.int64]:
    """Return the indices of some bands among the bands of a series.

    Parameters
    ----------
    wanted : sequence of str
        Names of M bands.
    bands : tuple of str
        Bands of the series.
    what : str
        Name of the step, for the error.

    Returns
    -------
    int64 (M,)

    Raises
    ------
    InputError
        The series does not have one of the bands.
    """
    unknown = [name for name in wanted if name not in bands]
    if unknown:
        raise InputError(f"{what}: there is no band {', '.join(map(repr, unknown))}; the series has {', '.join(bands)}")
    return np.array([bands.index(name) for name in wanted], np.int64)

"""The base class of the steps for spectra, and the context in which they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..augment.step import Array, Params, Step, StepContext
from ..grids import Grid
from ..kernels.streams import SPECTRA

__all__ = ["Array", "Params", "SpectrumContext", "SpectrumStep"]


@dataclass(frozen=True)
class SpectrumContext(StepContext):
    """Data and random numbers from which a step for spectra draws its parameters.

    Parameters
    ----------
    series : Series
        N spectra.
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
    grid : Grid
        Pixels of the views.
    """

    grid: Grid

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


@dataclass(frozen=True, repr=False)
class SpectrumStep(Step):
    """One step of the forward model of spectra, the base class of all of them.

    Parameters
    ----------
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.
    """

    kind: ClassVar[str] = "spectra"
    streams: ClassVar[dict[str, int]] = SPECTRA

    def sample(self, context: SpectrumContext) -> Params:
        """Draw the parameters of all views.

        Parameters
        ----------
        context : SpectrumContext
            Data and random numbers.

        Returns
        -------
        dict of str to float64 (N, V)
            By the names that the kernel gives to the parameters.
        """
        return {}

    def curves(self, grid: Grid) -> dict[str, Array]:
        """Return curves that the step multiplies the flux by, as ln(flux factor) for a coefficient of 1.

        Parameters
        ----------
        grid : Grid
            The P pixels of the views.

        Returns
        -------
        dict of str to float64 (P,)
            By the name of the parameter that is the coefficient.
        """
        return {}

    def rest_curves(self) -> dict[str, Callable[[Array], Array]]:
        """Return curves like those of :meth:`curves`, as functions of the wavelength in the rest frame of the source.

        Returns
        -------
        dict of str to function
            A function takes wavelengths [Angstrom] and returns ln(flux factor) for a coefficient of 1.
        """
        return {}

    def ranges(self, grid: Grid) -> dict[str, list[tuple[float, float]]]:
        """Return wavelength ranges that the step may mask.

        Parameters
        ----------
        grid : Grid
            The pixels of the views.

        Returns
        -------
        dict of str to list of (float, float)
            Ranges [Angstrom] that are masked in the views where the parameter of that name is above 0.
        """
        return {}

    def tables(self, grid: Grid) -> dict[str, Any]:
        """Return other tables of the kernel that the step fills.

        Parameters
        ----------
        grid : Grid
            The pixels of the views.

        Returns
        -------
        dict of str to array
            By their names in :class:`clrseries.kernels.spectra.layout.Tables`.
        """
        return {}

"""Functions of wavelength, such as a resolving power, a throughput, or the noise of an observed spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, located
from ..series import Series
from ..units import angstrom

if TYPE_CHECKING:
    from astropy.units import Quantity


@dataclass(frozen=True)
class Curve:
    """Function of wavelength, interpolated linearly between points and constant beyond the first and the last.

    Parameters
    ----------
    wavelength : sequence of float, or Quantity
        Wavelengths of the points [Angstrom], strictly ascending.
    values : sequence of float
        Values at these wavelengths, finite.

    Raises
    ------
    InputError
        Wavelengths do not ascend, values are not finite, or their numbers differ.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import spectra as sp
    >>> resolution = sp.Curve([4000, 8000], [1500, 2500])
    >>> resolution.at(np.array([5000.0]))
    array([1750.])
    """

    wavelength: Sequence[float] | NDArray[np.floating] | Quantity
    values: Sequence[float] | NDArray[np.floating]

    def __post_init__(self) -> None:
        """Check the points and keep them as tuples."""
        try:
            wave = tuple(angstrom(self.wavelength).ravel().tolist())
            values = tuple(float(v) for v in self.values)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"a Curve needs two lists of numbers, got {self.wavelength!r} and {self.values!r}"
            ) from error
        object.__setattr__(self, "wavelength", wave)
        object.__setattr__(self, "values", values)
        if len(wave) != len(values) or not wave:
            raise InputError(f"a Curve needs as many values as wavelengths, got {len(values)} and {len(wave)}")
        if not (np.diff(wave) > 0).all() or not np.isfinite(values).all():
            raise InputError("a Curve needs strictly ascending wavelengths and finite values")

    @classmethod
    def of_noise(cls, series: Series, row: int) -> Curve:
        """Return the noise variance of one spectrum, in units of its mean.

        Parameters
        ----------
        series : Series
            N spectra.
        row : int
            Number of the spectrum, from 0 to N - 1.

        Returns
        -------
        Curve
            1 / ivar divided by its mean, at the pixels with positive ivar.

        Raises
        ------
        InputError
            The spectrum has no pixel with positive ivar.

        Examples
        --------
        >>> from clrseries import Series, spectra as sp
        >>> noisy = Series.from_arrays([4000.0, 4001.0], [[1.0, 1.0]], [[1.0, 0.5]])
        >>> [round(value, 3) for value in sp.Curve.of_noise(noisy, 0).values]
        [0.667, 1.333]
        """
        a, b = series.offsets[row], series.offsets[row + 1]
        good = series.ivar[a:b] > 0
        if not good.any():
            raise located("has no sample with ivar above 0", object_id=series.object_ids[row], column="ivar")
        variance = 1.0 / series.ivar[a:b][good].astype(np.float64)
        return cls(series.x[a:b][good].tolist(), (variance / variance.mean()).tolist())

    def at(self, wavelength: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values of the function.

        Parameters
        ----------
        wavelength : float64 array
            Wavelengths [Angstrom].

        Returns
        -------
        float64 array
            Of the same shape.
        """
        return np.interp(wavelength, np.asarray(self.wavelength), np.asarray(self.values))

    def to_config(self) -> list[Any]:
        """Return the arguments of :class:`Curve` as plain data.

        Returns
        -------
        list of two lists
            Wavelengths and values.
        """
        return [list(self.wavelength), list(self.values)]

"""Distributions, and the drawing of an argument's values from a number, a distribution or a per-object column."""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..argument_types import check_arguments
from ..errors import InputError, NoUsableNumber, located
from ..series import Series

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Distribution(ABC):
    """Distribution that the values of an argument are drawn from, the base class of all of them."""

    unbounded: ClassVar[tuple[str, ...]] = ()  # numbers that may be infinite

    def __post_init__(self) -> None:
        check_arguments(self)
        for field in fields(self):
            numbers = np.atleast_1d(np.asarray(getattr(self, field.name), np.float64))
            if not np.isfinite(numbers).all() and field.name not in self.unbounded:
                kind = type(self).__name__
                raise InputError(f"{kind}: {field.name} must be finite, got {getattr(self, field.name)!r}")

    @abstractmethod
    def quantile(self, u: Array) -> Array:
        """Return quantiles of the distribution.

        Parameters
        ----------
        u : float64 array
            Fractions of all draws, between 0 and 1.

        Returns
        -------
        float64 array
        """


@dataclass(frozen=True)
class Uniform(Distribution):
    """Uniform distribution between two values.

    Parameters
    ----------
    low, high : float
        Smallest and largest value; an :class:`InputError` if `low` is above `high`.

    Examples
    --------
    >>> from clrseries import Uniform, spectra as sp
    >>> sp.Noise(snr=Uniform(5, 50))
    Noise(snr=Uniform(low=5, high=50))
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.low <= self.high:
            raise InputError(f"Uniform needs low <= high, got {self.low:g} and {self.high:g}")

    def quantile(self, u: Array) -> Array:
        return self.low + (self.high - self.low) * u


@dataclass(frozen=True)
class LogUniform(Distribution):
    """Log-uniform distribution: the logarithm is uniform between those of two values.

    Parameters
    ----------
    low, high : float
        Smallest and largest value; an :class:`InputError` if `low` is not positive or is above `high`.

    Examples
    --------
    >>> from clrseries import LogUniform, spectra as sp
    >>> sp.Noise(snr=LogUniform(10, 100))
    Noise(snr=LogUniform(low=10, high=100))
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.low <= self.high:
            raise InputError(f"LogUniform needs 0 < low <= high, got {self.low:g} and {self.high:g}")

    def quantile(self, u: Array) -> Array:
        return self.low * (self.high / self.low) ** u


@dataclass(frozen=True)
class Normal(Distribution):
    """Normal (Gaussian) distribution.

    Parameters
    ----------
    mean : float
        Mean.
    sigma : float
        Standard deviation, at least 0; otherwise an :class:`InputError`.

    Examples
    --------
    >>> from clrseries import Normal, spectra as sp
    >>> sp.Velocity(Normal(0, 40))
    Velocity(v=Normal(mean=0, sigma=40))
    """

    mean: float
    sigma: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.sigma >= 0:
            raise InputError(f"Normal needs sigma >= 0, got {self.sigma:g}")

    def quantile(self, u: Array) -> Array:
        from scipy.special import ndtri

        return self.mean + self.sigma * ndtri(u)


@dataclass(frozen=True)
class TruncatedNormal(Distribution):
    """Normal distribution restricted to an interval.

    Parameters
    ----------
    mean, sigma : float
        Mean and standard deviation of the normal distribution before it is restricted; `sigma` is above 0.
    low, high : float
        Ends of the interval; `low` is below `high`.

    Raises
    ------
    InputError
        `sigma` is not positive, or `low` is not below `high`.

    Examples
    --------
    >>> from clrseries import TruncatedNormal, spectra as sp
    >>> sp.Extinction(TruncatedNormal(0.1, 0.1, 0.0, 0.5)).curve
    'F99'
    """

    mean: float
    sigma: float
    low: float
    high: float
    unbounded: ClassVar[tuple[str, ...]] = ("low", "high")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (self.sigma > 0 and self.low < self.high):
            raise InputError(
                f"TruncatedNormal needs sigma > 0 and low < high, got sigma {self.sigma:g}, {self.low:g} to {self.high:g}"
            )

    def quantile(self, u: Array) -> Array:
        from scipy.stats import truncnorm

        a, b = (self.low - self.mean) / self.sigma, (self.high - self.mean) / self.sigma
        return truncnorm.ppf(u, a, b, self.mean, self.sigma)


@dataclass(frozen=True)
class Choice(Distribution):
    """Discrete distribution in which a few values are equally likely.

    Parameters
    ----------
    values : sequence of float
        At least one value; otherwise an :class:`InputError`.

    Examples
    --------
    >>> from clrseries import Choice, spectra as sp
    >>> sp.MaskRuns(count=Choice([0, 1, 2]))
    MaskRuns(count=Choice(values=(0.0, 1.0, 2.0)))
    """

    values: Sequence[float]

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "values", tuple(float(v) for v in self.values))
        if not self.values:
            raise InputError("Choice needs at least one value")

    def quantile(self, u: Array) -> Array:
        index = np.minimum((u * len(self.values)).astype(int), len(self.values) - 1)
        return np.asarray(self.values)[index]


@dataclass(frozen=True)
class Empirical(Distribution):
    """Empirical distribution of measured values.

    Quantiles are interpolated linearly between the sorted values.

    Parameters
    ----------
    values : sequence of float
        At least one value, all finite; otherwise an :class:`InputError`.

    Examples
    --------
    >>> from clrseries import Empirical, spectra as sp
    >>> sp.Noise(snr=Empirical([12.0, 30.0, 18.0]))
    Noise(snr=Empirical(values=(12.0, 18.0, 30.0)))
    """

    values: Sequence[float]

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "values", tuple(sorted(float(v) for v in self.values)))
        if not self.values:
            raise InputError("Empirical needs at least one value")

    @classmethod
    def from_column(cls, series: Series, name: str) -> Empirical:
        """Return the distribution of the values in a per-object column.

        Parameters
        ----------
        series : Series
            N objects.
        name : str
            Name of the column; objects without a finite number there are left out.

        Returns
        -------
        Empirical
        """
        values = _column(name, series, -np.inf)
        return cls(tuple(values[np.isfinite(values)].tolist()))

    def quantile(self, u: Array) -> Array:
        return np.quantile(self.values, u)


@dataclass(frozen=True)
class Joint(Choice):
    """Measured values that are drawn together with those of other arguments: in a view, all are of one and the same object.

    Parameters
    ----------
    values : sequence of float
        One value of each object, all finite, at least one; otherwise an :class:`InputError`.
    name : str
        Name of the set of objects. Arguments with this name, in whichever steps, take the value at the same index.

    Examples
    --------
    >>> from clrseries import Joint, spectra as sp
    >>> sharp_and_faint = [sp.LSF(Joint([900, 3000], "two")), sp.Noise(Joint([80, 10], "two"))]
    """

    name: str

    def __post_init__(self) -> None:
        check_arguments(self)
        object.__setattr__(self, "values", tuple(float(v) for v in self.values))
        if not self.values or not np.isfinite(self.values).all():
            raise InputError(f"Joint {self.name!r}: values must be finite, and at least one")

    @property
    def number(self) -> int:
        """Number of the deviate, which is that of all arguments with this name."""
        return zlib.crc32(self.name.encode())


Value = float | int | str | Distribution
DISTRIBUTIONS: dict[str, type[Distribution]] = {
    kind.__name__: kind for kind in (Uniform, LogUniform, Normal, TruncatedNormal, Choice, Empirical, Joint)
}


def sample_values(
    value: Value, deviates: Callable[[], Array], series: Series, shape: tuple[int, int], low: float = -np.inf
) -> Array:
    """Return the values of one argument for all views.

    Parameters
    ----------
    value : float, distribution or column name
        The source of the values.
    deviates : function
        Returns uniform deviates in (0, 1), float64 (N, V); called only if `value` is a distribution.
    series : Series
        N objects.
    shape : (int, int)
        Number of objects N and of views V.
    low : float
        Smallest value that is possible. Draws below it are set to it; a number or a column must not be below it.

    Returns
    -------
    float64 (N, V)
        NaN for an object whose column holds no finite number of at least `low`.

    Raises
    ------
    InputError
        A number is below `low`; or a column is missing, or holds a finite number of at least `low` for no object.
    """
    if isinstance(value, str):
        return np.broadcast_to(_column(value, series, low)[:, None], shape)
    if isinstance(value, Distribution):
        return np.maximum(value.quantile(deviates()), low)
    if not value >= low:
        raise InputError(f"got {value!r} where a number of at least {low:g} is needed")
    return np.full(shape, float(value))


def _column(name: str, series: Series, low: float) -> Array:
    """Return the numbers of a column; NaN where one is missing or below `low`, unless that is so for all objects."""
    if name not in series.table.column_names:
        raise located(f"is missing; there are {', '.join(series.table.column_names)}", column=name)
    column = series.table[name].to_pylist()
    try:
        values = np.array([np.nan if v is None else v for v in column], np.float64)
    except (TypeError, ValueError) as error:
        raise located("must hold numbers", column=name) from error
    bad = ~(np.isfinite(values) & (values >= low))
    if bad.all() and len(bad):
        problem = f"is {column[0]}, and no better for any other object; a finite number of at least {low:g} is needed"
        raise NoUsableNumber(str(located(problem, object_id=series.object_ids[0], column=name)), name)
    return np.where(bad, np.nan, values)

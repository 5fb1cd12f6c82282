"""Where a step's values come from: a fixed number, a distribution, or one of the object's own columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, located
from ..series import Series


@dataclass(frozen=True)
class Uniform:
    """Equally likely between `low` and `high`."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise InputError(f"Uniform needs low <= high, got {self.low:g} and {self.high:g}")

    def quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """The value below which a fraction `u` of all draws lies."""
        return self.low + (self.high - self.low) * u


@dataclass(frozen=True)
class LogUniform:
    """Uniform in the logarithm, between `low` > 0 and `high`."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high:
            raise InputError(f"LogUniform needs 0 < low <= high, got {self.low:g} and {self.high:g}")

    def quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """The value below which a fraction `u` of all draws lies."""
        return self.low * (self.high / self.low) ** u


@dataclass(frozen=True)
class Normal:
    """Gaussian with mean `mean` and standard deviation `sigma`."""

    mean: float
    sigma: float

    def __post_init__(self) -> None:
        if not self.sigma >= 0:
            raise InputError(f"Normal needs sigma >= 0, got {self.sigma:g}")

    def quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """The value below which a fraction `u` of all draws lies."""
        from scipy.special import ndtri

        return self.mean + self.sigma * ndtri(u)


@dataclass(frozen=True)
class Choice:
    """One of `values`, equally likely."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(float(v) for v in self.values))
        if not self.values:
            raise InputError("Choice needs at least one value")

    def quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """The value below which a fraction `u` of all draws lies."""
        index = np.minimum((u * len(self.values)).astype(int), len(self.values) - 1)
        return np.asarray(self.values)[index]


@dataclass(frozen=True)
class TruncatedNormal:
    """Gaussian with mean `mean` and standard deviation `sigma`, redrawn until it lies between `low` and `high`."""

    mean: float
    sigma: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (self.sigma > 0 and self.low < self.high):
            raise InputError(
                f"TruncatedNormal needs sigma > 0 and low < high, got sigma {self.sigma:g}, {self.low:g} to {self.high:g}"
            )

    def quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """The value below which a fraction `u` of all draws lies."""
        from scipy.stats import truncnorm

        a, b = (self.low - self.mean) / self.sigma, (self.high - self.mean) / self.sigma
        return truncnorm.ppf(u, a, b, self.mean, self.sigma)


@dataclass(frozen=True)
class Empirical:
    """The distribution of measured `values`, with lines between their order statistics.

    It is fixed when it is made, so that a view does not depend on the batch it is drawn in:
    ``Empirical.from_column(series, "snr")``.
    """

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(sorted(float(v) for v in self.values)))
        if not self.values or not np.isfinite(self.values).all():
            raise InputError("Empirical needs at least one value, all of them finite")

    @classmethod
    def from_column(cls, series: Series, name: str) -> Empirical:
        """From a column of per-object numbers; an :class:`InputError` names an object without one."""
        return cls(tuple(_column(name, series, -np.inf)))

    def quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """The value below which a fraction `u` of all draws lies."""
        return np.quantile(self.values, u)


Distribution = Uniform | LogUniform | Normal | TruncatedNormal | Choice | Empirical
Value = float | int | str | Distribution
DISTRIBUTIONS = {kind.__name__: kind for kind in (Uniform, LogUniform, Normal, TruncatedNormal, Choice, Empirical)}


def draw(
    value: Value,
    deviates: Callable[[], NDArray[np.float64]],
    series: Series,
    shape: tuple[int, int],
    low: float = -np.inf,
) -> NDArray[np.float64]:
    """Values of one parameter for N objects x V views, float64 of `shape` (N, V).

    A string is the name of a per-object column. Draws are clipped at `low`, the
    smallest value that makes physical sense; a column's values are not: there a
    smaller, null or non-finite one is an :class:`InputError`.
    """
    if isinstance(value, str):
        return np.broadcast_to(_column(value, series, low)[:, None], shape)
    if isinstance(value, int | float):
        if not value >= low:
            raise InputError(f"got {value!r} where a number of at least {low:g} is needed")
        return np.full(shape, float(value))
    return np.maximum(value.quantile(deviates()), low)


def _column(name: str, series: Series, low: float) -> NDArray[np.float64]:
    if name not in series.table.column_names:
        raise located(f"is missing; there are {', '.join(series.table.column_names)}", column=name)
    column = series.table[name].to_pylist()
    try:
        values = np.array([np.nan if v is None else v for v in column], np.float64)
    except (TypeError, ValueError) as error:
        raise located("must hold numbers", column=name) from error
    bad = ~(np.isfinite(values) & (values >= low))
    if bad.any():
        row = int(np.argmax(bad))
        raise located(
            f"is {column[row]}; a finite number of at least {low:g} is needed",
            object_id=series.object_ids[row],
            column=name,
        )
    return values

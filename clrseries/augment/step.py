"""What a step is: values drawn for every view, and tables that all views share."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..grids import Grid
from ..kernels import philox
from ..series import Series
from .distributions import Value, draw

Array = NDArray[np.float64]
Columns = dict[str, Array]
APPLIED = 255  # the parameter number of the deviate that decides whether a step is applied


@dataclass(frozen=True)
class BaseDrawing:
    """What a step sees while it draws: the objects, its random numbers and what was drawn before it."""

    series: Series
    keys: NDArray[np.uint64]
    views: int
    epoch: int
    step: BaseStep
    columns: Mapping[str, Array]

    def deviates(self, parameter: int) -> Array:
        """Uniform deviates in (0, 1) of one parameter of this step, float64 (N, V)."""
        return philox.draw_uniform(self.keys, self.views, self.epoch, self.step.stream, parameter)

    def value(self, name: str, parameter: int, low: float = -np.inf) -> Array:
        """Values of the step's argument `name`, float64 (N, V); its random numbers have the number `parameter`."""
        return self.drawn(name, getattr(self.step, name), parameter, low)

    def drawn(self, name: str, value: Value, parameter: int, low: float = -np.inf) -> Array:
        """Draw a `value`, see :func:`clrseries.augment.distributions.draw`; an error says which argument's it is."""
        try:
            return draw(value, lambda: self.deviates(parameter), self.series, (len(self.series), self.views), low)
        except InputError as error:
            raise InputError(f"{type(self.step).__name__}: {name}: {error}") from error


@dataclass(frozen=True)
class Drawing(BaseDrawing):
    """The same for spectra, which are drawn for a grid."""

    grid: Grid


@dataclass(frozen=True)
class BaseStep:
    """One step of a forward model. A subclass says its `order` in nature and its random `stream`.

    Parameters
    ----------
    probability : float
        Fraction of the views that the step is applied to.
    """

    probability: float = field(default=1.0, kw_only=True)
    order: ClassVar[int]
    stream: ClassVar[int]

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise InputError(f"{type(self).__name__}: probability must be from 0 to 1, got {self.probability!r}")

    def sample(self, at: Any) -> Columns:
        """The draw of this step: kernel columns by name, float64 (N, V)."""
        return {}


@dataclass(frozen=True)
class Step(BaseStep):
    """A step of a spectrum's forward model."""

    def curves(self, grid: Grid) -> dict[str, Array]:
        """ln(flux factor) for a coefficient of 1 on the grid's P pixels, by the name of the coefficient."""
        return {}

    def rest_curves(self) -> dict[str, Callable[[Array], Array]]:
        """The same as functions of the rest wavelength [Angstrom]."""
        return {}

    def ranges(self, grid: Grid) -> dict[str, list[tuple[float, float]]]:
        """Wavelength ranges [Angstrom] that are masked where the column of that name is above 0."""
        return {}

    def tables(self, grid: Grid) -> dict[str, Any]:
        """Other tables of the kernel, by their name in :class:`clrseries.kernels.layout.Tables`."""
        return {}


def check_order(what: str, steps: Sequence[BaseStep], needed: type[BaseStep]) -> None:
    """Raise an :class:`InputError` unless `steps` follow nature's order, each once, with exactly one of kind `needed`."""
    names = [type(step).__name__ for step in steps]
    orders = [step.order for step in steps]
    if sum(isinstance(step, needed) for step in steps) != 1:
        raise InputError(f"{what} needs exactly one {needed.__name__}(...) among its steps, got {names}")
    if any(a >= b for a, b in itertools.pairwise(orders)):
        wanted = [name for _, name in sorted(zip(orders, names, strict=True))]
        raise InputError(f"steps must follow nature's order, each once: {wanted}, got {names}")


def sample_steps(
    steps: Sequence[BaseStep],
    neutral: Mapping[str, float],
    shape: tuple[int, int],
    drawing: Callable[[BaseStep, Mapping[str, Array]], BaseDrawing],
    combine: Mapping[str, Callable[[Array, Array], Array]],
) -> tuple[Array, dict[str, Array]]:
    """Draw every step in turn.

    Parameters
    ----------
    steps : sequence of steps
    neutral : mapping of column name to the value that switches its step off
    shape : (N, V)
    drawing : function of a step and the columns so far
        What the step sees.
    combine : mapping of column name to function of old and new
        Columns that several steps change; any other is replaced.

    Returns
    -------
    float64 (N, V, K), and views of its K columns by name
    """
    drawn = np.tile(list(neutral.values()), (*shape, 1))
    columns = {name: drawn[..., k] for k, name in enumerate(neutral)}
    for step in steps:
        at = drawing(step, columns)
        values = step.sample(at)
        applied = True if step.probability >= 1 else at.deviates(APPLIED) < step.probability
        for name, new in values.items():
            old = columns[name].copy()
            columns[name][...] = np.where(applied, combine.get(name, _replace)(old, new), old)
    return drawn, columns


def _replace(old: Array, new: Array) -> Array:
    return new

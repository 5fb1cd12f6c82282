"""The base class of the steps of a forward model, and the drawing of their parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..argument_types import check_arguments
from ..errors import InputError, NoUsableNumber
from ..kernels import philox
from ..kernels.streams import JOINT_ROWS
from ..series import Series
from .distributions import Distribution, Joint, Value, sample_values

Array = NDArray[np.float64]
Params = dict[str, Array]
APPLIED = 255  # number of the deviate that decides whether a step is applied; the steps use smaller numbers


@dataclass(frozen=True)
class StepContext:
    """Data and random numbers from which a step draws its parameters.

    Parameters
    ----------
    series : Series
        N objects.
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
    """

    series: Series
    keys: NDArray[np.uint64]
    views: int
    epoch: int
    step: Step
    params: Mapping[str, Array]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of objects N and of views V."""
        return len(self.series), self.views

    def deviates(self, number: int) -> Array:
        """Return uniform deviates for all views.

        Parameters
        ----------
        number : int
            Which deviate of the step this is; other numbers give independent deviates.

        Returns
        -------
        float64 (N, V)
            Between 0 and 1, both excluded.
        """
        return philox.draw_uniform(self.keys, self.views, self.epoch, self.step.stream, number)

    def value(self, name: str, number: int, low: float = -np.inf) -> Array:
        """Return the values of one argument of the step for all views.

        Parameters
        ----------
        name : str
            Name of the argument.
        number : int
            Number of the deviate that a distribution is drawn with.
        low : float
            Smallest value that is possible; see :func:`clrseries.augment.distributions.sample_values`.

        Returns
        -------
        float64 (N, V)

        Raises
        ------
        InputError
            A value is below `low`, or a column cannot be used.
        """
        return self.values_of(name, getattr(self.step, name), number, low)

    def values_of(self, name: str, value: Value, number: int, low: float = -np.inf) -> Array:
        """Return values for all views, from a value that is not itself an argument of the step.

        Parameters
        ----------
        name : str
            Name in errors.
        value : float, distribution or column name
            The source of the values.
        number : int
            Number of the deviate that a distribution is drawn with.
        low : float
            Smallest value that is possible; see :func:`clrseries.augment.distributions.sample_values`.

        Returns
        -------
        float64 (N, V)

        Raises
        ------
        InputError
            A value is below `low`, or a column cannot be used.
        """
        try:
            return sample_values(value, lambda: self._deviates_of(value, number), self.series, self.shape, low)
        except InputError as error:
            step = type(self.step).__name__
            told = f"{step}: {name}: {error}"
            if isinstance(error, NoUsableNumber):
                raise NoUsableNumber(told, error.column, step) from error
            raise InputError(told) from error

    def _deviates_of(self, value: Value, number: int) -> Array:
        """Return the deviates of an argument; those of a joint distribution do not depend on the step."""
        if not isinstance(value, Joint):
            return self.deviates(number)
        return philox.draw_uniform(self.keys, self.views, self.epoch, JOINT_ROWS, value.number)


@dataclass(frozen=True, repr=False)
class Step:
    """One step of a forward model, the base class of the steps for spectra and for light curves.

    Parameters
    ----------
    probability : float
        Fraction of the views that the step is applied to, from 0 to 1.

    Raises
    ------
    InputError
        An argument has the wrong type, or `probability` is out of range.
    """

    probability: float = field(default=1.0, kw_only=True)
    kind: ClassVar[str]  # of data: "spectra" or "light curves"
    streams: ClassVar[Mapping[str, int]]  # random stream of each step of this kind, by name, in nature's order
    draws: ClassVar[bool] = True  # whether the step needs random numbers besides those of its arguments

    def __post_init__(self) -> None:
        """Check the types of the arguments, and the range of `probability`."""
        check_arguments(self)
        if not 0 <= self.probability <= 1:
            raise InputError(f"{type(self).__name__}: probability must be from 0 to 1, got {self.probability!r}")

    def __repr__(self) -> str:
        """Return the call that makes the step, without arguments that have their default."""
        own = [(f.name, getattr(self, f.name), f.default) for f in sorted(fields(self), key=lambda f: bool(f.kw_only))]
        shown = [f"{name}={value!r}" for name, value, default in own if value is not default and value != default]
        return f"{type(self).__name__}({', '.join(shown)})"

    @property
    def order(self) -> int:
        """Position of the step in the order in which nature applies the steps."""
        return list(self.streams).index(type(self).__name__)

    @property
    def stream(self) -> int:
        """Number of the random stream of the step."""
        return self.streams[type(self).__name__]

    @property
    def is_random(self) -> bool:
        """Whether the step may do something else to another view of the same object."""
        drawn = any(isinstance(getattr(self, field.name), Distribution) for field in fields(self))
        return self.draws or drawn or self.probability < 1

    def sample(self, context: Any) -> Params:
        """Draw the parameters of all views.

        Parameters
        ----------
        context : StepContext
            Data and random numbers.

        Returns
        -------
        dict of str to float64 (N, V)
            By the names that the kernel gives to the parameters.
        """
        return {}


def sample_steps(
    steps: Sequence[Step],
    neutral: Mapping[str, float],
    shape: tuple[int, int],
    context_of: Callable[[Step, Mapping[str, Array]], StepContext],
    combine: Mapping[str, Callable[[Array, Array], Array]],
) -> tuple[Array, Params]:
    """Draw the parameters of all steps, one step after the other.

    Parameters
    ----------
    steps : sequence of Step
        The steps, in order.
    neutral : mapping of str to float
        For each of the K parameters, the value that switches its step off.
    shape : (int, int)
        Number of objects N and of views V.
    context_of : function
        Takes a step and the parameters drawn so far, and returns the context of the step.
    combine : mapping of str to function
        For a parameter that several steps change: a function of the old and the new value. Any other parameter is replaced.

    Returns
    -------
    float64 (N, V, K), dict of str to float64 (N, V)
        All parameters, and the K columns by name.
    """
    params = np.tile(list(neutral.values()), (*shape, 1))
    columns = {name: params[..., k] for k, name in enumerate(neutral)}
    changed = set()
    for step in steps:
        context = context_of(step, columns)
        values = step.sample(context)
        applied = True if step.probability >= 1 else context.deviates(APPLIED) < step.probability
        for name, new in values.items():
            made = combine[name](columns[name], new) if name in combine else new
            columns[name] = np.asarray(made if applied is True else np.where(applied, made, columns[name]), np.float64)
            changed.add(name)
    for k, name in enumerate(neutral):
        if name in changed:  # written once, since the numbers of a column lie far from each other
            params[..., k] = columns[name]
    return params, columns


def check_joints(steps: Sequence[Step]) -> None:
    """Raise an :class:`InputError` if arguments that are drawn together have different numbers of values.

    Parameters
    ----------
    steps : sequence of Step
        All steps of a composition.
    """
    sizes: dict[str, int] = {}
    for step in steps:
        for argument in fields(step):
            value = getattr(step, argument.name)
            for one in value.values() if isinstance(value, Mapping) else [value]:
                size = len(one.values) if isinstance(one, Joint) else 0
                if size and sizes.setdefault(one.name, size) != size:
                    told = f"{type(step).__name__}: {argument.name}: Joint {one.name!r} has {size} values, and another one of this name has "
                    raise InputError(f"{told}{sizes[one.name]}: give each object its place in all of them")

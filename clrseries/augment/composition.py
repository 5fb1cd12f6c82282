"""The base class of compositions of steps, for spectra and for light curves.

A composition first draws the parameters of all views, and then makes all views in one kernel call.
"""

from __future__ import annotations

import itertools
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..argument_types import check_whole
from ..errors import InputError
from ..series import Series, check_series
from ..views import Views
from .backend import check_backend, on_gpu, warn_if_compiling
from .kernel_call import KernelCall
from .keys import object_keys
from .on_host import read_only
from .placed_tables import PlacedTables
from .resident import conditioned, host_series
from .step import Array, Params, Step, StepContext, check_joints, sample_steps
from .threads import in_threads
from .unit_scale import unscaled

logger = logging.getLogger("clrseries")
Made = TypeVar("Made", bound=Views)


class Composition(ABC, Generic[Made]):
    """A sequence of steps that makes views of a batch of objects.

    :meth:`sample` draws the parameters of all steps, and :meth:`apply` makes the views that these parameters describe.

    Parameters
    ----------
    steps : sequence of Step
        The steps, in the order in which nature applies them.
    backend : {"auto", "cpu", "cuda"}
        Where the views are made; with ``"auto"``, where the samples of the series lie.

    Raises
    ------
    InputError
        Steps are out of order, repeated, for the other kind of data, or the needed step is missing; or there is no such backend.
    """

    kind: ClassVar[str]  # of data: "spectra" or "light curves"
    needed: ClassVar[type[Step]]  # the step that every composition of this kind has exactly once
    combine: ClassVar[Mapping[str, Callable[[Array, Array], Array]]]  # for parameters that several steps change
    outputs: ClassVar[tuple[str, ...]]  # data types of the arrays of a view
    param_names: tuple[str, ...]  # names of the K parameters
    _told = False  # whether the log says that objects lack a number

    def __init__(self, steps: Sequence[Any], backend: str) -> None:
        if isinstance(steps, Step) or not isinstance(steps, Sequence):
            raise InputError(f"{type(self).__name__} takes a list of steps, got {steps!r}")
        self.steps = tuple(steps)
        self._check_steps()
        self.backend = check_backend(backend)
        self._placed = PlacedTables()

    def __repr__(self) -> str:
        return f"{type(self).__name__}([{', '.join(map(repr, self.steps))}])"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the steps in nature's order."""
        from ..notebook import page, table

        rows = ([type(step).__name__, repr(step).partition("(")[2][:-1]] for step in self.steps)
        return page(f"{type(self).__name__}, backend {self.backend}", table(["step", "arguments"], rows))

    def __reduce__(self) -> Any:
        """Pickle and copy the steps alone, since compiled functions and tables are made from them again."""
        return type(self), (self.steps, self.backend)

    @property
    @abstractmethod
    def length(self) -> int:
        """Number of pixels or points of a view."""

    @abstractmethod
    def deterministic(self) -> Self:
        """Return the composition without its random steps, which prepares data for embedding.

        Returns
        -------
        Composition
            With the same backend.
        """

    def sample(self, series: Series, views: int = 1, seed: int = 0, epoch: int = 0) -> NDArray[np.float64]:
        """Draw the parameters of all views.

        Parameters
        ----------
        series : Series
            N objects.
        views : int
            V, the number of views of each object; at least 1.
        seed, epoch : int
            Other numbers give other draws; not negative.

        Returns
        -------
        float64 (N, V, K)
            The names of the K parameters are ``self.param_names``. NaN where a column has no usable number for an object; the
            views of these have ivar 0.

        Raises
        ------
        InputError
            The series holds the other kind of data, or a value cannot be drawn. The message names the step and the argument.
        """
        for name, value, least in (("views", views, 1), ("seed", seed, 0), ("epoch", epoch, 0)):
            check_whole(name, value, least)
        check_series(series, type(self).__name__)
        self._check_series(series)
        context_of = self._context(series, object_keys(series, seed), views, epoch)
        params, columns = sample_steps(self.steps, self._neutral(), (len(series), views), context_of, self.combine)
        self._check_params(series, columns)
        lost = np.asarray(np.isnan(params).any(axis=(1, 2)))
        if lost.any() and not self._told:
            self._told = True  # once, not in every batch
            logger.warning(
                "%d of %d objects, such as %r, have no usable number in a column that a step needs: their views have ivar 0",
                lost.sum(), len(lost), series.object_ids[int(lost.argmax())],
            )  # fmt: skip
        return params

    def apply(
        self,
        series: Series,
        params: NDArray[np.float64],
        seed: int = 0,
        epoch: int = 0,
        threads: int | None = None,
        out: Made | None = None,
    ) -> Made:
        """Make the views that the parameters describe.

        Parameters
        ----------
        series : Series
            N objects.
        params : float64 (N, V, K)
            Parameters from :meth:`sample`, which you may have edited.
        seed, epoch : int
            They determine the noise and the masks of single samples; usually those given to :meth:`sample`.
        threads : int, optional
            Number of threads on the CPU; default all cores that this process may use. The result does not depend on it.
        out : Views, optional
            Views of an earlier call with equal shape, whose memory is overwritten. Use it to process a large archive in equal
            parts with the memory of one part.

        Returns
        -------
        Views
            V views of each of the N objects.

        Raises
        ------
        InputError
            Shapes do not fit, or the series holds the other kind of data.
        """
        wanted = (("seed", seed, 0), ("epoch", epoch, 0), ("threads", 1 if threads is None else threads, 1))
        for name, value, least in wanted:
            check_whole(name, value, least)
        check_series(series, type(self).__name__)
        self._check_series(series)
        shape = self._check_shape(series, params, out)
        gpu = on_gpu(self.backend, series)
        given, keys, series = series, object_keys(series, seed), series if gpu else host_series(series)
        series, exponents = conditioned(series, self._tidy)
        lost = np.asarray(np.isnan(params).any(axis=-1))
        inner = np.where(lost[..., None], list(self._neutral().values()), params) if lost.any() else params
        inner = inner if exponents is None else self._in_unit(inner, exponents)
        call = self._kernel_call(series, inner)
        arrays = None if out is None else out.inputs
        if gpu:
            from .device import run_on_device

            arrays = run_on_device(
                call.cuda(), series, call.samples, inner, call.tables, keys, epoch, call.cuda_extra, shape, self.outputs, arrays,
                self._placed, lambda made, put: self._finished(made, inner, exponents, lost, put),
            )  # fmt: skip
            return self._views(arrays, given, params, "cuda")
        warn_if_compiling(call.name)
        made = tuple(np.empty(shape, kind) for kind in self.outputs) if arrays is None else arrays
        samples, (offsets,) = read_only(*call.samples), read_only(series.offsets)

        def rows(first: int, last: int) -> None:
            call.cpu(samples, offsets, inner, call.tables, keys, epoch, *call.extra, first, last, made)

        in_threads(rows, series.offsets, threads)
        return self._views(self._finished(made, inner, exponents, lost, np.asarray), given, params, "cpu")

    def __call__(
        self,
        series: Series,
        views: int = 1,
        seed: int = 0,
        epoch: int = 0,
        threads: int | None = None,
        out: Made | None = None,
    ) -> Made:
        """Draw the parameters of all views and make the views: :meth:`sample`, then :meth:`apply`.

        A view depends only on `seed`, `epoch`, the name of the object and the number of the view, not on the rest of the batch.

        Parameters
        ----------
        series : Series
            N objects.
        views : int
            V, the number of views of each object; at least 1.
        seed, epoch : int
            Other numbers give other views; not negative.
        threads : int, optional
            Number of threads on the CPU; default all cores that this process may use. The result does not depend on it.
        out : Views, optional
            Views of an earlier call with equal shape, whose memory is overwritten.

        Returns
        -------
        Views
            V views of each of the N objects.

        Raises
        ------
        InputError
            The series holds the other kind of data, a value cannot be drawn, or shapes do not fit.
        """
        return self.apply(series, self.sample(series, views, seed, epoch), seed, epoch, threads, out)

    @abstractmethod
    def _neutral(self) -> dict[str, float]:
        """Return, for each parameter, the value that switches its step off."""

    @abstractmethod
    def _context(
        self, series: Series, keys: NDArray[np.uint64], views: int, epoch: int
    ) -> Callable[[Any, Mapping[str, Array]], StepContext]:
        """Return a function that makes the context of a step, from the step and the parameters drawn so far."""

    @abstractmethod
    def _kernel_call(self, series: Series, params: NDArray[np.float64]) -> KernelCall:
        """Return the kernel call that makes the views of `params`."""

    @abstractmethod
    def _in_unit(self, params: NDArray[np.float64], exponents: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return params for objects whose flux was divided by powers of two."""

    @abstractmethod
    def _has_unit(self, params: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which views (N, V) come out in the unit that the flux has inside."""

    def _tidy(self, series: Series) -> Series:
        """Return a series with NumPy arrays as the kernel takes it."""
        return series

    def _finished(
        self,
        arrays: Any,
        params: NDArray[np.float64],
        exponents: NDArray[np.int64] | None,
        lost: NDArray[np.bool_],
        put: Callable[[NDArray[Any]], Any],
    ) -> tuple[Any, ...]:
        """Return the arrays of the views in the unit of the series, and blank where a parameter is unknown.

        `put` brings an array to where they are, without a wait.
        """
        if lost.any():
            for array in arrays:
                array[put(lost)] = 0
        if exponents is None:
            return tuple(arrays)
        powers = np.where(self._has_unit(params), exponents[:, None], 0)
        if not powers.any():
            return tuple(arrays)
        k = len(arrays) // 2 - 1  # flux and ivar are the first two of a spectrum, and follow the time of a light curve
        back = unscaled(arrays[k], arrays[k + 1], powers, put)
        return (*arrays[:k], *back, *arrays[k + 2 :])

    @abstractmethod
    def _views(self, arrays: Any, series: Series, params: NDArray[np.float64], backend: str) -> Made:
        """Return the outputs of the kernel as views."""

    @abstractmethod
    def _check_series(self, series: Series) -> None:
        """Raise an :class:`InputError` if the series holds the other kind of data."""

    def _check_params(self, series: Series, params: Params) -> None:
        """Raise an :class:`InputError` if the kernel cannot apply the drawn parameters."""

    def _check_steps(self) -> None:
        """Raise an :class:`InputError` if a step is of another kind, out of order or repeated, or the needed step is missing."""
        name = f"{'spectra' if self.kind == 'spectra' else 'lightcurves'}.Observe"
        for step in self.steps:
            if not isinstance(step, Step):
                raise InputError(f"{name} takes steps such as {self.needed.__name__}(...), got {step!r}")
            if step.kind != self.kind:
                raise InputError(
                    f"{name} takes steps for {self.kind}, and {type(step).__name__} is a step for {step.kind}"
                )
        steps = [type(step).__name__ for step in self.steps]
        if steps.count(self.needed.__name__) != 1:
            raise InputError(f"{name} needs exactly one {self.needed.__name__}(...) among its steps, got {steps}")
        orders = [step.order for step in self.steps]
        if any(a >= b for a, b in itertools.pairwise(orders)):
            wanted = [step for _, step in sorted(zip(orders, steps, strict=True))]
            raise InputError(f"steps must follow nature's order, each once: {wanted}, got {steps}")
        check_joints(self.steps)

    def _check_shape(self, series: Series, params: NDArray[np.float64], out: Any) -> tuple[int, int, int]:
        """Return the shape of the views, or raise an :class:`InputError` if `params` or `out` do not fit."""
        if not isinstance(params, np.ndarray):
            raise InputError(f"params must be an array as sample() returns it, got {type(params).__name__}")
        if params.shape[2:] != (len(self.param_names),) or len(params) != len(series):
            raise InputError(
                f"params has shape {params.shape}, and ({len(series)}, V, {len(self.param_names)}) is wanted: take it from sample()"
            )
        shape = (len(series), params.shape[1], self.length)
        if out is not None and not isinstance(out, Views):
            raise InputError(f"out must be views of an earlier call, got {type(out).__name__}")
        if out is not None and tuple(out.inputs[0].shape) != shape:
            raise InputError(f"out holds views of shape {tuple(out.inputs[0].shape)}, and {shape} is wanted")
        return shape

"""What compositions of steps have in common, for spectra and for light curves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..kernels import philox
from ..series import Series
from .run import check_backend
from .step import BaseStep, check_order

Made = TypeVar("Made")


class Composition(ABC, Generic[Made]):
    """Steps in nature's order: :meth:`sample` draws all that is random in them, :meth:`apply` does what was drawn."""

    names: tuple[str, ...]

    def __init__(self, steps: Sequence[Any], backend: str, needed: type[BaseStep]) -> None:
        check_order(type(self).__name__, steps, needed)
        check_backend(backend)
        self.steps = tuple(steps)
        self.backend = backend

    def __repr__(self) -> str:
        return f"{type(self).__name__}([{', '.join(map(repr, self.steps))}])"

    @abstractmethod
    def sample(self, series: Series, views: int = 1, seed: int = 0, epoch: int = 0) -> NDArray[np.float64]:
        """The draw, float64 (N, V, K), columns ``self.names``."""

    @abstractmethod
    def apply(
        self,
        series: Series,
        draw: NDArray[np.float64],
        seed: int = 0,
        epoch: int = 0,
        threads: int | None = None,
        out: Made | None = None,
    ) -> Made:
        """The views that a draw describes."""

    def __call__(
        self,
        series: Series,
        views: int = 1,
        seed: int = 0,
        epoch: int = 0,
        threads: int | None = None,
        out: Made | None = None,
    ) -> Made:
        """:meth:`sample`, then :meth:`apply`: `views` views of each object.

        A view depends on `seed`, `epoch`, the object's name and the view's number alone.
        """
        return self.apply(series, self.sample(series, views, seed, epoch), seed, epoch, threads, out)

    def _keys(self, series: Series, seed: int) -> NDArray[np.uint64]:
        """What ties random numbers to each object and to the seed."""
        return philox.object_keys(series.identity, np.uint64(seed))

    def _check(self, series: Series, draw: NDArray[np.float64], length: int, out: Any) -> tuple[int, int, int]:
        """The shape of the views of a draw; an :class:`InputError` if draw or `out` do not fit."""
        if draw.shape[2:] != (len(self.names),) or len(draw) != len(series):
            raise InputError(
                f"draw has shape {draw.shape}, and ({len(series)}, V, {len(self.names)}) is wanted: take it from sample()"
            )
        shape = (len(series), draw.shape[1], length)
        if out is not None and tuple(out.flux.shape) != shape:
            raise InputError(f"out holds views of shape {tuple(out.flux.shape)}, and {shape} is wanted")
        return shape

"""Move the samples of a series between a GPU and the memory of the CPU."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from ..series import Series

Some = TypeVar("Some", bound=Series)
SAMPLES = ("x", "flux", "ivar", "band")


def on_host(series: Series) -> Series:
    """Return a series with NumPy arrays.

    Parameters
    ----------
    series : Series
        With arrays of NumPy, torch or CuPy.

    Returns
    -------
    Series
        A copy in the memory of the CPU; arrays of NumPy are not copied.
    """
    return replace(moved(series, _numpy), offsets=_numpy(series.offsets))


def moved(series: Some, move: Callable[[Any], Any]) -> Some:
    """Return a series whose sample arrays are elsewhere; its offsets stay in the memory of the CPU.

    Parameters
    ----------
    series : Series
    move : function
        Takes an array and returns its copy.

    Returns
    -------
    Series
    """
    found = {name: getattr(series, name) for name in SAMPLES}
    arrays: dict[str, Any] = {name: None if array is None else move(array) for name, array in found.items()}
    return replace(series, **arrays)


def like(model: Any) -> Callable[[Any], Any]:
    """Return a function that moves NumPy arrays to the library and the device of another array.

    Parameters
    ----------
    model : array of torch or CuPy

    Returns
    -------
    function
    """
    if hasattr(model, "cpu"):
        import torch

        return lambda array: torch.as_tensor(array, device=model.device)
    import cupy

    def move(array: Any) -> Any:
        with model.device:
            return cupy.asarray(array)

    return move


def read_only(*arrays: Any) -> tuple[Any, ...]:
    """Return arrays that cannot be written to through what is returned, without a copy.

    To Numba, an array of Arrow's memory, which cannot be written to, is of another type than one of NumPy's. As all arrays of a series
    are given to kernels in this form, a kernel is compiled once, and not once for each mixture of both.

    Parameters
    ----------
    *arrays : NumPy arrays
        They stay as they are.

    Returns
    -------
    tuple of NumPy arrays
    """
    views = tuple(array.view() for array in arrays)
    for view in views:
        view.flags.writeable = False
    return views


def _numpy(array: Any) -> Any:
    if isinstance(array, np.ndarray):
        return array
    return array.detach().cpu().numpy() if hasattr(array, "cpu") else array.get()

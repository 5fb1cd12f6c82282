"""Move the samples of a series between a GPU and the memory of the CPU."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..series import Series

SAMPLES = ("x", "flux", "ivar", "offsets", "band")


def on_host(series: Series) -> Series:
    """Return a series with NumPy arrays.

    Parameters
    ----------
    series : Series
        With arrays of torch or CuPy.

    Returns
    -------
    Series
        A copy in the memory of the CPU.
    """
    return replace(series, **{name: _numpy(getattr(series, name)) for name in SAMPLES})


def like(series: Series, model: Series) -> Series:
    """Return a series whose arrays are of the library, and on the device, of another series.

    Parameters
    ----------
    series : Series
        With NumPy arrays.
    model : Series
        With arrays of NumPy, torch or CuPy.

    Returns
    -------
    Series
        The same numbers.
    """
    return replace(series, **{name: _as(getattr(series, name), getattr(model, name)) for name in SAMPLES})


def _numpy(array: Any) -> Any:
    if array is None or isinstance(array, np.ndarray):
        return array
    return array.cpu().numpy() if hasattr(array, "cpu") else array.get()


def _as(array: Any, model: Any) -> Any:
    if array is None or isinstance(model, np.ndarray):
        return array
    if hasattr(model, "cpu"):
        import torch

        return torch.as_tensor(array, device=model.device)
    import cupy

    return cupy.asarray(array)

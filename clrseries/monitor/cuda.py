"""Views of light curves made on a GPU, from samples that may lie there already, and left there."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..augment.cuda import device_arrays, empty_arrays
from ..kernels.curve_layout import CurveTables
from ..series import Series
from ..views import CurveViews


def apply_cuda(
    tables: CurveTables,
    series: Series,
    draw: NDArray[np.float64],
    keys: NDArray[np.uint64],
    epoch: int,
    most: int,
    length: int,
    out: CurveViews | None = None,
) -> tuple[Any, ...]:
    """Time, flux, ivar and band (N, V, L) on the current device; the rest as for spectra.

    Raises
    ------
    InputError
        No CUDA device, or the packages for one are missing. There is no silent fall-back to the CPU.
    """
    empty, stream = empty_arrays(series)
    from numba import cuda

    from ..kernels import cuda_monitor

    shape = (*draw.shape[:2], length)
    kinds = ("float32", "float32", "float32", "int8")
    arrays = tuple(empty(shape, kind) for kind in kinds) if out is None else out.inputs
    samples = tuple(device_arrays((series.x, series.flux, series.ivar, series.band), stream))
    offsets, there, seeds = device_arrays((series.offsets, np.ascontiguousarray(draw), keys), stream)
    on_device = type(tables)(*(t if np.ndim(t) == 0 else cuda.to_device(t, stream) for t in tables))
    cuda_monitor.launch(
        samples, offsets, len(series.bands), there, on_device, seeds, epoch, most,
        tuple(cuda.as_cuda_array(a) for a in arrays), stream=stream,
    )  # fmt: skip
    return arrays

"""Views made on a GPU, from samples that may lie there already, and left there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..kernels.layout import Tables
from ..series import Series
from ..views import Views


def apply_cuda(
    tables: Tables,
    own: Callable[..., None] | None,
    series: Series,
    draw: NDArray[np.float64],
    keys: NDArray[np.uint64],
    epoch: int,
    rotates: bool,
    out: Views | None = None,
) -> tuple[Any, Any]:
    """Flux and ivar (N, V, P) on the current device, in the stream that CuPy or torch is using; `own` is a user's step.

    Samples with a ``__cuda_array_interface__`` (CuPy, torch) are used where they are; numpy
    arrays are copied to the device. The result is a pair of torch tensors if the samples are
    torch tensors, else of CuPy arrays; both speak DLPack.

    Raises
    ------
    InputError
        No CUDA device, or the packages for one are missing. There is no silent fall-back to the CPU.
    """
    empty, stream = empty_arrays(series)
    from numba import cuda

    from ..kernels import cuda as kernel

    shape = (*draw.shape[:2], len(tables.widths))
    flux, ivar = (empty(shape, "float32"), empty(shape, "float32")) if out is None else (out.flux, out.ivar)
    samples = device_arrays((series.x, series.flux, series.ivar), stream)
    offsets, drawn, seeds = device_arrays((series.offsets, np.ascontiguousarray(draw), keys), stream)
    there = type(tables)(*(t if np.ndim(t) == 0 else cuda.to_device(t, stream) for t in tables))
    kernel.launch(
        *samples, offsets, drawn, there, seeds, epoch, rotates,
        cuda.as_cuda_array(flux), cuda.as_cuda_array(ivar), stream=stream, **({"custom": own} if own else {}),
    )  # fmt: skip
    return flux, ivar


def empty_arrays(series: Series) -> tuple[Callable[[tuple[int, ...], str], Any], Any]:
    """How the library that `series` lies in makes an empty array on the current device, and its current stream.

    Raises
    ------
    InputError
        No CUDA device, or the packages for one are missing.
    """
    try:
        from numba import cuda

        available = cuda.is_available()
    except ImportError as error:
        raise InputError("backend 'cuda' needs numba-cuda: pip install 'clrseries[gpu]'") from error
    if not available:
        raise InputError("backend 'cuda' needs a CUDA device, and none is found; use backend='cpu'")
    if type(series.flux).__module__.partition(".")[0] == "torch":
        import torch

        device = torch.device("cuda", torch.cuda.current_device())
        stream = cuda.external_stream(torch.cuda.current_stream().cuda_stream)
        return lambda shape, kind: torch.empty(shape, dtype=getattr(torch, kind), device=device), stream
    try:
        import cupy
    except ImportError as error:
        raise InputError(
            "backend 'cuda' gives CuPy arrays, and CuPy is missing: pip install 'clrseries[gpu]'"
        ) from error
    stream = cuda.external_stream(cupy.cuda.get_current_stream().ptr)
    return lambda shape, kind: cupy.empty(shape, dtype=kind), stream


def device_arrays(arrays: Sequence[Any], stream: Any) -> list[Any]:
    """Arrays as Numba sees them on the device: those that lie there as they are, the others copied."""
    from numba import cuda

    return [
        cuda.as_cuda_array(a) if hasattr(a, "__cuda_array_interface__") else cuda.to_device(a, stream) for a in arrays
    ]

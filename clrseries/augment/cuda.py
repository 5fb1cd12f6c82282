"""Views made on a GPU, from samples that may lie there already, and left there."""

from __future__ import annotations

from collections.abc import Callable
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
    kernel = _kernel()
    library = "torch" if type(series.flux).__module__.partition(".")[0] == "torch" else "cupy"
    empty, stream = _library(library)
    shape = (*draw.shape[:2], len(tables.widths))
    flux, ivar = (empty(shape), empty(shape)) if out is None else (out.flux, out.ivar)
    from numba import cuda

    samples = [cuda.as_cuda_array(a) if hasattr(a, "__cuda_array_interface__") else cuda.to_device(a, stream)
               for a in (series.x, series.flux, series.ivar)]  # fmt: skip
    small = [cuda.to_device(np.ascontiguousarray(a), stream) for a in (series.offsets, draw, keys)]
    there = type(tables)(*(t if np.ndim(t) == 0 else cuda.to_device(t, stream) for t in tables))
    kernel.launch(
        *samples, small[0], small[1], there, small[2], epoch, rotates,
        cuda.as_cuda_array(flux), cuda.as_cuda_array(ivar), stream=stream, **({"custom": own} if own else {}),
    )  # fmt: skip
    return flux, ivar


def _kernel() -> Any:
    try:
        from numba import cuda

        available = cuda.is_available()
    except ImportError as error:
        raise InputError("backend 'cuda' needs numba-cuda: pip install 'clrseries[gpu]'") from error
    if not available:
        raise InputError("backend 'cuda' needs a CUDA device, and none is found; use backend='cpu'")
    from ..kernels import cuda as kernel

    return kernel


def _library(name: str) -> tuple[Callable[[tuple[int, ...]], Any], Any]:
    """How `name` makes an empty float32 array on the current device, and its current stream."""
    from numba import cuda

    if name == "torch":
        import torch

        device = torch.device("cuda", torch.cuda.current_device())
        stream = cuda.external_stream(torch.cuda.current_stream().cuda_stream)
        return lambda shape: torch.empty(shape, dtype=torch.float32, device=device), stream
    try:
        import cupy
    except ImportError as error:
        raise InputError(
            "backend 'cuda' gives CuPy arrays, and CuPy is missing: pip install 'clrseries[gpu]'"
        ) from error
    stream = cuda.external_stream(cupy.cuda.get_current_stream().ptr)
    return lambda shape: cupy.empty(shape, dtype=cupy.float32), stream

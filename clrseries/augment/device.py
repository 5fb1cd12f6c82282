"""Views that are made on a GPU and stay there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, require
from ..series import Series

Empty = Callable[[tuple[int, ...], str], Any]


def run_on_device(
    launch: Callable[..., None],
    series: Series,
    samples: Sequence[Any],
    params: NDArray[np.float64],
    tables: Any,
    keys: NDArray[np.uint64],
    epoch: int,
    extra: tuple[Any, ...],
    shape: tuple[int, int, int],
    kinds: Sequence[str],
    outputs: tuple[Any, ...] | None,
) -> tuple[Any, ...]:
    """Make views on the current device, in the stream that CuPy or torch is using.

    Samples with a ``__cuda_array_interface__`` (CuPy, torch) are used without a copy; numpy arrays are copied to the device. The
    outputs are torch tensors if the samples are torch tensors, otherwise CuPy arrays; both support DLPack.

    Parameters
    ----------
    launch : function
        ``launch`` of :mod:`clrseries.kernels.cuda.spectra` or :mod:`clrseries.kernels.cuda.lightcurves`.
    series : Series
        N objects.
    samples : sequence of arrays (S,)
        Sample arrays of `series`, in the order of the kernel.
    params : float64 (N, V, K)
        Parameters of all views.
    tables : namedtuple of arrays
        Tables that all views share.
    keys : uint64 (N,)
        Random keys of the objects.
    epoch : int
        Epoch of the random numbers.
    extra : tuple
        Further arguments of this kernel.
    shape : (int, int, int)
        N, V and L, the shape of every output.
    kinds : sequence of str
        Data type of each output.
    outputs : tuple of arrays, optional
        Outputs of an earlier call, which are overwritten.

    Returns
    -------
    tuple of arrays (N, V, L)
        The outputs of the kernel, on the device.

    Raises
    ------
    InputError
        There is no CUDA device, or the packages for one are missing. The CPU is never used instead.
    """
    empty, stream = empty_arrays(series)
    from numba import cuda

    arrays = tuple(empty(shape, kind) for kind in kinds) if outputs is None else outputs
    placed = device_arrays([*samples, series.offsets, np.ascontiguousarray(params), keys], stream)
    there = type(tables)(*(t if np.ndim(t) == 0 else cuda.to_device(t, stream) for t in tables))
    launch(
        tuple(placed[:-3]), placed[-3], placed[-2], there, placed[-1], epoch, *extra,
        tuple(cuda.as_cuda_array(array) for array in arrays), stream=stream,
    )  # fmt: skip
    return arrays


def empty_arrays(series: Series) -> tuple[Empty, Any]:
    """Return a function that makes empty arrays on the current device, and the current stream.

    Both belong to torch if the samples are torch tensors, otherwise to CuPy.

    Parameters
    ----------
    series : Series
        The batch that is processed.

    Returns
    -------
    function, numba stream
        The function takes a shape and the name of a data type.

    Raises
    ------
    InputError
        There is no CUDA device, or the packages for one are missing.
    """
    cuda = require("numba.cuda", extra="gpu", purpose="backend 'cuda'")
    if not cuda.is_available():
        raise InputError("backend 'cuda' needs a CUDA device, and none is found; use backend='cpu'")
    if type(series.flux).__module__.partition(".")[0] == "torch":
        import torch

        device = torch.device("cuda", torch.cuda.current_device())
        stream = cuda.external_stream(torch.cuda.current_stream().cuda_stream)
        return lambda shape, kind: torch.empty(shape, dtype=getattr(torch, kind), device=device), stream
    cupy = require("cupy", extra="gpu", purpose="backend 'cuda', which gives CuPy arrays,")
    stream = cuda.external_stream(cupy.cuda.get_current_stream().ptr)
    return lambda shape, kind: cupy.empty(shape, dtype=kind), stream


def device_arrays(arrays: Sequence[Any], stream: Any) -> list[Any]:
    """Return arrays as device arrays of Numba.

    Parameters
    ----------
    arrays : sequence of arrays
        Arrays on the device are used without a copy; others are copied to it.
    stream : numba stream
        Stream of the copies.

    Returns
    -------
    list of device arrays
        In the same order.
    """
    from numba import cuda

    return [
        cuda.as_cuda_array(a) if hasattr(a, "__cuda_array_interface__") else cuda.to_device(a, stream) for a in arrays
    ]

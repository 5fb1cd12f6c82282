"""Arrays on a GPU: memory, streams and the current device, of torch or of CuPy.

Work space and outputs come from the allocator of the library, which keeps freed memory and hands it out again in the order of the
stream; nothing here waits for the device.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, require


class DeviceArrays(Protocol):
    """What making views on a device needs of the library that owns the memory."""

    place: tuple[str, int]  # library and number of the device

    def guard(self) -> Any:
        """Return a context in which the device is the current one, for the library and for Numba."""

    def stream(self) -> Any:
        """Return the library's current stream of the device, as Numba takes it."""

    def empty(self, shape: tuple[int, ...], kind: Any) -> Any:
        """Return an array of the library, with memory that is not set."""

    def put(self, array: Any, kind: Any = None) -> Any:
        """Return an array of the library on the device, contiguous, of data type `kind`; copied only where it must be."""

    def seen(self, array: Any) -> Any:
        """Return an array of the library as Numba takes it; its memory is not handed out again before the stream is done."""

    def wait(self) -> None:
        """Wait until the current stream is done."""


class TorchArrays:
    """Tensors of torch on one device.

    Parameters
    ----------
    device : int
        Number of the device.
    """

    def __init__(self, device: int) -> None:
        self.place = ("torch", device)

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Make the device the current one, for torch and for Numba."""
        import torch
        from numba import cuda

        with torch.cuda.device(self.place[1]), cuda.gpus[self.place[1]]:
            yield

    def stream(self) -> Any:
        """Return torch's current stream of the device.

        Returns
        -------
        numba stream
        """
        return _stream_of(self._stream().cuda_stream)

    def empty(self, shape: tuple[int, ...], kind: Any) -> Any:
        """Return a tensor with memory that is not set.

        Parameters
        ----------
        shape : tuple of int
        kind : dtype

        Returns
        -------
        torch.Tensor
        """
        import torch

        return torch.empty(shape, dtype=getattr(torch, np.dtype(kind).name), device=f"cuda:{self.place[1]}")

    def put(self, array: Any, kind: Any = None) -> Any:
        """Return an array as a contiguous tensor on the device.

        Parameters
        ----------
        array : array of NumPy or torch
        kind : dtype, optional
            Default that of `array`. Unsigned integers of 64 bits come as signed ones with the same bits.

        Returns
        -------
        torch.Tensor
            The array itself where it fits.
        """
        import torch

        if isinstance(array, np.ndarray):
            array = np.ascontiguousarray(array, kind)
            array = array.view(np.int64) if array.dtype == np.uint64 else array
            array = torch.from_numpy(array if array.flags.writeable else array.copy())
            array = array.pin_memory()  # so that the copy does not stop this thread
        array = torch.as_tensor(array)
        dtype = array.dtype if kind is None else getattr(torch, np.dtype(kind).name)
        own = array.detach() if array.requires_grad else array
        return own.to(device=f"cuda:{self.place[1]}", dtype=dtype, non_blocking=True).contiguous()

    def seen(self, array: Any) -> Any:
        """Return a tensor as Numba takes it.

        Parameters
        ----------
        array : torch.Tensor

        Returns
        -------
        numba device array
            It keeps the tensor. The allocator does not hand out its memory again before the current stream is done.
        """
        from numba import cuda

        array.record_stream(self._stream())
        return cuda.as_cuda_array(array, sync=False)

    def wait(self) -> None:
        """Wait until the current stream is done."""
        self._stream().synchronize()

    def _stream(self) -> Any:
        import torch

        return torch.cuda.current_stream(self.place[1])


class CupyArrays:
    """Arrays of CuPy on one device.

    Parameters
    ----------
    device : int
        Number of the device.
    """

    def __init__(self, device: int) -> None:
        self.place = ("cupy", device)
        import cupy  # the samples are its arrays, so it is there

        self._cupy = cupy

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Make the device the current one, for CuPy and for Numba."""
        from numba import cuda

        with self._cupy.cuda.Device(self.place[1]), cuda.gpus[self.place[1]]:
            yield

    def stream(self) -> Any:
        """Return CuPy's current stream.

        Returns
        -------
        numba stream
        """
        return _stream_of(self._cupy.cuda.get_current_stream().ptr)

    def empty(self, shape: tuple[int, ...], kind: Any) -> Any:
        """Return an array with memory that is not set.

        Parameters
        ----------
        shape : tuple of int
        kind : dtype

        Returns
        -------
        cupy.ndarray
        """
        return self._cupy.empty(shape, dtype=kind)

    def put(self, array: Any, kind: Any = None) -> Any:
        """Return an array as a contiguous array on the device.

        Parameters
        ----------
        array : array of NumPy or CuPy
        kind : dtype, optional
            Default that of `array`.

        Returns
        -------
        cupy.ndarray
            The array itself where it fits.
        """
        return self._cupy.ascontiguousarray(self._cupy.asarray(array, dtype=kind))

    def seen(self, array: Any) -> Any:
        """Return an array as Numba takes it.

        Parameters
        ----------
        array : cupy.ndarray

        Returns
        -------
        numba device array
            It keeps the array.
        """
        from numba import cuda

        return cuda.as_cuda_array(array, sync=False)

    def wait(self) -> None:
        """Wait until the current stream is done."""
        self._cupy.cuda.get_current_stream().synchronize()


def arrays_for(samples: Any) -> DeviceArrays:
    """Return the library and the device where views of these samples are made.

    Parameters
    ----------
    samples : NDArray, torch.Tensor or cupy.ndarray

    Returns
    -------
    DeviceArrays
        Of CuPy for CuPy's arrays, otherwise of torch. The device is that of the samples, whatever the current one is; samples in
        the memory of the CPU go to torch's current device.

    Raises
    ------
    InputError
        There is no CUDA device, or numba-cuda is missing. The CPU is never used instead.
    """
    cuda = require("numba.cuda", extra="gpu", purpose="backend 'cuda'")
    library = type(samples).__module__.partition(".")[0]
    if library == "cupy":
        return CupyArrays(int(samples.device.id))
    import torch

    if not cuda.is_available() or not torch.cuda.is_available():
        raise InputError(f"backend 'cuda' needs a CUDA device, and {_unseen(cuda)}; use backend='cpu'")
    if library == "torch" and samples.is_cuda:
        return TorchArrays(int(samples.device.index))
    return TorchArrays(torch.cuda.current_device())


def _stream_of(pointer: int) -> Any:
    from numba import cuda

    return cuda.external_stream(pointer) if pointer else 0  # the default stream


def _unseen(cuda: Any) -> str:
    return "torch was installed without CUDA" if cuda.is_available() else "none is found"


def unsigned(array: NDArray[Any], seen: Any) -> Any:
    """Return a device array with the sign that the NumPy array has from which it was made.

    Parameters
    ----------
    array : NDArray
    seen : numba device array
        Of the same item size.

    Returns
    -------
    numba device array
    """
    return seen.view(np.uint64) if array.dtype == np.uint64 else seen

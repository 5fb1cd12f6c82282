"""Views that are made on a GPU and stay there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..series import Series
from .device_arrays import arrays_for, unsigned
from .placed_tables import PlacedTables

KINDS = ("float64", "float32", "float32", "int8")  # of x, flux, ivar and band


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
    placed: PlacedTables,
    finish: Callable[[tuple[Any, ...], Callable[..., Any]], tuple[Any, ...]],
) -> tuple[Any, ...]:
    """Make views on the device where the samples lie, in the stream that torch (for CuPy arrays: CuPy) uses there.

    Samples on a device are used without a copy; those of NumPy are copied to torch's current device. The call does not wait for
    the device.

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
    placed : PlacedTables
        The tables that are on a device already.
    finish : function
        Takes the outputs of the kernel and a function that brings a NumPy array to the device, and returns the arrays of the views.

    Returns
    -------
    tuple of arrays (N, V, L)
        What `finish` returns, on the device: CuPy arrays if the samples are, otherwise torch tensors. Both support DLPack.

    Raises
    ------
    InputError
        There is no CUDA device, or the packages for one are missing, or `outputs` are elsewhere. The CPU is never used instead.
    """
    arrays = arrays_for(series.flux)
    with arrays.guard():
        made = outputs or tuple(arrays.empty(shape, kind) for kind in kinds)
        if any(arrays.put(array) is not array for array in made):
            raise InputError(
                f"out must hold contiguous arrays on the device of the samples, {' '.join(map(str, arrays.place))}"
            )
        batch = [arrays.seen(arrays.put(array, kind)) for array, kind in zip(samples, KINDS, strict=False)]
        offsets, rows, own = (unsigned(a, arrays.seen(arrays.put(a))) for a in (series.offsets, params, keys))
        launch(
            tuple(batch), offsets, rows, placed.find(tables, arrays), own, epoch, *extra,
            tuple(arrays.seen(array) for array in made),
            empty=lambda size, kind: arrays.seen(arrays.empty(size, kind)), stream=arrays.stream(),
        )  # fmt: skip
        return finish(made, arrays.put)

"""A stand-in for CuPy with two devices, in the memory of the CPU: an array is used only where it lies."""

import sys
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from clrseries.lightcurves import observe as light_curves
from clrseries.spectra import observe as spectra

from .host_arrays import _light_curves, _spectra

current = [0]  # number of the current device, the last


class Device:
    """A device, current within a ``with``."""

    def __init__(self, id: int) -> None:
        self.id = id

    def __enter__(self):
        current.append(self.id)

    def __exit__(self, *error):
        current.pop()


class Array:
    """An array of one device; another device, NumPy and torch refuse it."""

    __module__ = "cupy"  # the package asks for the library of an array
    __cuda_array_interface__: ClassVar[dict] = {}

    def __init__(self, values, device=None):
        self._values = values
        self.device = Device(current[-1] if device is None else device)

    shape, ndim = property(lambda self: self._values.shape), property(lambda self: self._values.ndim)
    dtype, nbytes = property(lambda self: self._values.dtype), property(lambda self: self._values.nbytes)

    def __array__(self, *arguments, **options):
        raise TypeError("Implicit conversion to a NumPy array is not allowed")

    def __bool__(self):
        raise TypeError("this waits for the device")

    def here(self):
        """Return the values, if the device of the array is the current one."""
        assert self.device.id == current[-1], f"an array of device {self.device.id}, and {current[-1]} is current"
        return self._values

    def get(self):
        return self._values.copy()

    def __len__(self):
        return len(self._values)

    def __getitem__(self, key):
        return Array(self.here()[_values(key)])

    def __setitem__(self, key, value):
        self.here()[_values(key)] = _values(value)

    def __mul__(self, other):
        return Array(self.here() * _values(other))

    def __truediv__(self, other):
        return Array(self.here() / _values(other))

    def __pow__(self, other):
        return Array(self.here() ** other)


def _values(one):
    return one.here() if isinstance(one, Array) else one


def asarray(array, dtype=None):
    """Return an array of the current device; the array itself where it is one."""
    if isinstance(array, Array) and array.device.id == current[-1] and dtype in (None, array.dtype, str(array.dtype)):
        return array
    return Array(np.array(array.get() if isinstance(array, Array) else array, dtype, order="C"))


@contextmanager
def fake_cupy():
    """Within it ``import cupy`` gives the stand-in, and views of its arrays are made with the kernels of the CPU; yields it."""
    from numba import cuda

    cupy: Any = ModuleType("cupy")
    cupy.ndarray, cupy.asarray, cupy.ascontiguousarray = Array, asarray, lambda array: array
    cupy.empty = lambda shape, dtype: Array(np.zeros(shape, dtype))
    stream = SimpleNamespace(ptr=0, synchronize=lambda: None)
    cupy.cuda = SimpleNamespace(Device=Device, get_current_stream=lambda: stream)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "cupy", cupy)
        patch.setattr(cuda, "gpus", [Device(0), Device(1)])
        patch.setattr(cuda, "as_cuda_array", lambda array, sync: array.here())
        patch.setattr(spectra, "_cuda_launch", lambda: _spectra)
        patch.setattr(light_curves, "_cuda_launch", lambda: _light_curves)
        yield cupy

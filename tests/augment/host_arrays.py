"""Stand-ins for the arrays of a device, in the memory of the CPU."""

from contextlib import contextmanager, nullcontext
from functools import cache
from typing import ClassVar

import numpy as np
import pytest
import torch

from clrseries.augment import device, resident
from clrseries.kernels.input_grid import recognize
from clrseries.kernels.spectra import custom
from clrseries.kernels.spectra.observe import observe_spectra


class HostArrays:
    """Arrays of numpy, as on a device: contiguous and not read-only."""

    place = ("numpy", 0)

    def guard(self):
        return nullcontext()

    def stream(self):
        return 0

    def empty(self, shape, kind):
        return np.empty(shape, kind)

    def put(self, array, kind=None):
        return np.require(array, kind, ["C", "W"])

    def seen(self, array):
        return array

    def wait(self):
        pass


class OnDevice(torch.Tensor):
    """A tensor that refuses to become a numpy array, as one on a GPU does; only ``cpu()`` copies it.

    What copies, and what else waits for a device, is counted.
    """

    __module__ = "torch"  # the package asks for the library of an array
    copies = waits = 0
    __cuda_array_interface__: ClassVar[dict] = {}

    @staticmethod
    def of(array):
        return torch.from_numpy(np.array(array)).as_subclass(OnDevice)

    def cpu(self, *arguments, **options):
        OnDevice.copies += 1
        return self.as_subclass(torch.Tensor)

    def to(self, *arguments, **options):
        """Stay on the device if it is asked to be on one; this machine has none."""
        there = any(isinstance(one, torch.device) and one.type == "cuda" for one in arguments)
        return self if there else super().to(*arguments, **options)

    def __deepcopy__(self, memo):
        return self.detach().clone()

    def numpy(self, *arguments, **options):
        raise TypeError("can't convert a tensor on a device to numpy")

    def __bool__(self):
        OnDevice.waits += 1
        return super().__bool__()

    def item(self):
        OnDevice.waits += 1
        return super().item()

    def __array__(self, *arguments, **options):
        raise TypeError("can't convert a tensor on a device to numpy")


class StandIn(HostArrays):
    """A device whose arrays are :class:`OnDevice`; the kernels see the numpy arrays below them."""

    place = ("torch", 1)

    def __init__(self):
        self.puts = []

    def empty(self, shape, kind):
        return OnDevice.of(np.zeros(shape, kind))

    def put(self, array, kind=None):
        self.puts.append(array)
        if isinstance(array, torch.Tensor):
            assert array.is_contiguous() and (kind is None or str(array.dtype) == f"torch.{kind}")
            return array
        array = np.asarray(array, kind)
        return OnDevice.of(array.view(np.int64) if array.dtype == np.uint64 else array)

    def seen(self, array):
        return array.as_subclass(torch.Tensor).numpy()


first_class = cache(custom.first_class)  # compiled once


def _spectra(samples, offsets, params, tables, keys, epoch, rotates, own, outputs, empty, stream):
    step = first_class(own or custom.nothing)
    spacing = recognize(samples[0], offsets)
    observe_spectra(samples, offsets, params, tables, keys, epoch, rotates, step, spacing, 0, len(params), outputs)


def _light_curves(samples, offsets, params, tables, keys, epoch, bands, most, outputs, empty, stream):
    from clrseries.kernels.lightcurves.observe import observe_light_curves

    observe_light_curves(samples, offsets, params, tables, keys, epoch, bands, most, 0, len(params), outputs)


@contextmanager
def stand_in():
    """Within it, ``backend="cuda"`` makes views with the CPU's kernels on :class:`OnDevice`; yields the device."""
    import clrseries.lightcurves.observe
    import clrseries.spectra.observe

    there = StandIn()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(device, "arrays_for", lambda samples: there)
        patch.setattr(resident, "like", lambda model: OnDevice.of)
        patch.setattr(clrseries.spectra.observe, "_cuda_launch", lambda: _spectra)
        patch.setattr(clrseries.lightcurves.observe, "_cuda_launch", lambda: _light_curves)
        yield there

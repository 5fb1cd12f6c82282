"""Copies to a device through a few slabs of page-locked memory that take turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .device_operations import Operations

SLABS = 3  # one is filled while another is copied, and the third waits
SIZE = 64 << 20  # bytes of one
ALIGNED = 256  # an array begins at a multiple of so many bytes


class Wanted(NamedTuple):
    """An array for the device.

    Parameters
    ----------
    array : NDArray (n,)
        In the memory of the host.
    kind : dtype
        Type that it gets there.
    """

    array: NDArray[Any]
    kind: Any


class PinnedSlabs:
    """Slabs of page-locked memory, none of which is filled again before the copy of what it holds is over.

    Parameters
    ----------
    operations : Operations
        Of the device.
    slabs : int
        Number of slabs; at least 2, so that one is filled while another is copied.
    size : int
        Bytes of one slab, a multiple of 256.
    """

    def __init__(self, operations: Operations, slabs: int = SLABS, size: int = SIZE) -> None:
        self.operations = operations
        self.size = size
        self.slabs: list[Tensor] = []
        self.copied: list[Any] = [None] * slabs  # events behind the last copy of each
        self.turn = 0

    def send(self, arrays: Sequence[Wanted], stream: Any) -> list[Tensor]:
        """Queue copies of arrays to the device, and return when all of them are in slabs.

        Parameters
        ----------
        arrays : sequence of Wanted
            They may change after this call.
        stream : stream
            In which they are copied.

        Returns
        -------
        list of torch.Tensor
            On the device, valid in `stream`, or behind an event that is recorded there afterwards.
        """
        places, total = [], 0
        for array, kind in arrays:
            places.append(total)
            total += -(-len(array) * np.dtype(kind).itemsize // ALIGNED) * ALIGNED
        there = self.operations.empty(total, stream)
        for first in range(0, total, self.size):
            last = min(first + self.size, total)
            slab = self._free()
            _fill(slab.numpy(), arrays, places, first, last)
            self.operations.copy(there[first:last], slab[: last - first], stream)
            self.copied[self.turn] = self.operations.record(stream)
            self.turn = (self.turn + 1) % len(self.copied)
        return [
            there[place : place + len(array) * np.dtype(kind).itemsize].view(getattr(torch, np.dtype(kind).name))
            for place, (array, kind) in zip(places, arrays, strict=True)
        ]

    def _free(self) -> Tensor:
        """Return the slab whose turn it is, once nothing reads it any more."""
        if self.turn == len(self.slabs):  # the first time round
            self.slabs.append(self.operations.pinned(self.size))
        elif self.copied[self.turn] is not None:
            self.operations.finish(self.copied[self.turn])
        return self.slabs[self.turn]


def _fill(slab: NDArray[np.uint8], arrays: Sequence[Wanted], places: Sequence[int], first: int, last: int) -> None:
    """Write the bytes from `first` to ``last - 1`` of all arrays, which begin at `places`, to a slab."""
    for (array, kind), place in zip(arrays, places, strict=True):
        item = np.dtype(kind).itemsize
        begin, end = max(first, place), min(last, place + len(array) * item)
        if begin < end:
            part = array[(begin - place) // item : (end - place) // item]
            np.copyto(slab[begin - first : end - first].view(kind), part, casting="same_kind")

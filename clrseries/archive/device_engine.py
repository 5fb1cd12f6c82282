"""What engines on a GPU share: copies of slabs in a stream of their own, views in another, and batches that are halved where memory is full.

While the views of one batch are made, the samples of the slab after it are copied; the host only queues work, and waits where it needs a
number.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import torch

from ..augment.device_arrays import arrays_for
from ..config import Observe
from ..errors import InputError
from ..model.stages import BATCH
from ..series import Series
from .device_operations import CudaOperations, Operations
from .engine import Engine
from .loading import Loaded, Loader
from .pinned_slabs import SIZE, SLABS

logger = logging.getLogger("clrseries")
Made = TypeVar("Made")


class Viewed(NamedTuple, Generic[Made]):
    """Views of some objects, which are being made on a device.

    Parameters
    ----------
    views : object
        The views.
    ready : event
        When it is done, they are there.
    """

    views: Made
    ready: Any


class DeviceEngine(Engine):
    """Base of the engines that make views on a device.

    Parameters
    ----------
    observe : spectra.Observe or lightcurves.Observe
        The steps.
    operations : Operations, optional
        Of the device; default torch's current CUDA device.
    half : bool
        Whether flux and ivar are copied with 16 bits (:mod:`clrseries.archive.half_precision`), where they keep their meaning.
    batch : int
        Number of objects that are processed together, until the memory of the device is full.
    slabs, size : int
        Number and bytes of the slabs of page-locked memory.

    Raises
    ------
    InputError
        There is no CUDA device, or the packages for one are missing.
    """

    def __init__(
        self,
        observe: Observe,
        operations: Operations | None = None,
        half: bool = False,
        batch: int = 4 * BATCH,
        slabs: int = SLABS,
        size: int = SIZE,
    ) -> None:
        self.operations = operations or CudaOperations(_current_device())
        self.batch = batch
        self.observe: Observe = type(observe)(observe.steps, "cuda")
        self.loader = Loader(self.operations, self.observe._tidy, half, slabs, size)
        self.viewing, self.computing = self.operations.stream(), self.operations.stream()
        self.told: set[str] = set()

    def load(self, series: Series) -> Series:
        """Queue the copy of a slab to the device.

        Parameters
        ----------
        series : Series
            A slab.

        Returns
        -------
        Loaded
            The same objects; or the slab itself where it does not fit into the memory of the device. Then it is copied batch by batch.
        """
        try:
            return self.loader.load(series)
        except torch.cuda.OutOfMemoryError:
            self._tell(
                "slab", "a slab does not fit into the memory of the device: its samples are copied batch by batch"
            )
        self.operations.relieve()
        return series

    def made(self, series: Series, call: Callable[[Series], Made]) -> list[Viewed[Made]]:
        """Queue the making of the views of a batch.

        Parameters
        ----------
        series : Series
            The batch.
        call : function
            Makes the views of some of its objects.

        Returns
        -------
        list of Viewed
            One, or several that fit into the memory.
        """
        if isinstance(series, Loaded):
            self.operations.wait(self.viewing, series.ready)
        reads = series.samples if isinstance(series, Loaded) else []

        def some(first: int, last: int) -> Viewed[Made]:
            part = series.between(first, last)
            views = self.operations.launch(self.viewing, lambda: call(part), reads)
            return Viewed(views, self.operations.record(self.viewing))

        return self.in_pieces(len(series), some)

    def in_pieces(self, count: int, call: Callable[[int, int], Made]) -> list[Made]:
        """Call a function for objects 0 to ``count - 1``, as many at a time as fit into the memory.

        Parameters
        ----------
        count : int
            Number of objects.
        call : function
            Takes the first object and the one behind the last, and queues work.

        Returns
        -------
        list
            What the calls returned.

        Raises
        ------
        InputError
            One object alone does not fit.
        """
        found: list[Made] = []
        first, failed = 0, False
        while first < count:
            size = min(self.batch, count - first)
            try:
                found.append(call(first, first + size))
                first, failed = first + size, False
                continue
            except torch.cuda.OutOfMemoryError:  # what its frames hold is freed behind this block
                pass
            if failed and size == 1:
                raise InputError("the memory of the device is too small for one object; use device='cpu'")
            failed = size == 1
            self.batch = min(self.batch, max(size // 2, 1))
            self._tell(
                "batch", f"the memory of the device is full: batches of {self.batch} objects from now on, or fewer"
            )
            self.operations.relieve()
        return found

    def _tell(self, what: str, message: str) -> None:
        if what not in self.told:
            self.told.add(what)
            logger.warning("%s", message)


def _current_device() -> torch.device:
    """Return torch's current CUDA device, or raise an :class:`InputError` that says what is missing."""
    try:
        return torch.device("cuda", arrays_for(np.empty(0)).place[1])
    except InputError as error:
        raise InputError(str(error).replace("backend", "device")) from error  # as the argument is called here

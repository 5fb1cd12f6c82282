"""Embedding of an archive on a GPU: copies, views and encoder each in a stream of their own, with events between them.

While the encoder works on one batch, the views of the next are made, and the samples of the slab after it are copied; the host only queues
work, and waits where it needs a number. Where the memory of the device is full, batches are halved.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..augment.device_arrays import arrays_for
from ..config import Observe
from ..errors import InputError
from ..model import Model
from ..model.stages import BATCH, Prepared, encoded, prepared
from ..series import Series
from .device_operations import CudaOperations, Operations
from .engine import Engine
from .loading import Loaded, Loader
from .pinned_slabs import SIZE, SLABS

logger = logging.getLogger("clrseries")
Made = TypeVar("Made")


class Viewed(NamedTuple):
    """Views of some objects, which are being made on a device.

    Parameters
    ----------
    prepared : Prepared
        The views.
    ready : event
        When it is done, they are there.
    """

    prepared: Prepared
    ready: Any


class Embedded(NamedTuple):
    """Embeddings of a batch, which are on their way from a device.

    Parameters
    ----------
    rows : list of torch.Tensor
        Embeddings of the objects that can be embedded.
    good : bool (N,)
        Which of the N objects of the batch these are.
    reasons : dict of int to str
        Why the others cannot.
    ready : event
        When it is done, the embeddings are there.
    """

    rows: list[Tensor]
    good: NDArray[np.bool_]
    reasons: dict[int, str]
    ready: Any


class DeviceEmbedder(Engine):
    """Engine that embeds on a device.

    Parameters
    ----------
    model : Model
        The model, which stays where it is.
    layer : {"embedding", "projection"}
        What is computed.
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
        model: Model,
        layer: str = "embedding",
        operations: Operations | None = None,
        half: bool = False,
        batch: int = 4 * BATCH,
        slabs: int = SLABS,
        size: int = SIZE,
    ) -> None:
        self.operations = operations or CudaOperations(_current_device())
        self.batch, self.model = batch, model
        still = model.observe.deterministic()
        self.observe: Observe = type(still)(still.steps, "cuda")
        self.loader = Loader(self.operations, self.observe._tidy, half, slabs, size)
        self.viewing, self.computing = self.operations.stream(), self.operations.stream()
        self.encoder, self.network = self._placed(model, layer)
        self.told: set[str] = set()

    def _placed(self, model: Model, layer: str) -> tuple[Any, Any]:
        """Return copies of the networks on the device."""
        networks = [model.encoder, model.projector if layer == "projection" else nn.Identity()]
        found = [copy.deepcopy(network).eval() for network in networks]
        if isinstance(self.operations, CudaOperations):
            found = [network.to(self.operations.device) for network in found]
            self.operations.relieve()  # from now on other streams may read them
        return found[0], found[1]

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

    def views(self, series: Series) -> list[Viewed]:
        """Queue the making of the views of a batch.

        Parameters
        ----------
        series : Series
            The batch.

        Returns
        -------
        list of Viewed
            One, or several that fit into the memory.
        """
        if isinstance(series, Loaded):
            self.operations.wait(self.viewing, series.ready)
        reads = series.samples if isinstance(series, Loaded) else []

        def made(first: int, last: int) -> Viewed:
            some = series.between(first, last)
            views = self.operations.launch(
                self.viewing, lambda: prepared(self.observe, some, self.model, stay=True), reads
            )
            return Viewed(views, self.operations.record(self.viewing))

        return self._in_pieces(len(series), made)

    def encode(self, views: list[Viewed]) -> Embedded:
        """Queue the encoding of a batch and the copy of its embeddings.

        Parameters
        ----------
        views : list of Viewed
            The views.

        Returns
        -------
        Embedded
        """
        rows: list[Tensor] = []
        reasons: dict[int, str] = {}
        done = 0
        for one, ready in views:
            self.operations.wait(self.computing, ready)

            def made(first: int, last: int, one: Prepared = one) -> Tensor:
                some = one._replace(inputs=tuple(part[first:last] for part in one.inputs))
                found = self.operations.launch(
                    self.computing, lambda: encoded(self.encoder, self.network, some), one.inputs
                )
                return self.operations.back(found, self.computing)

            rows += self._in_pieces(int(one.good.sum()), made)
            reasons |= {done + row: reason for row, reason in one.reasons.items()}
            done += len(one.good)
        good = np.concatenate([one.good for one, _ in views])
        return Embedded(rows, good, reasons, self.operations.record(self.computing))

    def finish(self, found: Embedded) -> tuple[NDArray[np.float32] | None, Prepared]:
        """Wait for the embeddings of a batch.

        Parameters
        ----------
        found : Embedded
            From :meth:`encode`.

        Returns
        -------
        float32 (M, D) array or None, Prepared
            As :meth:`clrseries.archive.engine.Embedder.encode` returns them.
        """
        self.operations.finish(found.ready)
        values = np.concatenate([part.numpy() for part in found.rows]) if found.rows else None
        return values, Prepared((), found.good, found.reasons)

    def _in_pieces(self, count: int, call: Callable[[int, int], Made]) -> list[Made]:
        """Call a function for objects 0 to ``count - 1``, as many at a time as fit into the memory."""
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
                raise InputError(
                    "the memory of the device is too small for one object with this model; use device='cpu'"
                )
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
    return torch.device("cuda", arrays_for(np.empty(0)).place[1])

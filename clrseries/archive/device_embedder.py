"""Embedding of an archive on a GPU: copies, views and encoder each in a stream of their own, with events between them.

While the encoder works on one batch, the views of the next are made, and the samples of the slab after it are copied.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from ..model import Model
from ..model.stages import Prepared, encoded, prepared
from ..series import Series
from .device_engine import DeviceEngine, Viewed
from .device_operations import CudaOperations


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


class DeviceEmbedder(DeviceEngine):
    """Engine that embeds on a device.

    Parameters
    ----------
    model : Model
        The model, which stays where it is.
    layer : {"embedding", "projection"}
        What is computed.
    **options
        `operations`, `half`, `batch`, `slabs` and `size` of :class:`clrseries.archive.device_engine.DeviceEngine`.

    Raises
    ------
    InputError
        There is no CUDA device, or the packages for one are missing.
    """

    def __init__(self, model: Model, layer: str = "embedding", **options: Any) -> None:
        super().__init__(model.observe.deterministic(), **options)
        self.model = model
        self.encoder, self.network = self._placed(model, layer)

    def _placed(self, model: Model, layer: str) -> tuple[Any, Any]:
        """Return copies of the networks on the device."""
        networks = [model.encoder, model.projector if layer == "projection" else nn.Identity()]
        found = [copy.deepcopy(network).eval() for network in networks]
        if isinstance(self.operations, CudaOperations):
            found = [network.to(self.operations.device) for network in found]
            self.operations.relieve()  # from now on other streams may read them
        return found[0], found[1]

    def views(self, series: Series) -> list[Viewed[Prepared]]:
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
        return self.made(series, lambda some: prepared(self.observe, some, self.model, stay=True))

    def encode(self, views: list[Viewed[Prepared]]) -> Embedded:
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

            rows += self.in_pieces(int(one.good.sum()), made)
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

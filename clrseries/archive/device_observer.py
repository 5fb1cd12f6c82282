"""Preprocessing of an archive on a GPU: copies there, views, and copies back each in a stream of their own, with events between them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ..config import Observe
from ..series import Series
from ..views import Views
from .device_engine import DeviceEngine, Viewed

LARGEST = float(np.finfo(np.float32).max)


class Returning(NamedTuple):
    """Views of a batch, which are on their way from a device.

    Parameters
    ----------
    views : list of Views
        Of neighboring objects; their arrays are tensors in the memory of the host.
    ready : event
        When it is done, they are there.
    """

    views: list[Any]
    ready: Any


class DeviceObserver(DeviceEngine):
    """Engine that makes views on a device, and nothing of them.

    Parameters
    ----------
    observe : spectra.Observe or lightcurves.Observe
        The steps.
    seed : int
        Seed of the random steps.
    **options
        `operations`, `batch`, `slabs` and `size` of :class:`clrseries.archive.device_engine.DeviceEngine`.

    Raises
    ------
    InputError
        There is no CUDA device, or the packages for one are missing.
    """

    def __init__(self, observe: Observe, seed: int = 0, **options: Any) -> None:
        super().__init__(observe, **options)
        self.seed = seed

    def views(self, series: Series) -> list[Viewed[Views]]:
        """Queue the making of one view of every object of a batch.

        Parameters
        ----------
        series : Series
            The batch.

        Returns
        -------
        list of Viewed
            One, or several that fit into the memory.
        """
        return self.made(series, lambda some: self.observe(some, seed=self.seed))

    def encode(self, views: list[Viewed[Views]]) -> Returning:
        """Queue the copy of the views to the host.

        Parameters
        ----------
        views : list of Viewed
            The views.

        Returns
        -------
        Returning
        """
        found = []
        for one, ready in views:
            self.operations.wait(self.computing, ready)
            # as they are, since a conversion would be work for another stream
            tensors = [torch.as_tensor(part) for part in one.inputs]
            found.append(_with(one, [self.operations.back(part, self.computing) for part in tensors]))
        return Returning(found, self.operations.record(self.computing))

    def finish(self, found: Returning) -> Views:
        """Wait for the views of a batch.

        Parameters
        ----------
        found : Returning
            From :meth:`encode`.

        Returns
        -------
        Views
            In the memory of the host.
        """
        self.operations.finish(found.ready)
        parts = [[_narrow(part.numpy()) for part in one.inputs] for one in found.views]
        inputs = parts[0] if len(parts) == 1 else [np.concatenate(some) for some in zip(*parts, strict=True)]
        params = np.concatenate([one.params for one in found.views])
        return replace(_with(found.views[0], inputs), params=params)


def _narrow(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array in float32, as it is on the host, unless a number is beyond that."""
    wide = array.dtype == np.float64 and np.nanmax(array, initial=0.0) > LARGEST
    return array if wide or array.dtype != np.float64 else array.astype(np.float32)


def _with(views: Any, inputs: list[Any]) -> Any:
    """Return views with other arrays."""
    names = ("flux", "ivar") if len(inputs) == 2 else ("time", "flux", "ivar", "band")
    return replace(views, **dict(zip(names, inputs, strict=True)))

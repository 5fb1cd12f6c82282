"""Batches of views, made one ahead in the background while the network works on the last."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..augment import Observe
from ..monitor import Monitor
from ..series import Series


class Batches:
    """One epoch of shuffled batches; a short last batch is left out, so that losses compare.

    The kernel is threaded and releases the GIL, so views are made in this process, on
    whole batches: no worker processes, no per-object Python.

    Parameters
    ----------
    series : Series
    observe : Observe or Monitor
    batch_size : int
        Objects in a batch; all of them if there are fewer.
    views : int
    seed, epoch : int
        The order of the objects and their views follow from these alone.

    Yields
    ------
    flux, ivar : float32 (batch_size, views, P)
        Of spectra; time, flux, ivar and band (batch_size, views, L) of light curves.
    """

    def __init__(
        self, series: Series, observe: Observe | Monitor, batch_size: int, views: int = 2, seed: int = 0, epoch: int = 0
    ) -> None:
        self.series = series
        self.observe = observe
        self.batch_size = min(batch_size, len(series))
        self.views = views
        self.seed = seed
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.series) // self.batch_size

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.series))
        rows = [order[i * self.batch_size : (i + 1) * self.batch_size] for i in range(len(self))]
        with ThreadPoolExecutor(1, thread_name_prefix="clrseries-batches") as background:
            coming: Future[tuple[Tensor, ...]] = background.submit(self._make, rows[0])
            for following in [*rows[1:], None]:
                batch = coming.result()
                if following is not None:
                    coming = background.submit(self._make, following)
                yield batch

    def _make(self, rows: NDArray[np.int64]) -> tuple[Tensor, ...]:
        views = self.observe(self.series.take(rows), self.views, self.seed, self.epoch)
        return tuple(torch.from_numpy(array) for array in views.inputs)

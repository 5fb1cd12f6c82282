"""Batches of views, made one ahead in the background while the network works on the last."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..methods import Batch
from ..ranks import world_size
from ..series import Series
from .examples import Examples

Made = tuple[Batch, dict[str, float]]


class Batches:
    """One epoch of shuffled batches; a short last batch is left out, so that losses compare.

    The kernel is threaded and releases the GIL, so views are made in this process, on
    whole batches: no worker processes, no per-object Python.

    Parameters
    ----------
    examples : Examples
    batch_size : int
        Objects in a batch, over all processes; all of them if there are fewer.
    views : int
    seed, epoch : int
        The order of the objects and their views follow from these alone.

    Attributes
    ----------
    seconds : dict
        Spent so far on ``"read"`` (rows taken out of the data) and ``"augment"`` (views made of them), in the background.

    Yields
    ------
    Batch
        ``inputs`` are float32 (batch_size, views, P): flux and ivar of spectra; (batch_size, views, L): time, flux,
        ivar and band of light curves.
    """

    def __init__(self, examples: Examples, batch_size: int, views: int = 2, seed: int = 0, epoch: int = 0) -> None:
        self.examples = examples
        self.batch_size = min(batch_size, examples.objects) // world_size() * world_size()
        self.views = views
        self.seed = seed
        self.epoch = epoch
        self.seconds = {"read": 0.0, "augment": 0.0}

    def __len__(self) -> int:
        return self.examples.objects // self.batch_size

    def __iter__(self) -> Iterator[Batch]:
        parts = islice(self.examples.rows(self.batch_size, self.views, self.seed, self.epoch), len(self))
        with ThreadPoolExecutor(1, thread_name_prefix="clrseries-batches") as background:
            coming: Future[Made | None] = background.submit(self._next, parts, 0)
            for number in range(len(self)):
                made = coming.result()
                if made is None:
                    return
                coming = background.submit(self._next, parts, number + 1)
                batch, seconds = made
                for part, spent in seconds.items():
                    self.seconds[part] += spent
                yield batch

    def _next(self, parts: Iterator[tuple[Series, NDArray[np.int64]]], number: int) -> Made | None:
        begun = time.perf_counter()
        found = next(parts, None)
        if found is None:
            return None
        series, rows = found
        own = [series.take(rows[view]) for view in range(self.views if self.examples.source else 1)]
        read = time.perf_counter()
        batch = self._batch(own, self.epoch * len(self) + number)
        return batch, {"read": read - begun, "augment": time.perf_counter() - read}

    def _batch(self, own: list[Series], number: int) -> Batch:
        more, seed, epoch = self.examples, self.seed, self.epoch
        if more.source is None:
            inputs = _tensors(more.observe(own[0], self.views, seed, epoch))
        else:  # different rows in each view: each view an epoch of its own, that no two draw alike
            made = [_tensors(more.observe(rows, 1, seed, epoch * self.views + v)) for v, rows in enumerate(own)]
            inputs = tuple(torch.cat(parts, dim=1) for parts in zip(*made, strict=True))
        batch = Batch(inputs, number=(seed << 32) + number)
        if more.label is not None:
            batch.label = torch.from_numpy(more.label.of(own[0]))
        if more.domain is not None:
            batch.domain = torch.from_numpy(more.domain.of(own[0]))
        if more.partner is not None:
            rng = np.random.default_rng((seed, number))
            other = more.partner.series.take(more.partner.rows(own[0].object_ids, rng))
            batch.partner = _tensors(more.partner.observe(other, 1, seed, epoch))
        return batch


def _tensors(views: Any) -> tuple[Tensor, ...]:
    return tuple(torch.from_numpy(array) for array in views.inputs)

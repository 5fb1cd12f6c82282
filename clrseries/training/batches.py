"""Batches of views, which are made in the background while the network processes the batch before."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..distributed import world_size
from ..encoders.with_columns import column_inputs
from ..methods import Batch
from ..series import Series
from .column import Column
from .hand_over import HandOver, OnHost
from .partner import OtherModality
from .training_set import Chosen, TrainingSet

Made = tuple[Batch, Any, dict[str, float]]


class Batches:
    """Iterable over the batches of one epoch, in shuffled order.

    An incomplete last batch is left out, because losses of batches of different sizes cannot be compared. No worker processes are
    needed: the kernel makes the views of a whole batch in threads and releases the GIL.

    Parameters
    ----------
    training_set : TrainingSet
        Data and augmentation.
    batch_size : int
        Number of objects of a batch, over all processes; all objects if there are fewer.
    views : int
        Number of views of each object.
    seed, epoch : int
        They determine the order of the objects and their views.
    hand_over : HandOver, optional
        How batches come from the background; views that are made on a GPU stay there.

    Attributes
    ----------
    seconds : dict of str to float
        Time spent so far in the background [s]: ``"read"`` for reading the data, ``"augment"`` for making views (on a GPU: for
        queueing the work).
    """

    def __init__(
        self,
        training_set: TrainingSet,
        batch_size: int,
        views: int = 2,
        seed: int = 0,
        epoch: int = 0,
        hand_over: HandOver | None = None,
    ) -> None:
        self.training_set = training_set
        self.batch_size = min(batch_size, training_set.objects) // world_size() * world_size()
        self.views = views
        self.seed = seed
        self.epoch = epoch
        self.hand_over = hand_over or OnHost()
        self.taken = 0  # batches of this epoch
        self.seconds = {"read": 0.0, "augment": 0.0}

    def __len__(self) -> int:
        return self.training_set.objects // self.batch_size

    def __iter__(self) -> Iterator[Batch]:
        parts = islice(
            self.training_set.rows(self.batch_size, self.views, self.seed, self.epoch), self.taken, len(self)
        )
        with ThreadPoolExecutor(1, thread_name_prefix="clrseries-batches") as background:
            coming: Future[Made | None] = background.submit(self._next, parts, self.taken)
            for number in range(self.taken, len(self)):
                made = coming.result()
                if made is None:
                    return
                coming = background.submit(self._next, parts, number + 1)
                batch, mark, seconds = made
                for part, spent in seconds.items():
                    self.seconds[part] += spent
                self.taken = number + 1
                yield self.hand_over.take(batch, mark)
        self.taken = 0

    def state_dict(self) -> dict[str, int]:
        """Return what a checkpoint needs, so that a training goes on within an epoch.

        Returns
        -------
        dict of str to int
            The epoch, and the number of batches that have been taken.
        """
        return {"epoch": self.epoch, "taken": self.taken}

    def load_state_dict(self, state: Mapping[str, int]) -> None:
        """Go on behind the batches that were taken before the checkpoint.

        Parameters
        ----------
        state : mapping of str to int
            Of :meth:`state_dict`; that of another epoch, or of a whole one, is ignored.
        """
        if state["epoch"] == self.epoch and state["taken"] < len(self):
            self.taken = state["taken"]

    def _next(self, parts: Iterator[Chosen], number: int) -> Made | None:
        begun = time.perf_counter()
        found = next(parts, None)
        if found is None:
            return None
        series, rows = found.data, found.rows
        with self.hand_over.making():
            own = [series.take(rows[view]) for view in range(self.views if self.training_set.source else 1)]
            read = time.perf_counter()
            batch = self._batch(own, found.partner, self.epoch * len(self) + number)
            mark = self.hand_over.made()
        return batch, mark, {"read": read - begun, "augment": time.perf_counter() - read}

    def _batch(self, own: list[Series], partner: OtherModality | None, number: int) -> Batch:
        more, seed, epoch = self.training_set, self.seed, self.epoch
        if more.source is None:
            inputs = more.observe(own[0], self.views, seed, epoch).torch()
        else:  # the views are of different rows: each has its own epoch, so that their random numbers differ
            made = [more.observe(rows, 1, seed, epoch * self.views + v).torch() for v, rows in enumerate(own)]
            inputs = tuple(torch.cat(parts, dim=1) for parts in zip(*made, strict=True))
        if more.columns:  # those of the row that a view is of
            read = self._of_views([column_inputs(more.columns, rows)[0] for rows in own])
            inputs = (*inputs, read.to(inputs[0].device))
        batch = Batch(inputs, number=(seed << 32) + number)
        if more.label is not None:
            batch.label = torch.from_numpy(_first_known(more.label, own))
        if more.domain is not None:  # that of the row that a view is of
            batch.domain = self._of_views([torch.from_numpy(more.domain.of(rows)) for rows in own])
        if partner is not None:
            rng = np.random.default_rng((seed, number))
            other = partner.first().take(partner.rows(own[0].object_ids, rng))
            views = partner.observe(other, 1, seed, epoch).torch()
            beside = (part[:, None].to(views[0].device) for part in column_inputs(partner.columns, other))
            batch.partner = (*views, *beside)
        return batch

    def _of_views(self, own: list[torch.Tensor]) -> torch.Tensor:
        """Stack what the rows of the views are told, (N, V, ...); all views may be of the same rows."""
        return torch.stack([own[v % len(own)] for v in range(self.views)], 1)


def _first_known(label: Column, own: list[Series]) -> NDArray[Any]:
    """Return the label of each object, from the first of its rows in `own` that has one."""
    found = label.of(own[0])
    for rows in own[1:]:
        found = np.where(found < 0 if label.classes else np.isnan(found), label.of(rows), found)
    return found

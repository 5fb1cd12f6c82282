"""The data of a training: objects, the augmentation, labels, and the other modality."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..config import Observe
from ..distributed import process_rank, world_size
from ..io.stream import Stream
from ..series import Series
from ..series.concatenate import joined
from .column import Column


@dataclass(frozen=True, eq=False)
class OtherModality:
    """Data of the same objects in another modality, matched by ``object_id``.

    Parameters
    ----------
    series : Series
        The data.
    observe : spectra.Observe or lightcurves.Observe
        The augmentation of these data.
    """

    series: Series
    observe: Observe

    def rows(self, names: list[str], rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw one row of the series for each name.

        Parameters
        ----------
        names : list of str
            Names of N objects.
        rng : numpy.random.Generator
            Random numbers for objects with several rows.

        Returns
        -------
        int64 (N,)
            Rows of the series.
        """
        return np.array([self._where[name][rng.integers(len(self._where[name]))] for name in names], np.int64)

    @cached_property
    def _where(self) -> dict[str, list[int]]:
        where: dict[str, list[int]] = {}
        for row, name in enumerate(self.series.object_ids):
            where.setdefault(name, []).append(row)
        return where


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Data and augmentation of a training.

    Parameters
    ----------
    data : Series or Stream
        The data.
    observe : spectra.Observe or lightcurves.Observe
        The augmentation.
    label : Column, optional
        Column that the method learns from.
    domain : Column, optional
        Column with the instrument or survey.
    source : Column, optional
        Column with the source of each row. If given, an object of the training is a source, and its views are of different rows
        if there are several.
    partner : OtherModality, optional
        The same objects in another modality.
    """

    data: Series | Stream
    observe: Observe
    label: Column | None = None
    domain: Column | None = None
    source: Column | None = None
    partner: OtherModality | None = None

    @cached_property
    def objects(self) -> int:
        """Number of objects of an epoch: rows, or sources."""
        return len(self.data) if self.source is None else len(np.unique(self._sources))

    def first(self) -> Series:
        """Return some or all of the data, for what must be known before the training.

        Returns
        -------
        Series
            All data, or the first row groups of a stream.
        """
        return self.data if isinstance(self.data, Series) else self.data.first()

    def rows(self, batch_size: int, views: int, seed: int, epoch: int) -> Iterator[tuple[Series, NDArray[np.int64]]]:
        """Draw the rows of this process's part of each batch.

        Parameters
        ----------
        batch_size : int
            Number of objects of a batch, over all processes.
        views : int
            Number of views of each object.
        seed, epoch : int
            They determine the order.

        Yields
        ------
        Series, int64 (views, batch_size / processes)
            The data, and the row of each view of each object.
        """
        rng = np.random.default_rng((seed, epoch))
        part = batch_size // world_size()
        if isinstance(self.data, Series):
            order = self._order(views, rng)
            for k in range(order.shape[1] // batch_size):
                first = k * batch_size + process_rank() * part
                yield self.data, order[:, first : first + part]
            return
        rest: Series | None = None
        for chunk in self.data.chunks(seed, epoch, process_rank(), world_size()):
            chunk = chunk if rest is None else joined([rest, chunk])
            order = rng.permutation(len(chunk))
            whole = len(chunk) // part * part
            for first in range(0, whole, part):
                yield chunk, np.tile(order[first : first + part], (views, 1))
            rest = chunk.take(order[whole:]) if whole < len(chunk) else None

    def _order(self, views: int, rng: np.random.Generator) -> NDArray[np.int64]:
        shuffled = rng.permutation(len(self.data))
        if self.source is None:
            return np.tile(shuffled, (views, 1))
        source = self._sources
        by_source = shuffled[np.argsort(source[shuffled], kind="stable")]  # the rows of a source are in random order
        _, first, count = np.unique(source[by_source], return_index=True, return_counts=True)
        rows = np.stack([by_source[first + view % count] for view in range(views)])
        return rows[:, rng.permutation(len(first))]

    @cached_property
    def _sources(self) -> NDArray[np.int64]:
        assert self.source is not None and isinstance(self.data, Series)
        number = self.source.of(self.data)
        return np.where(
            number < 0, -1 - np.arange(len(number)), number
        )  # a row without a source is a source of its own

"""The data of a training: objects, the augmentation, labels, and the other modality."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..augment.keys import hashes
from ..config import Observe
from ..distributed import process_rank, world_size
from ..io.stream import Stream
from ..series import Series
from ..series.concatenate import joined
from .column import Column
from .partner import OtherModality


class Chosen(NamedTuple):
    """This process's part of a batch, as rows of data in memory.

    Parameters
    ----------
    data : Series
        The data.
    rows : int64 (views, N)
        The row of each view of each object.
    partner : OtherModality or None
        Has all these objects in memory.
    """

    data: Series
    rows: NDArray[np.int64]
    partner: OtherModality | None


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
    columns : tuple of str
        Names of the columns that the encoder reads beside the views.
    """

    data: Series | Stream
    observe: Observe
    label: Column | None = None
    domain: Column | None = None
    source: Column | None = None
    partner: OtherModality | None = None
    columns: tuple[str, ...] = ()

    @cached_property
    def objects(self) -> int:
        """Number of objects of an epoch: rows, or sources; of a stream only those with a partner, if there is one."""
        if isinstance(self.data, Series):
            return len(self.data) if self._sources is None else len(np.unique(self._sources))
        here = np.ones(len(self.data), bool)
        if self.partner is not None:
            here = self.partner.has(self.data.column("object_id"))
        if self.source is None:
            return int(here.sum())
        return len(np.unique(_numbers(self.data.column(self.source.name))[here]))

    def first(self) -> Series:
        """Return some or all of the data, for what must be known before the training.

        Returns
        -------
        Series
            All data, or the first row groups of a stream.
        """
        return self.data if isinstance(self.data, Series) else self.data.first()

    def rows(self, batch_size: int, views: int, seed: int, epoch: int) -> Iterator[Chosen]:
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
        Chosen
            With ``batch_size / processes`` objects.
        """
        rng = np.random.default_rng((seed, epoch))
        part = batch_size // world_size()
        if isinstance(self.data, Series):
            order = _order(len(self.data), self._sources, views, rng)
            for k in range(order.shape[1] // batch_size):
                first = k * batch_size + process_rank() * part
                yield Chosen(self.data, order[:, first : first + part], self.partner)
            return
        rest: Series | None = None
        for chunk in self.data.chunks(seed, epoch, process_rank(), world_size(), neighbors=self.source is not None):
            if self.partner is not None:
                chunk = chunk.take(np.flatnonzero(self.partner.has(chunk.table["object_id"])))
            if not len(chunk):
                continue
            chunk = chunk if rest is None else joined([rest, chunk])
            partner = None if self.partner is None else self.partner.of(chunk.object_ids)
            sources = None if self.source is None else _numbers(chunk.table[self.source.name])
            order = _order(len(chunk), sources, views, rng)
            whole = order.shape[1] // part * part
            for first in range(0, whole, part):
                yield Chosen(chunk, order[:, first : first + part], partner)
            left = order[0, whole:]  # of each object that no batch has had, the first row
            if sources is not None:
                left = np.flatnonzero(np.isin(sources, sources[left]))
            rest = chunk.take(left) if len(left) else None

    @cached_property
    def _sources(self) -> NDArray[np.int64] | None:
        """A number for the source of each row of data in memory; a row without a source is a source of its own."""
        if self.source is None:
            return None
        assert isinstance(self.data, Series)
        number = self.source.of(self.data)
        return np.where(number < 0, -1 - np.arange(len(number)), number)


def _order(rows: int, sources: NDArray[np.int64] | None, views: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the row of each view of each object, in random order; an object is a row, or a source."""
    shuffled = rng.permutation(rows)
    if sources is None:
        return np.tile(shuffled, (views, 1))
    by_source = shuffled[np.argsort(sources[shuffled], kind="stable")]  # the rows of a source are in random order
    _, first, count = np.unique(sources[by_source], return_index=True, return_counts=True)
    each = np.stack([by_source[first + view % count] for view in range(views)])
    return each[:, rng.permutation(len(first))]


def _numbers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return numbers that are equal where names are, without a list of all names; each null has one of its own."""
    number = (hashes(column) >> np.uint64(1)).astype(np.int64)
    return np.where(column.is_null().to_numpy(), -1 - np.arange(len(column)), number)

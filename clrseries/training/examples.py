"""What training looks at: objects, how to observe them again, and what else is known of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..augment import Observe
from ..errors import InputError
from ..io.stream import Stream
from ..monitor import Monitor
from ..ranks import rank, world_size
from ..series import Series, concatenate


@dataclass(frozen=True)
class Column:
    """A column turned into numbers: a class's place among `classes` (-1 where null), or a value (NaN where null)."""

    name: str
    classes: tuple[str, ...] = ()

    def of(self, series: Series) -> NDArray[Any]:
        """int64 or float32 (N,)."""
        column = series.table[self.name]
        if not self.classes:
            return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float32)
        place = {name: k for k, name in enumerate(self.classes)}
        return np.array([-1 if v is None else place[str(v)] for v in column.to_pylist()], np.int64)


@dataclass(frozen=True, eq=False)
class Partner:
    """The same objects in another modality, found by ``object_id``."""

    series: Series
    observe: Observe | Monitor

    def rows(self, names: list[str], rng: np.random.Generator) -> NDArray[np.int64]:
        """For each name one of the rows that have it, at random."""
        return np.array([self._where[name][rng.integers(len(self._where[name]))] for name in names], np.int64)

    @cached_property
    def _where(self) -> dict[str, list[int]]:
        where: dict[str, list[int]] = {}
        for row, name in enumerate(self.series.object_ids):
            where.setdefault(name, []).append(row)
        return where


@dataclass(frozen=True, eq=False)
class Examples:
    """What one epoch is made of.

    Attributes
    ----------
    data : Series or Stream
    observe : Observe or Monitor
    label, domain, source : Column, optional
        What the method learns from; the instrument; which rows are of one source. With `source`, an object of the
        training is a source, and its views are of different rows of it where there are several.
    partner : Partner, optional
    """

    data: Series | Stream
    observe: Observe | Monitor
    label: Column | None = None
    domain: Column | None = None
    source: Column | None = None
    partner: Partner | None = None

    @cached_property
    def objects(self) -> int:
        """How many objects an epoch shows: rows, or sources."""
        return len(self.data) if self.source is None else len(np.unique(self._sources))

    def first(self) -> Series:
        """Objects to look at before training."""
        return self.data if isinstance(self.data, Series) else self.data.first()

    def rows(self, batch_size: int, views: int, seed: int, epoch: int) -> Iterator[tuple[Series, NDArray[np.int64]]]:
        """This process's part of each batch: a Series, and rows of it for each view, (views, batch_size / processes)."""
        rng = np.random.default_rng((seed, epoch))
        part = batch_size // world_size()
        if isinstance(self.data, Series):
            order = self._order(views, rng)
            for k in range(order.shape[1] // batch_size):
                first = k * batch_size + rank() * part
                yield self.data, order[:, first : first + part]
            return
        rest: Series | None = None
        for chunk in self.data.chunks(seed, epoch, rank(), world_size()):
            chunk = chunk if rest is None else concatenate([rest, chunk])
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
        by_source = shuffled[np.argsort(source[shuffled], kind="stable")]  # the rows of each in random order
        _, first, count = np.unique(source[by_source], return_index=True, return_counts=True)
        rows = np.stack([by_source[first + view % count] for view in range(views)])
        return rows[:, rng.permutation(len(first))]

    @cached_property
    def _sources(self) -> NDArray[np.int64]:
        assert self.source is not None and isinstance(self.data, Series)
        number = self.source.of(self.data)
        return np.where(number < 0, -1 - np.arange(len(number)), number)  # a row without a source is one of its own


def column_of(name: str, series: Series | Stream, *, classes: bool | None = None) -> Column:
    """The column `name` as classes, or as values; an :class:`InputError` where it is missing or of the wrong kind.

    Where `classes` is not said, a column of floats holds values and any other classes.
    """
    if isinstance(series, Stream):
        values = series.column(name)
    elif name not in series.table.column_names:
        raise InputError(f"column {name!r} is missing; there are {', '.join(series.table.column_names)}")
    else:
        values = series.table[name]
    if classes is None:
        classes = not pa.types.is_floating(values.type)
    numeric = pa.types.is_integer(values.type) or pa.types.is_floating(values.type)
    if not classes:
        if not numeric:
            raise InputError(f"column {name!r} must hold numbers, and holds {values.type}")
        return Column(name)
    found = sorted({str(v) for v in values.to_pylist() if v is not None})
    if len(found) < 2:
        raise InputError(f"column {name!r} must hold at least two classes, and holds {', '.join(found) or 'none'}")
    return Column(name, tuple(found))

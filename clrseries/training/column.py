"""Per-object columns as numbers, from which a method or a head learns."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..augment.keys import hashes
from ..errors import InputError
from ..evaluation.labels import Labels, labels_of
from ..io.stream import Stream
from ..series import Series

logger = logging.getLogger("clrseries")


@dataclass(frozen=True)
class Column:
    """Per-object column that holds classes or values.

    Parameters
    ----------
    name : str
        Name of the column.
    classes : tuple of str
        Names of the classes, in order; empty if the column holds values.
    """

    name: str
    classes: tuple[str, ...] = ()

    def of(self, series: Series) -> NDArray[Any]:
        """Return the column of a series as numbers.

        Parameters
        ----------
        series : Series
            N objects.

        Returns
        -------
        int64 or float32 (N,)
            Numbers of the classes in `classes`, -1 where null; or the values, NaN where null.
        """
        numbers = Labels(self.classes).of(series.table[self.name], self.name)
        if self.classes:
            return numbers
        with np.errstate(over="ignore"):
            values = numbers.astype(np.float32)
        lost = np.isfinite(numbers) & ~np.isfinite(values)
        if lost.any():
            value = numbers[int(np.argmax(lost))]
            raise InputError(f"column {self.name!r} holds {value:g}, more than float32 can hold: use another unit")
        return values


def column_of(name: str, series: Series | Stream, *, classes: bool | None = None) -> Column:
    """Find the classes of a column, or check that it holds values.

    Parameters
    ----------
    name : str
        Name of the column.
    series : Series or Stream
        The data.
    classes : bool, optional
        Whether the column holds classes; by default, :func:`clrseries.evaluation.labels.labels_of` decides.

    Returns
    -------
    Column
        With all classes that occur, sorted.

    Raises
    ------
    InputError
        The column is missing, values are not numbers, or there are fewer than two classes.
    """
    if isinstance(series, Stream):
        values = series.column(name)
    elif name not in series.table.column_names:
        raise InputError(f"column {name!r} is missing; there are {', '.join(series.table.column_names)}")
    else:
        values = series.table[name]
    kind = "auto" if classes is None else "classes" if classes else "values"
    return Column(name, labels_of(values, name, kind).classes)


def source_of_stream(name: str, stream: Stream) -> Column:
    """Check that the rows of a source lie together in the files of a stream.

    Parameters
    ----------
    name : str
        Name of the column with the source of each row.
    stream : Stream
        The data.

    Returns
    -------
    Column
        Without a list of the sources, of which there may be many millions.

    Raises
    ------
    InputError
        The column is missing, no source has several rows, or most of those that have lie farther apart than the buffer holds.
    """
    values = stream.column(name)
    number = hashes(values.filter(values.is_valid()))
    rows = np.flatnonzero(values.is_valid().to_numpy())
    order = np.argsort(number, kind="stable")
    first = np.flatnonzero(np.diff(number[order], prepend=number[order[:1]] + np.uint64(1)))
    last = np.append(first[1:], len(order)) - 1
    several = last > first
    if not several.any():
        raise InputError(f"column {name!r}: no source has several rows: leave out source")
    apart = rows[order[last]] - rows[order[first]] >= stream.buffer
    far = int((apart & several).sum())
    if 2 * far > several.sum():
        raise InputError(
            f"column {name!r}: of {int(several.sum())} sources with several rows, {far} have rows that are {stream.buffer} or more rows "
            "apart, and are not read together: sort the files by this column, or give a larger buffer"
        )
    if far:
        logger.warning("%d of %d sources have rows that are never read together", far, int(several.sum()))
    return Column(name)

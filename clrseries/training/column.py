"""Per-object columns as numbers, from which a method or a head learns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..evaluation.labels import Labels, labels_of
from ..io.stream import Stream
from ..series import Series


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

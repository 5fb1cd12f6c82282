"""Per-object columns as numbers, from which a method or a head learns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError
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
        column = series.table[self.name]
        if not self.classes:
            return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float32)
        place = {name: k for k, name in enumerate(self.classes)}
        return np.array([-1 if v is None else place[str(v)] for v in column.to_pylist()], np.int64)


def column_of(name: str, series: Series | Stream, *, classes: bool | None = None) -> Column:
    """Find the classes of a column, or check that it holds values.

    Parameters
    ----------
    name : str
        Name of the column.
    series : Series or Stream
        The data.
    classes : bool, optional
        Whether the column holds classes; by default, a column of floats holds values and any other column classes.

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

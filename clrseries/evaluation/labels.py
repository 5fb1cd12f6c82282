"""Whether a column of labels holds classes or values, decided by one rule, and its labels as numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError
from ..names import known_name

KINDS = ("auto", "classes", "values")
MOST_CLASSES = 20  # different whole numbers that still count as classes


@dataclass(frozen=True)
class Labels:
    """The labels of N objects.

    Parameters
    ----------
    classes : tuple of str
        Names of the classes, sorted; empty if the labels are values.
    """

    classes: tuple[str, ...] = ()

    def of(self, column: pa.ChunkedArray, name: str) -> NDArray[Any]:
        """Return labels as numbers.

        Parameters
        ----------
        column : pyarrow.ChunkedArray (N,)
            The labels.
        name : str
            Name of the column, for errors.

        Returns
        -------
        int64 or float64 (N,)
            Numbers of the classes in `classes`, -1 where there is no label; or values, NaN where there is none.

        Raises
        ------
        InputError
            A class is not one of `classes`, or text is not a number.
        """
        if not self.classes:
            return _values(column, name)
        place: dict[str | None, int] = {None: -1} | {one: k for k, one in enumerate(self.classes)}
        names = class_names(column)
        unknown = sorted({one for one in names if one is not None and one not in place})
        if unknown:
            raise InputError(f"column {name!r}: there is no class {unknown[0]!r}; there are {', '.join(self.classes)}")
        return np.array([place[one] for one in names], np.int64)


def labels_of(column: pa.ChunkedArray, name: str, kind: str = "auto") -> Labels:
    """Decide whether a column holds classes or values, and find its classes.

    With ``kind="auto"``, text, booleans and dictionaries (categories) are classes, and numbers are values; but whole numbers are
    classes if there are at most 20 different ones and twice as many labeled objects.

    Parameters
    ----------
    column : pyarrow.ChunkedArray (N,)
        The labels. Null, NaN and empty text are no label.
    name : str
        Name of the column, for errors.
    kind : {"auto", "classes", "values"}
        Whether the labels are classes or values, if the rule decides otherwise than you mean.

    Returns
    -------
    Labels

    Raises
    ------
    InputError
        The column holds neither text nor numbers, text is to be values and is not a number, or there are fewer than two classes.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from clrseries.evaluation.labels import labels_of
    >>> labels_of(pa.chunked_array([[3, 1, 1, 3, None]]), "class").classes
    ('1', '3')
    >>> labels_of(pa.chunked_array([[3, 1, 1, 3, None]]), "visits", "values").classes
    ()
    """
    kind = known_name("kind", kind, KINDS)
    _check_type(column.type, name, dates=kind == "classes")
    if kind == "values" or (kind == "auto" and not _are_classes(column)):
        _values(column, name)
        return Labels()
    found = sorted({one for one in class_names(column) if one is not None})
    if len(found) < 2:
        told = f"a single class, {found[0]!r}" if found else "no label"
        raise InputError(f"column {name!r} must hold at least two classes, and holds {told}: nothing to tell apart")
    return Labels(tuple(found))


def class_names(column: pa.ChunkedArray) -> list[str | None]:
    """Return the name of the class of each object.

    Parameters
    ----------
    column : pyarrow.ChunkedArray (N,)
        Text, numbers or booleans.

    Returns
    -------
    list of str or None
        As written; whole numbers that are stored as floats have no decimal point. None where there is no label.
    """
    return [_name(one) for one in column.to_pylist()]


def _name(value: Any) -> str | None:
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _are_classes(column: pa.ChunkedArray) -> bool:
    if not pa.types.is_integer(column.type):
        return not (pa.types.is_floating(column.type) or pa.types.is_decimal(column.type))
    labeled = len(column) - column.null_count
    return labeled >= 2 * len(column.drop_null().unique()) and len(column.drop_null().unique()) <= MOST_CLASSES


def _check_type(held: pa.DataType, name: str, dates: bool) -> None:
    kind = held.value_type if pa.types.is_dictionary(held) else held
    fine = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_boolean, pa.types.is_integer,
            pa.types.is_floating, pa.types.is_decimal, pa.types.is_null)  # fmt: skip
    if not any(one(kind) for one in fine) and not (dates and pa.types.is_temporal(kind)):
        raise InputError(f"column {name!r} must hold text or numbers, and holds {held}")


def _values(column: pa.ChunkedArray, name: str) -> NDArray[np.float64]:
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), np.float64)
    values = np.full(len(column), np.nan)
    for row, one in enumerate(column.to_pylist()):
        if one is None or one == "":
            continue
        try:
            values[row] = float(one)
        except (ValueError, OverflowError) as error:
            raise InputError(f"column {name!r} must hold numbers, and holds {one!r} in row {row}") from error
    return values

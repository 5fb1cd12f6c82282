"""Light curves in lists that need no sorting and no leaving out, as archives hold them, taken as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..series import Series
from ..series.bands import MOST_BANDS
from ..series.float32 import held_in_float32
from ..series.joined_tables import is_list, one_array
from ..series.photometry import wide_inverse_variance
from ..series.table import object_table


def sorted_curves(
    table: pa.Table, names: Mapping[str, str], objects: pa.Table, bands: Sequence[str] | None = None
) -> Series | None:
    """Read light curves whose points are all usable and in order; times and fluxes are not copied.

    Parameters
    ----------
    table : pyarrow.Table
        One row per object, with the points in lists.
    names : mapping of str to str
        Names of the columns of ``time``, ``flux`` and ``error``, and of ``band`` if there is one.
    objects : pyarrow.Table
        Per-object columns, none of them nested.
    bands : sequence of str, optional
        All possible bands, in order; default those that occur, sorted.

    Returns
    -------
    Series or None
        None if anything is to be left out, sorted or converted; then the points are taken one by one.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from clrseries.io.sorted_curves import sorted_curves
    >>> table = pa.table({"time": [[1.0, 2.5]], "flux": [[9.0, 8.0]], "flux_err": [[0.1, 0.1]]})
    >>> names = {"time": "time", "flux": "flux", "error": "flux_err"}
    >>> sorted_curves(table, names, pa.table({"object_id": ["a"]})).x.tolist()
    [1.0, 2.5]
    """
    columns = {role: one_array(table[name]) for role, name in names.items()}
    lists = {role: column for role, column in columns.items() if is_list(column.type)}
    if not {"time", "flux", "error"} <= set(lists) or any(column.null_count for column in columns.values()):
        return None
    lengths = lists["time"].value_lengths().to_numpy().astype(np.int64)
    if not len(lengths) or not lengths.all():
        return None
    if any(not np.array_equal(column.value_lengths().to_numpy(), lengths) for column in lists.values()):
        return None
    values = {role: column.flatten() for role, column in lists.items()}
    if any(value.null_count for value in values.values()):
        return None
    wanted = {"time": (pa.float64(),), "flux": (pa.float32(), pa.float64()), "error": (pa.float32(), pa.float64())}
    if any(values[role].type not in kinds for role, kinds in wanted.items()):
        return None
    time, flux, error = (values[role].to_numpy() for role in wanted)
    band, known = _bands(columns.get("band"), values.get("band"), lengths, bands)
    if known is None or not _in_order(time, band, np.cumsum(lengths)[:-1]):
        return None
    if not (np.isfinite(time).all() and np.isfinite(flux).all() and np.isfinite(error).all() and (error > 0).all()):
        return None
    held = held_in_float32(flux, wide_inverse_variance(flux, error))
    if (
        held.exponent
        or not np.isfinite(held.ivar).all()
        or not (held.ivar > 0).all()
        or not np.isfinite(held.flux).all()
    ):
        return None
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Series(time, held.flux, held.ivar, offsets, object_table(objects, len(lengths)), band, known)


def _bands(
    column: pa.Array | None, points: pa.Array | None, lengths: NDArray[np.int64], bands: Sequence[str] | None
) -> tuple[NDArray[np.int8], tuple[str, ...] | None]:
    """Return the band of each point and the names; None for the names if they are to be converted, or one is unknown."""
    nothing = np.empty(0, np.int8)
    given: Any = pa.array([""] * len(lengths), pa.string()) if column is None else column if points is None else points
    if not pa.types.is_string(given.type):
        return nothing, None
    coded = given.dictionary_encode()
    seen = coded.dictionary.to_pylist()
    names = tuple(sorted(seen)) if bands is None else tuple(bands)
    if len(names) > MOST_BANDS or not set(seen) <= set(names):
        return nothing, None
    places = np.array([names.index(name) for name in seen], np.int8)
    number = places[coded.indices.to_numpy()]
    return (np.repeat(number, lengths) if points is None else number), names


def _in_order(time: NDArray[np.float64], band: NDArray[np.int8], starts: NDArray[np.int64]) -> bool:
    """Return whether the points of each object ascend in time, and in band where times are equal."""
    wrong = ~(time[1:] > time[:-1])
    wrong[starts - 1] = False  # from one object to the next
    if not wrong.any():
        return True
    later = np.flatnonzero(wrong) + 1
    return bool(((time[later] == time[later - 1]) & (band[later] > band[later - 1])).all())

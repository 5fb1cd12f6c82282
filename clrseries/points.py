"""Light curves from plain arrays, and from tables with one row per point; what cannot be used is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .errors import InputError, located
from .series import Series, object_table

MOST_BANDS = 64


def curves(
    time: Any,
    flux: Any,
    flux_err: Any,
    band: Any,
    table: pa.Table | Mapping[str, Any] | None,
    bands: Sequence[str] | None,
) -> Series:
    """One array per object to a Series; see :meth:`clrseries.Series.from_points`."""
    times = [days(t) for t in time]
    lengths = np.array([t.size for t in times], np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    columns = {
        "flux": [np.asarray(f, np.float64).ravel() for f in flux],
        "flux_err": [np.asarray(e, np.float64).ravel() for e in flux_err],
        "band": _bands_by_object(band, times),
    }
    for name, rows in columns.items():
        if len(rows) != len(times):
            raise InputError(f"{name} has {len(rows)} rows and time {len(times)}: give one for each object")
        for i, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            if len(row) != length:
                raise located(f"has {len(row)} points and time {length}", object_id=str(i), column=name)
    joined = {name: np.concatenate(rows) if rows else np.empty(0) for name, rows in columns.items()}
    number, names = numbered_bands(joined["band"], bands)
    return Series(
        x=np.concatenate(times) if times else np.empty(0),
        flux=np.nan_to_num(joined["flux"], posinf=0.0, neginf=0.0).astype(np.float32),
        ivar=inverse_variance(joined["flux"], joined["flux_err"]),
        offsets=offsets,
        table=object_table(table, len(times)),
        band=number,
        bands=names,
    ).check()


def days(time: Any) -> NDArray[np.float64]:
    """Times as float64 days: plain numbers, a Quantity, or an astropy Time (MJD, in its own scale)."""
    if hasattr(time, "mjd"):
        return np.atleast_1d(np.asarray(time.mjd, np.float64))
    if hasattr(time, "unit"):
        return np.atleast_1d(np.asarray(time.to_value("day"), np.float64))
    return np.asarray(time, np.float64).ravel()


def inverse_variance(flux: NDArray[np.float64], error: NDArray[np.float64]) -> NDArray[np.float32]:
    """1 / error^2; 0 where flux is not finite or the error not finite and positive."""
    good = np.isfinite(flux) & np.isfinite(error) & (error > 0)
    with np.errstate(over="ignore"):
        ivar = np.where(good, 1.0 / np.where(good, error, 1.0) ** 2, 0.0).astype(np.float32)
    return np.where(np.isfinite(ivar), ivar, np.float32(0))


def numbered_bands(band: NDArray[Any], bands: Sequence[str] | None) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    """Indices into the bands, and their names.

    Raises
    ------
    InputError
        A band that is not among `bands`, or more than 64 of them.
    """
    found = pa.array(band, pa.string()).dictionary_encode()
    seen = found.dictionary.to_pylist()
    names = tuple(sorted(seen)) if bands is None else tuple(bands)
    unknown = sorted(set(seen) - set(names))
    if unknown:
        raise located(f"holds {', '.join(map(repr, unknown))}; the bands are {', '.join(names)}", column="band")
    if len(names) > MOST_BANDS:
        raise located(f"holds {len(names)} bands, and {MOST_BANDS} can be told apart: merge some", column="band")
    places = np.array([names.index(name) for name in seen], np.int8)
    return (places[found.indices.to_numpy()] if len(band) else np.empty(0, np.int8)), names


def _bands_by_object(band: Any, times: Sequence[NDArray[np.float64]]) -> list[NDArray[Any]]:
    if band is None:
        return [np.full(len(t), "", dtype=object) for t in times]
    if len(band) and isinstance(band[0], str):
        return [np.asarray(band, dtype=object)] * len(times)
    return [np.asarray(b, dtype=object).ravel() for b in band]

"""Conversion of points of light curves, object by object or in any order, to the arrays of a Series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..border import holds_rows, numbers, plain, rows_of, texts
from ..errors import InputError, located
from ..units import days
from .bands import numbered_bands
from .float32 import held_in_float32
from .flux_units import linear_flux, unit_text
from .photometry import wide_inverse_variance


class Points(NamedTuple):
    """Sample arrays of N light curves, with the names of :class:`~clrseries.Series`.

    Parameters
    ----------
    x : float64 (S,)
        Time [day].
    flux, ivar : float32 (S,)
        Flux and its inverse variance.
    offsets : int64 (N + 1,)
        Object i has the points ``offsets[i]:offsets[i + 1]``.
    band : int8 (S,)
        Index into `bands`.
    bands : tuple of str
        Names of the bands.
    """

    x: NDArray[np.float64]
    flux: NDArray[np.float32]
    ivar: NDArray[np.float32]
    offsets: NDArray[np.int64]
    band: NDArray[np.int8]
    bands: tuple[str, ...]


class Given(NamedTuple):
    """Points in the given order, and what was found beside them.

    Parameters
    ----------
    points : Points
        The points that have a time.
    flux_unit : str
        Unit of the flux, empty if unknown.
    without_time : int
        Number of points that were left out because their time is masked.
    """

    points: Points
    flux_unit: str
    without_time: int


class Sorted(NamedTuple):
    """The usable points of light curves, sorted, and what was left out.

    Parameters
    ----------
    points : Points
        The usable points of the objects that have any.
    kept : bool (N,)
        Whether each object has a usable point.
    dropped : dict of str to int
        Number of points and objects that were left out, by reason.
    flux_unit : str
        Unit of the flux, empty if unknown.
    """

    points: Points
    kept: NDArray[np.bool_]
    dropped: dict[str, int]
    flux_unit: str


def points_by_object(
    time: Any, flux: Any, flux_err: Any, band: Any, bands: Sequence[str] | None, zero_point: float = 25.0
) -> Given:
    """Join the points of all objects, given as one array per object.

    Parameters
    ----------
    time, flux, flux_err, band, bands, zero_point : object
        As :meth:`clrseries.Series.from_points` takes them.

    Returns
    -------
    Given
        All points that have a time, in the given order.

    Raises
    ------
    InputError
        Rows have different lengths, a band is unknown, or units cannot be converted.
    """
    fluxes, errors = rows_of(flux, "flux"), rows_of(flux_err, "flux_err")
    times, masked = _times(time)
    columns = {"flux": fluxes.values, "flux_err": errors.values, "band": _bands_by_object(band, times)}
    for name, rows in columns.items():
        if len(rows) != len(times):
            raise InputError(f"{name} has {len(rows)} rows and time {len(times)}: give one for each object")
        for i, (row, when) in enumerate(zip(rows, times, strict=True)):
            if len(row) != len(when):
                raise located(f"has {len(row)} points and time {len(when)}", object_id=str(i), column=name)
    joined = {name: np.concatenate(rows) if rows else np.empty(0) for name, rows in columns.items()}
    x = np.concatenate(times) if times else np.empty(0)
    known = ~(np.concatenate(masked) if masked else np.empty(0, bool))
    value = linear_flux(joined["flux"][known], fluxes.unit, joined["flux_err"][known], errors.unit, zero_point)
    held = held_in_float32(value.flux, wide_inverse_variance(value.flux, value.error))
    number, names = numbered_bands(joined["band"][known], bands)
    lengths = [int((~hidden).sum()) for hidden in masked]
    points = Points(
        x=x[known],
        flux=np.nan_to_num(held.flux, posinf=0.0, neginf=0.0),
        ivar=np.where(np.isfinite(held.ivar), held.ivar, np.float32(0)),
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        band=number,
        bands=names,
    )
    return Given(points, unit_text(value.unit, held.exponent), int((~known).sum()))


def points_in_any_order(
    owner: Any,
    time: Any,
    flux: Any,
    flux_err: Any,
    band: Any,
    *,
    objects: int,
    bands: Sequence[str] | None = None,
    source: str = "",
    zero_point: float = 25.0,
) -> Sorted:
    """Sort points by object, time and band, and leave out those that cannot be used.

    Parameters
    ----------
    owner, time, flux, flux_err, band : array (S,)
        As :meth:`clrseries.Series.from_rows` takes them.
    objects : int
        N, the number of objects.
    bands : sequence of str, optional
        All possible bands, in order; default those that occur, sorted.
    source : str
        File or table, for the error.
    zero_point : float
        Magnitude of flux 1, for magnitudes.

    Returns
    -------
    Sorted

    Raises
    ------
    InputError
        No point can be used, or a band is unknown.
    """
    kinds, missing = texts(band, "band")
    number, names = numbered_bands(np.where(missing, "", kinds), bands)
    owner, time = plain(owner, "owner").values.astype(np.int64), days(time)
    (flux, unit), (flux_err, error_unit) = numbers(flux, "flux"), numbers(flux_err, "flux_err")
    flux, flux_err, text = linear_flux(flux, unit, flux_err, error_unit, zero_point)
    held = held_in_float32(flux, wide_inverse_variance(flux, flux_err))
    keep, dropped = _usable(time, flux, flux_err, held.ivar)
    order = np.lexsort((number, time, owner))
    order = order[keep[order]]
    columns: list[NDArray[Any]] = [
        column[order] for column in (owner, time, flux, flux_err, number, held.flux, held.ivar)
    ]
    same = np.ones(len(order), bool)
    same[:1] = False
    for values in columns[:5]:
        same[1:] &= values[1:] == values[:-1]
    dropped["point: is there twice"] = int(same.sum())
    owner, time, flux, flux_err, number, value, ivar = [column[~same] for column in columns]
    lengths = np.bincount(owner, minlength=objects)
    kept = lengths > 0
    dropped["object: has no usable point"] = int((~kept).sum())
    if not kept.any():
        raise located("no object has a usable point: check times, fluxes and errors", source=source, column="flux")
    offsets = np.concatenate([[0], np.cumsum(lengths[kept])]).astype(np.int64)
    points = Points(time, value, ivar, offsets, number, names)
    left_out = {reason: count for reason, count in dropped.items() if count}
    return Sorted(points, kept, left_out, unit_text(text, held.exponent))


def in_words(dropped: Mapping[str, int]) -> str:
    """Describe in one line what was left out.

    Parameters
    ----------
    dropped : mapping of str to int
        Number of points and objects, by reason.

    Returns
    -------
    str
    """
    return "left out " + "; ".join(f"{count} x {reason}" for reason, count in dropped.items())


def _usable(
    time: NDArray[np.float64], flux: NDArray[np.floating], flux_err: NDArray[np.floating], ivar: NDArray[np.float32]
) -> tuple[NDArray[np.bool_], dict[str, int]]:
    reasons = {
        "point: time is missing or infinite": ~np.isfinite(time),
        "point: flux is missing or infinite": ~np.isfinite(flux),
        "point: error is missing or infinite": ~np.isfinite(flux_err),
        "point: error is not positive": np.isfinite(flux_err) & ~(flux_err > 0),
        "point: error is beyond float32": (ivar == 0) | np.isinf(ivar),
    }
    keep, dropped = np.ones(len(time), bool), {}
    for reason, bad in reasons.items():
        dropped[reason] = int((bad & keep).sum())
        keep &= ~bad
    return keep, dropped


def _times(time: Any) -> tuple[list[NDArray[np.float64]], list[NDArray[np.bool_]]]:
    """Return the times of each object and where they are masked; one array of one dimension is one object."""
    if not hasattr(time, "jd1") and holds_rows(time):
        rows = list(time.to_pylist() if hasattr(time, "to_pylist") else time)
        return [days(row) for row in rows], [_masked(row).ravel() for row in rows]
    masked = _masked(time)
    shape = (-1, masked.shape[-1]) if masked.ndim > 1 else (1, -1)
    return list(days(time).reshape(shape)), list(masked.reshape(shape))


def _masked(time: Any) -> NDArray[np.bool_]:
    if hasattr(time, "jd1"):
        return np.broadcast_to(np.asarray(getattr(time, "mask", False), bool), np.shape(time))
    return np.atleast_1d(plain(time, "time").mask)


def _bands_by_object(band: Any, times: Sequence[NDArray[np.float64]]) -> list[NDArray[Any]]:
    """Return the band of each point; missing ones are named "", and one list of names serves all objects."""
    if band is None:
        return [np.full(len(when), "", dtype=object) for when in times]
    if isinstance(band, str):
        return [np.full(len(when), band, dtype=object) for when in times]
    if _holds_names(band):
        rows = [texts(band, "band")] * len(times)
    else:
        rows = [texts(row, "band") for row in (band.to_pylist() if hasattr(band, "to_pylist") else band)]
    return [np.where(missing, "", names).astype(object).ravel() for names, missing in rows]


def _holds_names(band: Any) -> bool:
    """Return whether bands are one list of names, and not one list for each object.

    Parameters
    ----------
    band : array-like
        Bands as :meth:`clrseries.Series.from_points` takes them.

    Returns
    -------
    bool
    """
    if _holds_rows_of_text(band):
        return False
    return np.ndim(plain(band, "band").values) == 1


def _holds_rows_of_text(band: Any) -> bool:
    """Return whether the first entry of bands is itself a list of names.

    Parameters
    ----------
    band : array-like
        Bands as :meth:`clrseries.Series.from_points` takes them.

    Returns
    -------
    bool
    """
    first: Any = next(iter(band), None) if hasattr(band, "__iter__") else None
    first = first.as_py() if hasattr(first, "as_py") else first
    return first is not None and not isinstance(first, str | bytes | np.str_) and np.ndim(first) > 0

"""Conversion of points of light curves, object by object or in any order, to the arrays of a Series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, located
from ..units import days
from .bands import numbered_bands
from .photometry import inverse_variance


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
    """

    points: Points
    kept: NDArray[np.bool_]
    dropped: dict[str, int]


def points_by_object(time: Any, flux: Any, flux_err: Any, band: Any, bands: Sequence[str] | None) -> Points:
    """Join the points of all objects, given as one array per object.

    Parameters
    ----------
    time, flux, flux_err, band, bands : array-like
        As :meth:`clrseries.Series.from_points` takes them.

    Returns
    -------
    Points
        All points, in the given order.

    Raises
    ------
    InputError
        Rows have different lengths, or a band is unknown.
    """
    times = [days(t) for t in time]
    lengths = np.array([t.size for t in times], np.int64)
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
    return Points(
        x=np.concatenate(times) if times else np.empty(0),
        flux=np.nan_to_num(joined["flux"], posinf=0.0, neginf=0.0).astype(np.float32),
        ivar=inverse_variance(joined["flux"], joined["flux_err"]),
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        band=number,
        bands=names,
    )


def points_in_any_order(
    owner: NDArray[np.int64],
    time: NDArray[np.float64],
    flux: NDArray[np.float64],
    flux_err: NDArray[np.float64],
    band: Any,
    *,
    objects: int,
    bands: Sequence[str] | None = None,
    source: str = "",
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

    Returns
    -------
    Sorted

    Raises
    ------
    InputError
        No point can be used, or a band is unknown.
    """
    number, names = numbered_bands(np.asarray(band, object), bands)
    keep, dropped = _usable(time, flux, flux_err)
    order = np.lexsort((number, time, owner))
    order = order[keep[order]]
    columns: list[NDArray[Any]] = [column[order] for column in (owner, time, flux, flux_err, number)]
    same = np.ones(len(order), bool)
    same[:1] = False
    for values in columns:
        same[1:] &= values[1:] == values[:-1]
    dropped["point: is there twice"] = int(same.sum())
    owner, time, flux, flux_err, number = [column[~same] for column in columns]
    lengths = np.bincount(owner, minlength=objects)
    kept = lengths > 0
    dropped["object: has no usable point"] = int((~kept).sum())
    if not kept.any():
        raise located("no object has a usable point: check times, fluxes and errors", source=source, column="flux")
    offsets = np.concatenate([[0], np.cumsum(lengths[kept])]).astype(np.int64)
    points = Points(time, flux.astype(np.float32), inverse_variance(flux, flux_err), offsets, number, names)
    return Sorted(points, kept, {reason: count for reason, count in dropped.items() if count})


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
    time: NDArray[np.float64], flux: NDArray[np.float64], flux_err: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], dict[str, int]]:
    reasons = {
        "point: time is missing or infinite": ~np.isfinite(time),
        "point: flux is missing or infinite": ~np.isfinite(flux),
        "point: error is missing or infinite": ~np.isfinite(flux_err),
        "point: error is not positive": np.isfinite(flux_err) & ~(flux_err > 0),
        "point: error is beyond float32": inverse_variance(flux, flux_err) == 0,
    }
    keep, dropped = np.ones(len(time), bool), {}
    for reason, bad in reasons.items():
        dropped[reason] = int((bad & keep).sum())
        keep &= ~bad
    return keep, dropped


def _bands_by_object(band: Any, times: Sequence[NDArray[np.float64]]) -> list[NDArray[Any]]:
    if band is None:
        return [np.full(len(t), "", dtype=object) for t in times]
    if len(band) and isinstance(band[0], str):
        return [np.asarray(band, dtype=object)] * len(times)
    return [np.asarray(b, dtype=object).ravel() for b in band]

"""Light curves from plain arrays, and from tables with one row per point; what cannot be used is counted."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
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


def gather(
    owner: NDArray[np.int64],
    time: NDArray[np.float64],
    flux: NDArray[np.float64],
    error: NDArray[np.float64],
    band: Any,
    table: pa.Table | Mapping[str, Any],
    *,
    objects: int,
    bands: Sequence[str] | None = None,
    source: str = "",
) -> Series:
    """Points in any order to light curves; what cannot be used is left out and counted in ``Series.dropped``.

    Left out are points without a finite time or flux, points whose error is missing or not positive, exact
    repetitions of a point, and objects of which no point is left. Points are sorted in time, and by band
    where times are equal; different points of one time and band all stay.

    Parameters
    ----------
    owner : int64 (S,)
        The row of `table` that each point belongs to.
    time, flux, error : float64 (S,)
    band : (S,) of str
    table : pyarrow.Table or mapping of columns
    objects : int
        Rows of `table`.
    bands : sequence of str, optional
    source : str
        Named in errors.

    Raises
    ------
    InputError
        An unknown band, too many bands, or nothing usable at all.
    """
    number, names = numbered_bands(band, bands)
    reasons = {
        "point: time is missing or infinite": ~np.isfinite(time),
        "point: flux is missing or infinite": ~np.isfinite(flux),
        "point: error is missing or infinite": ~np.isfinite(error),
        "point: error is not positive": np.isfinite(error) & ~(error > 0),
        "point: error is beyond float32": inverse_variance(flux, error) == 0,
    }
    dropped, keep = {}, np.ones(len(owner), bool)
    for reason, bad in reasons.items():
        dropped[reason] = int((bad & keep).sum())
        keep &= ~bad
    order = np.lexsort((number, time, owner))
    order = order[keep[order]]
    owner, time, flux, error, number = owner[order], time[order], flux[order], error[order], number[order]
    same = np.ones(len(owner), bool)
    same[:1] = False
    for values in (owner, time, flux, error, number):
        same[1:] &= values[1:] == values[:-1]
    dropped["point: is there twice"] = int(same.sum())
    new = ~same
    owner, time, flux, error, number = owner[new], time[new], flux[new], error[new], number[new]
    lengths = np.bincount(owner, minlength=objects)
    whole = object_table(table, objects)
    full = lengths > 0
    dropped["object: has no usable point"] = int((~full).sum())
    if not full.any():
        raise located("no object has a usable point: check times, fluxes and errors", source=source, column="flux")
    series = Series(
        x=time,
        flux=flux.astype(np.float32),
        ivar=inverse_variance(flux, error),
        offsets=np.concatenate([[0], np.cumsum(lengths[full])]).astype(np.int64),
        table=whole.filter(pa.array(full)),
        band=number,
        bands=names,
        dropped={reason: count for reason, count in dropped.items() if count},
    ).check(source)
    if series.dropped:
        logging.getLogger("clrseries").warning("%s%s", f"{source}: " if source else "", said(series.dropped))
    return series


def in_bands(series: Series, bands: tuple[str, ...], rename: Mapping[str, str], drop: bool) -> Series:
    """Light curves with other bands; see :meth:`clrseries.Series.with_bands`."""
    if series.band is None:
        raise InputError("these are spectra, which have no bands")
    names = [rename.get(name, name) for name in series.bands]
    number = np.array([bands.index(name) if name in bands else -1 for name in names], np.int8)[series.band]
    keep = number >= 0
    if keep.all():
        return replace(series, band=number, bands=bands)
    if not drop:
        sample = int(np.argmin(keep))
        row = int(np.searchsorted(series.offsets, sample, side="right")) - 1
        unknown = series.bands[series.band[sample]]
        raise located(
            f"holds {unknown!r}; the bands are {', '.join(bands)}: rename it, or drop it with "
            "series.with_bands(..., rename={...}, drop=True)",
            object_id=series.object_ids[row], column="band",
        )  # fmt: skip
    lengths = np.add.reduceat(keep, series.offsets[:-1]).astype(np.int64)
    full = lengths > 0
    lost = {"point: in another band": int((~keep).sum()), "object: has no point in these bands": int((~full).sum())}
    kept = Series(
        x=series.x[keep],
        flux=series.flux[keep],
        ivar=series.ivar[keep],
        offsets=np.concatenate([[0], np.cumsum(lengths[full])]).astype(np.int64),
        table=series.table.filter(pa.array(full)),
        band=number[keep],
        bands=bands,
        dropped=series.dropped,
    )
    return also_dropped(kept, lost)


def also_dropped(series: Series, counts: Mapping[str, int]) -> Series:
    """The same series with more reasons and counts of what was left out; a count of 0 is not mentioned."""
    return replace(series, dropped={**series.dropped, **{reason: count for reason, count in counts.items() if count}})


def said(dropped: Mapping[str, int]) -> str:
    """What was left out, in one line."""
    return "left out " + "; ".join(f"{count} x {reason}" for reason, count in dropped.items())


def flux_of(magnitude: Any, error: Any, zero_point: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Flux 10^(-0.4 (m - zero point)) and its error, from magnitudes and theirs."""
    flux = 10.0 ** (-0.4 * (np.asarray(magnitude, np.float64) - zero_point))
    return flux, flux * 0.4 * np.log(10.0) * np.asarray(error, np.float64)


def limit_of(magnitude: Any, zero_point: float, sigma: float = 5.0) -> NDArray[np.float64]:
    """Error of a non-detection (of flux 0) whose limit at `sigma` is a magnitude."""
    return 10.0 ** (-0.4 * (np.asarray(magnitude, np.float64) - zero_point)) / sigma


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

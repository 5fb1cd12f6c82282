"""Conversion of light curves of lightkurve and astropy to plain arrays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, located

MJD = 2400000.5  # Julian date of MJD 0
ERRORS = ("{}_err", "{}_error", "e_{}", "{}err", "sigma_{}")  # usual names of the error of a column


class TimeSeriesPoints(NamedTuple):
    """All points of N time series as plain arrays.

    Parameters
    ----------
    owner : int64 (S,)
        Number of the curve that each point belongs to.
    time, flux, flux_err : float64 (S,)
        Time [day], flux and its error.
    object_ids : list of str (N,)
        Names of the curves.
    time_system : str
        Format and scale of the times, for instance ``"MJD (TDB)"``.
    flagged : int
        Number of points that were left out because of the quality mask.
    """

    owner: NDArray[np.int64]
    time: NDArray[np.float64]
    flux: NDArray[np.float64]
    flux_err: NDArray[np.float64]
    object_ids: list[str]
    time_system: str
    flagged: int


class _Curve(NamedTuple):
    time: NDArray[np.float64]
    flux: NDArray[np.float64]
    flux_err: NDArray[np.float64]
    flagged: NDArray[np.bool_]
    time_system: str


def time_series_points(curves: Any, flux: str, error: str | None, quality: str | int) -> TimeSeriesPoints:
    """Read the points of objects of lightkurve and astropy.

    Parameters
    ----------
    curves : LightCurve, LightCurveCollection, TimeSeries or iterable of them
        N time series.
    flux : str
        Name of the flux column.
    error : str or None
        Name of the column with the errors; None: guessed from `flux`.
    quality : str or int
        Name of a bit mask of lightkurve, or the bits that make a point unusable.

    Returns
    -------
    TimeSeriesPoints
        Without the flagged points.

    Raises
    ------
    InputError
        A column is missing, the curves have different time systems, or there is no such bit mask.
    """
    singles = [curves] if hasattr(curves, "colnames") else list(curves)
    parts = [_curve(curve, i, flux, error, quality) for i, curve in enumerate(singles)]
    systems = sorted({part.time_system for part in parts})
    if len(systems) > 1:
        raise InputError(
            f"these curves count time in different ways ({', '.join(systems)}): convert them to one, for example with "
            "curve.time = curve.time.tdb"
        )
    owner = np.repeat(np.arange(len(parts)), [len(part.time) for part in parts])
    time, value, spread, flagged = (np.concatenate([p[k] for p in parts]) if parts else np.empty(0) for k in range(4))
    keep = ~flagged.astype(bool)
    return TimeSeriesPoints(
        owner[keep], time[keep], value[keep], spread[keep], _names(singles), "".join(systems), int(flagged.sum())
    )


def _curve(curve: Any, number: int, flux: str, error: str | None, quality: str | int) -> _Curve:
    if flux not in curve.colnames:
        raise located(f"is missing; there are {', '.join(curve.colnames)}", object_id=str(number), column=flux)
    names = [error] if error else [pattern.format(flux) for pattern in ERRORS] + ["flux_err"]
    spread = next((name for name in names if name in curve.colnames), None)
    if spread is None:
        raise located(f"is missing; there are {', '.join(curve.colnames)}", object_id=str(number), column=names[0])
    time, system = _days(curve.time)
    value, sigma = _plain(curve[flux]), _plain(curve[spread], like=curve[flux])
    flagged = np.zeros(len(time), bool)
    if "quality" in curve.colnames and quality != 0 and quality != "none":
        flagged = (np.asarray(curve["quality"], np.int64) & _bitmask(curve, quality)) != 0
    return _Curve(time, value, sigma, flagged, system)


def _days(time: Any) -> tuple[NDArray[np.float64], str]:
    """Return times as modified Julian days in their own scale, and the name of the system; BKJD and BTJD are TDB."""
    if not hasattr(time, "format"):
        return _plain(time), "days"
    if time.format in ("bkjd", "btjd"):
        return np.asarray(time.jd - MJD, np.float64), "BJD - 2400000.5 (TDB)"
    if time.format in ("jd", "mjd", "iso", "isot", "datetime", "unix", "fits", "datetime64"):
        return np.asarray(time.mjd, np.float64), f"MJD ({time.scale.upper()})"
    return np.asarray(time.value, np.float64), f"{time.format} ({time.scale.upper()})"


def _plain(column: Any, like: Any = None) -> NDArray[np.float64]:
    unit = getattr(like, "unit", None)
    if unit is not None and getattr(column, "unit", None) not in (None, unit):
        column = column.to(unit)
    values = getattr(column, "value", column)
    return np.ma.filled(np.ma.asarray(values, np.float64), np.nan)


def _bitmask(curve: Any, quality: str | int) -> int:
    """Return the bits that make a cadence unusable, from lightkurve's name of the mask and the mission of the curve."""
    if isinstance(quality, int):
        return quality
    from lightkurve.utils import KeplerQualityFlags, TessQualityFlags

    mission = str(curve.meta.get("MISSION", curve.meta.get("TELESCOP", ""))).upper()
    flags = TessQualityFlags if "TESS" in mission else KeplerQualityFlags
    if quality not in flags.OPTIONS:
        raise InputError(f"quality is a bit mask or one of {', '.join(flags.OPTIONS)}; got {quality!r}")
    return int(flags.OPTIONS[quality])


def _names(curves: Iterable[Any]) -> list[str]:
    return [str(c.meta.get("LABEL") or c.meta.get("OBJECT") or i) for i, c in enumerate(curves)]

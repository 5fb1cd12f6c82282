"""Conversion of light curves of lightkurve and astropy to plain arrays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..border import numbers, plain, texts
from ..errors import InputError, located
from ..units import days
from .flux_units import linear_flux, unit_factors

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
    flux_unit : str
        Unit of the flux, empty if unknown.
    band : object array of str (S,)
        Name of the band of each point.
    """

    owner: NDArray[np.int64]
    time: NDArray[np.float64]
    flux: NDArray[np.float64]
    flux_err: NDArray[np.float64]
    object_ids: list[str]
    time_system: str
    flagged: int
    flux_unit: str
    band: NDArray[Any]


class _Curve(NamedTuple):
    time: NDArray[np.float64]
    flux: NDArray[np.float64]
    flux_err: NDArray[np.float64]
    flagged: NDArray[np.bool_]
    time_system: str
    flux_unit: str
    band: NDArray[Any]


def time_series_points(
    curves: Any, flux: str, error: str | None, quality: str | int, zero_point: float = 25.0, band: str = ""
) -> TimeSeriesPoints:
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
    zero_point : float
        Magnitude of flux 1, for magnitudes.
    band : str
        Name of a column with the bands, or of the band of all points.

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
    parts = [_curve(curve, i, flux, error, quality, zero_point, band) for i, curve in enumerate(singles)]
    systems = sorted({part.time_system for part in parts})
    if len(systems) > 1:
        raise InputError(
            f"these curves count time in different ways ({', '.join(systems)}): convert them to one, for example with "
            "curve.time = curve.time.tdb"
        )
    parts = _in_one_unit(parts)
    owner = np.repeat(np.arange(len(parts)), [len(part.time) for part in parts])
    time, value, spread, flagged = (np.concatenate([p[k] for p in parts]) if parts else np.empty(0) for k in range(4))
    bands = np.concatenate([p.band for p in parts]) if parts else np.empty(0, object)
    keep = ~flagged.astype(bool)
    return TimeSeriesPoints(
        owner[keep],
        time[keep],
        value[keep],
        spread[keep],
        _names(singles),
        "".join(systems),
        int(flagged.sum()),
        next((part.flux_unit for part in parts if part.flux_unit), ""),
        bands[keep],
    )


def _curve(
    curve: Any, number: int, flux: str, error: str | None, quality: str | int, zero_point: float, band: str
) -> _Curve:
    if not hasattr(curve, "colnames"):
        raise located(f"is a {type(curve).__name__}, not a light curve of lightkurve or astropy", object_id=str(number))
    if flux not in curve.colnames:
        raise located(f"is missing; there are {', '.join(curve.colnames)}", object_id=str(number), column=flux)
    names = [error] if error else [pattern.format(flux) for pattern in ERRORS] + ["flux_err"]
    spread = next((name for name in names if name in curve.colnames), None)
    if spread is None:
        raise located(f"is missing; there are {', '.join(curve.colnames)}", object_id=str(number), column=names[0])
    time, system = _days(curve)
    value, unit = numbers(curve[flux], flux)
    sigma, error_unit = numbers(curve[spread], spread)
    found = linear_flux(value.ravel(), unit, sigma.ravel(), error_unit, zero_point)
    flagged = np.zeros(len(time), bool)
    if "quality" in curve.colnames and quality != 0 and quality != "none":
        bits, _, missing = plain(curve["quality"], "quality")
        flagged = (np.where(missing, 0, bits).astype(np.int64) & _bitmask(curve, quality)) != 0
    kinds = np.full(len(time), band, object)
    if band in curve.colnames:
        own, missing = texts(curve[band], band)
        kinds = np.where(missing, "", own).astype(object).ravel()
    wide = found.flux.astype(np.float64), found.error.astype(np.float64)
    return _Curve(time, *wide, flagged, system, found.unit, kinds)


def _days(curve: Any) -> tuple[NDArray[np.float64], str]:
    """Return times as modified Julian days in their own scale, and the name of the system; BKJD and BTJD are TDB."""
    time = curve.time_bin_center if hasattr(curve, "time_bin_center") else curve.time
    found = days(time)
    if not hasattr(time, "format"):
        return found, "days"
    if time.format in ("bkjd", "btjd"):
        return found, "BJD - 2400000.5 (TDB)"
    return found, f"MJD ({time.scale.upper()})"


def _in_one_unit(parts: list[_Curve]) -> list[_Curve]:
    wanted = next((part.flux_unit for part in parts if part.flux_unit), "")
    found = []
    for part in parts:
        factor = unit_factors(part.flux_unit, wanted, None)
        found.append(part._replace(flux=part.flux * factor, flux_err=part.flux_err * factor))
    return found


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

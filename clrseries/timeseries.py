"""Light curves from objects of lightkurve and astropy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InputError, located
from .points import also_dropped, gather
from .series import Series

MJD = 2400000.5
ERRORS = ("{}_err", "{}_error", "e_{}", "{}err", "sigma_{}")


def from_timeseries(curves: Any, flux: str, error: str | None, band: str, quality: str | int) -> Series:
    """See :meth:`clrseries.Series.from_lightcurves`."""
    singles = [curves] if hasattr(curves, "colnames") else list(curves)
    parts = [_points(curve, i, flux, error, quality) for i, curve in enumerate(singles)]
    systems = sorted({system for *_, system in parts})
    if len(systems) > 1:
        raise InputError(
            f"these curves count time in different ways ({', '.join(systems)}): convert them to one, for example with "
            "curve.time = curve.time.tdb"
        )
    owner = np.repeat(np.arange(len(parts)), [len(p[0]) for p in parts])
    time, values, errors, flagged = (np.concatenate([p[k] for p in parts]) if parts else np.empty(0) for k in range(4))
    keep = ~flagged.astype(bool)
    series = gather(
        owner[keep], time[keep], values[keep], errors[keep], np.full(int(keep.sum()), band, object),
        {"object_id": _names(singles), "time_system": systems * len(singles)}, objects=len(singles),
    )  # fmt: skip
    return also_dropped(series, {"point: flagged in the quality bit mask": int(flagged.sum())})


def _points(
    curve: Any, number: int, flux: str, error: str | None, quality: str | int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], str]:
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
    return time, value, sigma, flagged, system


def _days(time: Any) -> tuple[NDArray[np.float64], str]:
    """Modified Julian days in the time's own scale; BKJD and BTJD become BJD - 2400000.5, in TDB."""
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
    """The bits that make a cadence unusable, as lightkurve names them for the curve's mission."""
    if isinstance(quality, int):
        return quality
    from lightkurve.utils import KeplerQualityFlags, TessQualityFlags

    flags = (
        TessQualityFlags
        if "TESS" in str(curve.meta.get("MISSION", curve.meta.get("TELESCOP", ""))).upper()
        else KeplerQualityFlags
    )
    if quality not in flags.OPTIONS:
        raise InputError(f"quality is a bit mask or one of {', '.join(flags.OPTIONS)}; got {quality!r}")
    return int(flags.OPTIONS[quality])


def _names(curves: Iterable[Any]) -> list[str]:
    return [str(c.meta.get("LABEL") or c.meta.get("OBJECT") or i) for i, c in enumerate(curves)]

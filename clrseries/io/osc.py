"""Reader of event files of the Open Supernova Catalog."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..errors import InputError
from ..series import Series
from ..series.photometry import flux_err_from_limit, flux_from_magnitude
from .transients import Paths, Points, listed, number, series_of, text_of

JD = 2400000.5  # Julian date of MJD 0
UNUSABLE = "point: no band, error, magnitude or MJD"
# Photometry that no telescope took, by its key in the schema.
NOT_OBSERVED = {"host": "point: of the host", "model": "point: of a model", "realization": "point: of a model",
                "synthetic": "point: from a spectrum", "kcorrected": "point: K-corrected"}  # fmt: skip


def read_osc(paths: Paths, *, zero_point: float = 25.0, limit_sigma: float = 3.0) -> Series:
    """Read event files (JSON) of the Open Supernova Catalog as light curves.

    An upper limit is kept as a flux of 0, whose error is the flux of the limit divided by ``upperlimitsigma``, or by `limit_sigma`
    where the file does not say. Of a lower and an upper error the mean is taken. Counts with a zero point are converted.
    Photometry of the host, of a model, from a spectrum or K-corrected, and points without a band, a magnitude, an error or a time, are
    left out and counted in ``dropped``.

    Parameters
    ----------
    paths : path or sequence of paths
        The files, which may be gzipped and hold several events.
    zero_point : float
        Magnitude of flux 1; the catalog contains Vega and AB magnitudes, which are not converted.
    limit_sigma : float
        Number of standard deviations that an upper limit corresponds to.

    Returns
    -------
    Series
        Columns ``object_id``, ``class`` (the first claimed type) and ``z``; time is MJD.

    Raises
    ------
    InputError
        A file is missing or is not an event file, or there is no usable point.

    References
    ----------
    Guillochon et al. 2017, ApJ 835, 64; the schema is at https://github.com/astrocatalogs/schema.

    Examples
    --------
    >>> import json, tempfile
    >>> from pathlib import Path
    >>> from clrseries import read_osc
    >>> point = {"time": "54000.5", "u_time": "MJD", "magnitude": "17.5", "e_magnitude": "0.1", "band": "V"}
    >>> path = Path(tempfile.mkdtemp()) / "SN2006X.json"
    >>> size = path.write_text(json.dumps({"SN2006X": {"claimedtype": [{"value": "Ia"}], "photometry": [point]}}))
    >>> supernova = read_osc(path)
    >>> supernova.x.tolist(), supernova.flux.round(1).tolist(), supernova.table["class"].to_pylist()
    ([54000.5], [1000.0], ['Ia'])
    """
    points = Points.empty()
    events: list[dict[str, Any]] = []
    lost: dict[str, int] = {}
    for path in listed(paths):
        for name, event in events_of(path).items():
            z = number(first_value(event, "redshift"))
            events.append({"object_id": name, "class": first_value(event, "claimedtype"), "z": z})
            photometry = event.get("photometry")
            for point in photometry if isinstance(photometry, list) else []:
                reason = _add(points, len(events) - 1, point, zero_point, limit_sigma)
                if reason:
                    lost[reason] = lost.get(reason, 0) + 1
    schema = pa.schema([("object_id", pa.string()), ("class", pa.string()), ("z", pa.float64())])
    return series_of(points, pa.Table.from_pylist(events, schema), listed(paths), lost)


def events_of(path: str | Path) -> dict[str, dict[str, Any]]:
    """Return the events of a file by their names.

    Parameters
    ----------
    path : path
        The file, which may be gzipped.

    Returns
    -------
    dict of str to dict
        What the file says of each event.

    Raises
    ------
    InputError
        The file is missing or is not an event file.
    """
    try:
        held = json.loads(text_of(path))
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: not an event file of the Open Supernova Catalog ({error})") from error
    if not isinstance(held, dict) or not held or not all(isinstance(event, dict) for event in held.values()):
        raise InputError(
            f"{path}: not an event file of the Open Supernova Catalog: it is no mapping of names to events"
        )
    return held


def first_value(event: dict[str, Any], key: str) -> str | None:
    """Return the first of the values that the catalog has collected.

    Parameters
    ----------
    event : dict
        One event.
    key : str
        Name of the quantity.

    Returns
    -------
    str or None
        None if there is none.
    """
    found = event.get(key)
    first = found[0] if isinstance(found, list) and found else None
    value = first.get("value") if isinstance(first, dict) else None
    return None if value is None else str(value)


def _add(points: Points, owner: int, point: Any, zero_point: float, sigma: float) -> str:
    """Add a point, and return an empty text, or why it is left out."""
    if not isinstance(point, dict):
        return UNUSABLE
    reason = next((why for key, why in NOT_OBSERVED.items() if point.get(key) not in (None, False, "false")), "")
    if reason:
        return reason
    time, band = mjd_of(point), point.get("band")
    if time is None or band is None:
        return UNUSABLE
    counts = number(point.get("countrate", point.get("counts")))
    magnitude, zero = number(point.get("magnitude")), number(point.get("zeropoint"))
    if point.get("upperlimit") not in (None, False, "false"):
        if magnitude is None:
            return UNUSABLE
        error = flux_err_from_limit(magnitude, zero_point, number(point.get("upperlimitsigma")) or sigma)
        points.add(owner, time, 0.0, float(error), str(band))
    elif magnitude is not None:
        error_mag = _error(point, "magnitude")
        if error_mag is None:
            return UNUSABLE
        flux, spread = flux_from_magnitude(magnitude, error_mag, zero_point)
        points.add(owner, time, float(flux), float(spread), str(band))
    elif counts is not None and zero is not None:
        kind = "countrate" if "countrate" in point else "counts"
        spread_counts = _error(point, kind)
        if spread_counts is None:
            return UNUSABLE
        factor = 10.0 ** (-0.4 * (zero - zero_point))
        points.add(owner, time, counts * factor, spread_counts * factor, str(band))
    else:
        return UNUSABLE
    return ""


def mjd_of(point: dict[str, Any]) -> float | None:
    """Return the MJD of a point or a spectrum; of a range, its middle.

    Parameters
    ----------
    point : dict
        What the file says of it.

    Returns
    -------
    float or None
        None if there is no time, or it is in another unit.
    """
    given = point.get("time")
    times = [number(one) for one in (given if isinstance(given, list) else [given])]
    known = [one for one in times if one is not None]
    unit = str(point.get("u_time", "MJD")).upper()
    if not known or unit not in ("MJD", "JD"):
        return None
    return sum(known) / len(known) - (JD if unit == "JD" else 0.0)


def _error(point: dict[str, Any], key: str) -> float | None:
    whole = number(point.get(f"e_{key}"))
    sides = [number(point.get(f"e_{side}_{key}")) for side in ("lower", "upper")]
    known = [abs(side) for side in sides if side is not None]
    return whole if whole is not None else (sum(known) / len(known) if known else None)

"""Reader of event files of the Open Supernova Catalog."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..errors import InputError
from ..series import Series
from ..series.photometry import flux_err_from_limit, flux_from_magnitude
from .transients import Paths, Point, listed, number, series_of


def read_osc(paths: Paths, *, zero_point: float = 25.0, limit_sigma: float = 3.0) -> Series:
    """Read event files (JSON) of the Open Supernova Catalog as light curves.

    An upper limit is kept as a flux of 0, whose error is the flux of the limit divided by `limit_sigma`. Points without a band, a
    magnitude, an error or a time in MJD are left out and counted in ``dropped``.

    Parameters
    ----------
    paths : path or sequence of paths
        The files, one for each event.
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
    Guillochon et al. 2017, ApJ 835, 64.

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
    points: list[Point] = []
    events, unusable = [], 0
    for path in listed(paths):
        try:
            held = json.loads(Path(path).read_text())
            ((name, event),) = held.items()
        except (OSError, ValueError, AttributeError) as error:
            raise InputError(f"{path}: not an event file of the Open Supernova Catalog ({error})") from error
        events.append(
            {"object_id": name, "class": _first(event, "claimedtype"), "z": number(_first(event, "redshift"))}
        )
        for point in event.get("photometry", []):
            row = _osc_point(point, zero_point, limit_sigma)
            if row is None:
                unusable += 1
            else:
                points.append(Point(len(events) - 1, *row))
    schema = pa.schema([("object_id", pa.string()), ("class", pa.string()), ("z", pa.float64())])
    return series_of(
        points,
        pa.Table.from_pylist(events, schema),
        listed(paths),
        {"point: no band, error, magnitude or MJD": unusable},
    )


def _first(event: dict[str, Any], key: str) -> Any:
    return (event.get(key) or [{}])[0].get("value")


def _osc_point(point: dict[str, Any], zero_point: float, sigma: float) -> tuple[float, float, float, str] | None:
    time, magnitude = number(point.get("time")), number(point.get("magnitude"))
    band, error = point.get("band"), number(point.get("e_magnitude"))
    if time is None or magnitude is None or band is None or str(point.get("u_time")).upper() != "MJD":
        return None
    if point.get("upperlimit"):
        return time, 0.0, float(flux_err_from_limit(magnitude, zero_point, sigma)), str(band)
    if error is None:
        return None
    flux, spread = flux_from_magnitude(magnitude, error, zero_point)
    return time, float(flux), float(spread), str(band)

"""Light curves of transients in the formats they are passed around in: Open Supernova Catalog, SNANA, ZTF."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..errors import InputError, located
from ..points import also_dropped, flux_of, gather, limit_of
from ..series import Series

SNANA_ZERO_POINT = 27.5  # of FLUXCAL
ZTF_BANDS = {"1": "g", "2": "r", "3": "i", "zg": "g", "zr": "r", "zi": "i"}
Paths = str | Path | Sequence[str | Path]


def read_osc(paths: Paths, *, zero_point: float = 25.0, limit_sigma: float = 3.0) -> Series:
    """Read event files (JSON) of the Open Supernova Catalog (Guillochon et al. 2017, ApJ 835, 64).

    Upper limits stay, as a flux of 0 whose error is the limit's flux over `limit_sigma`. Points without a band, an error or
    a time in MJD cannot be used and are counted.

    Parameters
    ----------
    paths : path or sequence of paths
    zero_point : float
        Magnitude of flux 1; the catalogue mixes Vega and AB magnitudes, which are not converted.
    limit_sigma : float

    Returns
    -------
    Series
        Columns ``object_id``, ``class`` (the first claimed type), ``z``; time is MJD.
    """
    rows: list[tuple[int, float, float, float, str]] = []
    events, unusable = [], 0
    for path in _listed(paths):
        try:
            held = json.loads(Path(path).read_text())
            ((name, event),) = held.items()
        except (OSError, ValueError, AttributeError) as error:
            raise InputError(f"{path}: not an event file of the Open Supernova Catalog ({error})") from error
        events.append(
            {"object_id": name, "class": _first(event, "claimedtype"), "z": _number(_first(event, "redshift"))}
        )
        for point in event.get("photometry", []):
            row = _osc_point(point, zero_point, limit_sigma)
            if row is None:
                unusable += 1
            else:
                rows.append((len(events) - 1, *row))
    schema = pa.schema([("object_id", pa.string()), ("class", pa.string()), ("z", pa.float64())])
    return _gathered(
        rows,
        pa.Table.from_pylist(events, schema),
        _listed(paths),
        {"point: no band, error, magnitude or MJD": unusable},
    )


def read_snana(path: str | Path, *, zero_point: float = 25.0) -> Series:
    """Read SNANA data (Kessler et al. 2009, PASP 121, 1028): one text file, or ``..._HEAD.FITS`` with its ``..._PHOT.FITS``.

    Parameters
    ----------
    path : path
    zero_point : float
        Magnitude of flux 1; SNANA's FLUXCAL has 27.5 and is converted.

    Returns
    -------
    Series
        Columns ``object_id``, ``class`` (SNTYPE or TYPE) and ``z`` (REDSHIFT_FINAL or REDSHIFT_HELIO); time is MJD.
    """
    text = not str(path).upper().endswith((".FITS", ".FITS.GZ"))
    rows, objects = _snana_text(Path(path)) if text else _snana_fits(Path(path))
    factor = 10.0 ** (-0.4 * (SNANA_ZERO_POINT - zero_point))
    scaled = [(owner, mjd, factor * flux, factor * error, band) for owner, mjd, flux, error, band in rows]
    return _gathered(scaled, pa.Table.from_pylist(objects), [path], {})


def read_ztf(paths: Paths, *, zero_point: float = 25.0) -> Series:
    """Read CSV files of ZTF: ALeRCE's detections and non-detections, or IRSA's light curves.

    Columns are ``oid, mjd, fid, magpsf, sigmapsf`` (ALeRCE), with ``diffmaglim`` where there is no detection, or
    ``oid, mjd, mag, magerr, filtercode`` and ``catflags`` (IRSA; points with a flag are left out). A non-detection
    stays, as a flux of 0 whose error is a fifth of the limit's flux.

    Returns
    -------
    Series
        Bands ``g, r, i``; time is MJD.
    """
    from pyarrow import csv

    rows: list[tuple[int, float, float, float, str]] = []
    names: dict[str, int] = {}
    flagged = 0
    for path in _listed(paths):
        try:
            table = csv.read_csv(path).to_pylist()
        except (pa.ArrowInvalid, OSError) as error:
            raise InputError(f"{path}: not a CSV table ({str(error).splitlines()[0]})") from error
        wanted = {"mjd", "fid"} if table and "fid" in table[0] else {"mjd", "filtercode", "mag", "magerr"}
        missing = wanted - set(table[0] if table else {})
        if missing:
            raise located(
                f"is missing; there are {', '.join(table[0] if table else ['no rows'])}",
                source=str(path),
                column=min(missing),
            )
        for point in table:
            if point.get("catflags"):
                flagged += 1
                continue
            owner = names.setdefault(str(point.get("oid") or Path(path).stem), len(names))
            rows.append((owner, *_ztf_point(point, zero_point)))
    return _gathered(
        rows, pa.table({"object_id": list(names)}), _listed(paths), {"point: flagged in catflags": flagged}
    )


def _gathered(rows: list[Any], objects: pa.Table, paths: Sequence[Any], lost: dict[str, int]) -> Series:
    source = str(paths[0]) if len(paths) == 1 else f"{len(paths)} files"
    if not rows:
        raise InputError(f"{source}: holds no usable point")
    owner, time, flux, error, band = zip(*rows, strict=True)
    when, value, spread = (np.asarray(a, np.float64) for a in (time, flux, error))
    series = gather(
        np.asarray(owner), when, value, spread, list(band), objects, objects=objects.num_rows, source=source
    )
    return also_dropped(series, lost)


def _listed(paths: Paths) -> list[str | Path]:
    return [paths] if isinstance(paths, str | Path) else list(paths)


def _first(event: dict[str, Any], key: str) -> Any:
    return (event.get(key) or [{}])[0].get("value")


def _number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _osc_point(point: dict[str, Any], zero_point: float, sigma: float) -> tuple[float, float, float, str] | None:
    time, magnitude = _number(point.get("time")), _number(point.get("magnitude"))
    band, error = point.get("band"), _number(point.get("e_magnitude"))
    if time is None or magnitude is None or band is None or str(point.get("u_time")).upper() != "MJD":
        return None
    if point.get("upperlimit"):
        return time, 0.0, float(limit_of(magnitude, zero_point, sigma)), str(band)
    if error is None:
        return None
    flux, spread = flux_of(magnitude, error, zero_point)
    return time, float(flux), float(spread), str(band)


def _ztf_point(point: dict[str, Any], zero_point: float) -> tuple[float, float, float, str]:
    code = point["fid"] if "fid" in point else point["filtercode"]
    band = ZTF_BANDS.get(str(code), str(code))
    magnitude = point.get("magpsf") if "fid" in point else point["mag"]
    error = point.get("sigmapsf") if "fid" in point else point["magerr"]
    if magnitude is None and point.get("diffmaglim") is not None:
        return float(point["mjd"]), 0.0, float(limit_of(point["diffmaglim"], zero_point)), band
    nothing = magnitude is None or error is None
    flux, spread = flux_of(np.nan if nothing else magnitude, np.nan if nothing else error, zero_point)
    return float(point["mjd"]), float(flux), float(spread), band


def _snana_text(path: Path) -> tuple[list[Any], list[dict[str, Any]]]:
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    header: dict[str, str] = {}
    columns: list[str] = []
    rows = []
    for line in lines:
        key, _, rest = line.partition(":")
        words = rest.split("#")[0].split()
        if key.strip() in ("VARLIST", "VARNAMES"):
            columns = [word.upper() for word in words]
        elif key.strip() == "OBS":
            if len(words) != len(columns):
                raise InputError(f"{path}: a line 'OBS:' has {len(words)} values and VARLIST {len(columns)} names")
            values = dict(zip(columns, words, strict=True))
            band = values.get("FLT", values.get("BAND", values.get("FILTER", "")))
            rows.append((0, *(float(values[name]) for name in ("MJD", "FLUXCAL", "FLUXCALERR")), band))
        elif words:
            header.setdefault(key.strip(), words[0])
    if "SNID" not in header or not rows:
        raise InputError(f"{path}: not a SNANA text file: it has no SNID, or no lines 'OBS:'")
    return rows, [_snana_object(header)]


def _snana_fits(path: Path) -> tuple[list[Any], list[dict[str, Any]]]:
    from astropy.table import Table

    phot = path.with_name(path.name.replace("_HEAD.", "_PHOT."))
    for file in (path, phot):
        if not file.is_file():
            raise InputError(f"{file}: no such file; SNANA keeps objects in ..._HEAD.FITS and points in ..._PHOT.FITS")
    head, points = Table.read(path, hdu=1), Table.read(phot, hdu=1)
    band = "BAND" if "BAND" in points.colnames else "FLT"
    rows, objects = [], []
    for number, entry in enumerate(head):
        objects.append(_snana_object({name: _text(entry[name]) for name in head.colnames}))
        part = points[int(entry["PTROBS_MIN"]) - 1 : int(entry["PTROBS_MAX"])]
        rows += [(number, float(p["MJD"]), float(p["FLUXCAL"]), float(p["FLUXCALERR"]), _text(p[band])) for p in part]
    return rows, objects


def _text(value: Any) -> str:
    return (value.decode() if isinstance(value, bytes) else str(value)).strip()


def _snana_object(header: dict[str, str]) -> dict[str, Any]:
    z = header.get("REDSHIFT_FINAL", header.get("REDSHIFT_HELIO"))
    return {"object_id": header["SNID"], "class": header.get("SNTYPE", header.get("TYPE")), "z": _number(z)}

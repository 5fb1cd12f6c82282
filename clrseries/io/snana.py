"""Reader of light curves of SNANA: text files, and pairs of FITS files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..errors import InputError, located
from ..series import Series
from .fits_files import as_text, opened_fits, table_columns
from .transients import Points, number, series_of, text_of

SNANA_ZERO_POINT = 27.5  # zero point of FLUXCAL
UNKNOWN = -9.0  # what SNANA writes for a redshift or a type that is not known
BANDS = ("band", "flt", "filter")
REDSHIFTS = ("redshift_final", "redshift_helio", "redshift_cmb", "redshift")
TYPES = ("sntype", "type")
MISFITS = "point: row that does not fit its header"


def read_snana(path: str | Path, *, zero_point: float = 25.0) -> Series:
    """Read light curves of SNANA from a text file, or from a pair of FITS files.

    Rows that do not fit the header are taken as far as they go: ``NVAR`` values belong to the first names of ``VARLIST``. Names may
    be in upper or lower case.

    Parameters
    ----------
    path : path
        Text file with one object, or ``..._HEAD.FITS`` with ``..._PHOT.FITS`` in the same folder; both may be gzipped.
    zero_point : float
        Magnitude of flux 1; FLUXCAL of SNANA, whose zero point is 27.5, is converted.

    Returns
    -------
    Series
        Columns ``object_id``, ``class`` (SNTYPE or TYPE) and ``z`` (REDSHIFT_FINAL, or else REDSHIFT_HELIO, REDSHIFT_CMB); both are
        null where SNANA has -9. Time is MJD. Rows that cannot be used are counted in ``dropped``.

    Raises
    ------
    InputError
        A file is missing or is not one of SNANA, or there is no usable point.

    References
    ----------
    Kessler et al. 2009, PASP 121, 1028; SNANA manual, section 4, https://github.com/RickKessler/SNANA.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from clrseries import read_snana
    >>> lines = ["SNID: 7", "SNTYPE: 120", "VARLIST: MJD FLT FLUXCAL FLUXCALERR", "OBS: 54000.5 g 10.0 1.0"]
    >>> path = Path(tempfile.mkdtemp()) / "sn7.txt"
    >>> size = path.write_text(chr(10).join(lines))
    >>> read_snana(path, zero_point=27.5).flux.tolist()
    [10.0]
    """
    text = not str(path).upper().endswith((".FITS", ".FITS.GZ", ".FIT", ".FIT.GZ"))
    points, objects, lost = _from_text(Path(path)) if text else _from_fits(Path(path))
    factor = 10.0 ** (-0.4 * (SNANA_ZERO_POINT - zero_point))
    scaled = points._replace(
        flux=[factor * value for value in points.flux], flux_err=[factor * value for value in points.flux_err]
    )
    return series_of(scaled, objects, [path], lost)


def _from_text(path: Path) -> tuple[Points, pa.Table, dict[str, int]]:
    header: dict[str, str] = {}
    columns: list[str] = []
    points, misfits, inside = Points.empty(), 0, False
    # some files lack the colon behind VARLIST
    text = re.sub(r"(?im)^[ \t]*(VARLIST|VARNAMES)[ \t]*:?[ \t]+", r"\1: ", text_of(path))
    for line in text.splitlines():
        key, colon, rest = line.partition(":")
        key, words = key.strip().upper(), rest.split("#")[0].split()
        if key.startswith("DOCUMENTATION"):
            inside = key == "DOCUMENTATION"
        elif inside or not colon or line.lstrip().startswith("#"):
            continue
        elif key in ("VARLIST", "VARNAMES"):
            columns = [word.lower() for word in words]
        elif key == "OBS":
            _check_columns(columns, path)
            count = number(header.get("nvar"))
            values = dict(zip(columns[: int(count)] if count and count > 0 else columns, words, strict=False))
            misfits += not _add(points, values)
        elif words:
            header.setdefault(key.lower(), words[0])
    if "snid" not in header or not columns:
        raise InputError(f"{path}: not a SNANA text file: it has no SNID, or no VARLIST")
    if not (points.time or misfits):
        raise located("has no points: there is no line 'OBS:'", source=str(path), object_id=header["snid"])
    return points, _objects([header]), {MISFITS: misfits}


def _check_columns(columns: list[str], path: Path) -> None:
    for name in ("mjd", "fluxcal", "fluxcalerr"):
        if name not in columns:
            there = ", ".join(columns) or "no VARLIST before the first line 'OBS:'"
            raise located(f"is missing; there are {there}", source=str(path), column=name.upper())


def _add(points: Points, values: dict[str, str]) -> bool:
    """Add a row of a text file to the points, if it has what a point needs."""
    time, flux, error = (number(values.get(name)) for name in ("mjd", "fluxcal", "fluxcalerr"))
    band = next((values[name] for name in BANDS if name in values), "")
    if time is None or flux is None or error is None:
        return False
    points.add(0, time, flux, error, band)
    return True


def _from_fits(path: Path) -> tuple[Points, pa.Table, dict[str, int]]:
    head, phot = _tables(path, "HEAD"), _tables(_beside(path), "PHOT")
    for name in ("mjd", "fluxcal", "fluxcalerr"):
        if name not in phot:
            raise located(f"is missing; there are {', '.join(phot)}", source=str(_beside(path)), column=name.upper())
    for name in ("snid", "ptrobs_min", "ptrobs_max"):
        if name not in head:
            raise located(f"is missing; there are {', '.join(head)}", source=str(path), column=name.upper())
    size = len(phot["mjd"].values)
    first = head["ptrobs_min"].values.astype(np.int64) - 1
    last = head["ptrobs_max"].values.astype(np.int64)
    outside = (first < 0) | (last > size) | (last < first)
    bands = next((as_text(phot[name]) for name in BANDS if name in phot), np.full(size, "", object))
    time, flux, error = (phot[name].values.astype(np.float64) for name in ("mjd", "fluxcal", "fluxcalerr"))
    points = Points.empty()
    for row in np.flatnonzero(~outside):
        own = slice(first[row], last[row])
        points.extend(int(row), time[own], flux[own], error[own], bands[own])
    text = {name: as_text(head[name]) for name in ("snid", *REDSHIFTS, *TYPES) if name in head}
    objects = _objects([{name: values[row] for name, values in text.items()} for row in range(len(first))])
    return points, objects, {"object: PTROBS_MIN and PTROBS_MAX are outside the file": int(outside.sum())}


def _tables(path: Path, kind: str) -> dict[str, Any]:
    if not path.is_file():
        raise InputError(f"{path}: no such file; SNANA keeps objects in ..._HEAD.FITS and points in ..._PHOT.FITS")
    with opened_fits(path) as units:
        found = next((unit for unit in units if hasattr(unit, "columns")), None)
        if found is None:
            raise InputError(f"{path}: has no table, and is no {kind} file of SNANA")
        return table_columns(found)


def _beside(path: Path) -> Path:
    """Return the PHOT file that belongs to a HEAD file; one of them may be compressed."""
    name = path.name
    at = name.upper().rfind("HEAD")
    if at < 0:
        raise InputError(f"{path}: holds points alone: give the HEAD file of SNANA; its name ends in _HEAD.FITS")
    phot = "phot" if name[at : at + 4].islower() else "PHOT"
    found = path.with_name(name[:at] + phot + name[at + 4 :])
    if not found.is_file():
        other = found.with_name(found.name[:-3] if found.name.lower().endswith(".gz") else f"{found.name}.gz")
        found = other if other.is_file() else found
    return found


def _objects(headers: list[dict[str, str]]) -> pa.Table:
    rows = [
        {
            "object_id": header["snid"],
            "class": next((header[name] for name in TYPES if name in header and number(header[name]) != UNKNOWN), None),
            "z": _redshift(header),
        }
        for header in headers
    ]
    return pa.Table.from_pylist(
        rows, pa.schema([("object_id", pa.string()), ("class", pa.string()), ("z", pa.float64())])
    )


def _redshift(header: dict[str, str]) -> float | None:
    found = (number(header.get(name)) for name in REDSHIFTS)
    return next((z for z in found if z is not None and np.isfinite(z) and z > UNKNOWN + 1e-6), None)

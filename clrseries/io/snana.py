"""Reader of light curves of SNANA: text files, and pairs of FITS files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from ..errors import InputError
from ..series import Series
from .transients import Point, number, series_of

SNANA_ZERO_POINT = 27.5  # zero point of FLUXCAL


def read_snana(path: str | Path, *, zero_point: float = 25.0) -> Series:
    """Read light curves of SNANA from a text file, or from a pair of FITS files.

    Parameters
    ----------
    path : path
        Text file with one object, or ``..._HEAD.FITS`` with ``..._PHOT.FITS`` in the same folder.
    zero_point : float
        Magnitude of flux 1; FLUXCAL of SNANA, whose zero point is 27.5, is converted.

    Returns
    -------
    Series
        Columns ``object_id``, ``class`` (SNTYPE or TYPE) and ``z`` (REDSHIFT_FINAL or REDSHIFT_HELIO); time is MJD.

    Raises
    ------
    InputError
        A file is missing or is not one of SNANA, or there is no usable point.

    References
    ----------
    Kessler et al. 2009, PASP 121, 1028.

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
    text = not str(path).upper().endswith((".FITS", ".FITS.GZ"))
    rows, objects = _snana_text(Path(path)) if text else _snana_fits(Path(path))
    factor = 10.0 ** (-0.4 * (SNANA_ZERO_POINT - zero_point))
    points = [Point(owner, mjd, factor * flux, factor * error, band) for owner, mjd, flux, error, band in rows]
    return series_of(points, pa.Table.from_pylist(objects), [path], {})


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
    for row, entry in enumerate(head):
        objects.append(_snana_object({name: _text(entry[name]) for name in head.colnames}))
        part = points[int(entry["PTROBS_MIN"]) - 1 : int(entry["PTROBS_MAX"])]
        rows += [(row, float(p["MJD"]), float(p["FLUXCAL"]), float(p["FLUXCALERR"]), _text(p[band])) for p in part]
    return rows, objects


def _text(value: Any) -> str:
    return (value.decode() if isinstance(value, bytes) else str(value)).strip()


def _snana_object(header: dict[str, str]) -> dict[str, Any]:
    z = header.get("REDSHIFT_FINAL", header.get("REDSHIFT_HELIO"))
    return {"object_id": header["SNID"], "class": header.get("SNTYPE", header.get("TYPE")), "z": number(z)}

"""Reader of CSV files of ZTF, from ALeRCE and from IRSA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..errors import located
from ..series import Series
from ..series.photometry import flux_err_from_limit, flux_from_magnitude
from .csv_tables import read_csv
from .transients import Paths, Point, listed, series_of

ZTF_BANDS = {"1": "g", "2": "r", "3": "i", "zg": "g", "zr": "r", "zi": "i"}


def read_ztf(paths: Paths, *, zero_point: float = 25.0) -> Series:
    """Read CSV files of ZTF: detections and non-detections of ALeRCE, or light curves of IRSA.

    The columns of ALeRCE are ``oid, mjd, fid, magpsf, sigmapsf``, and ``diffmaglim`` for non-detections. A non-detection is
    kept as a flux of 0, whose error is a fifth of the flux of the limit. The columns of IRSA are ``oid, mjd, mag, magerr,
    filtercode`` and ``catflags``; points with a flag are left out and counted in ``dropped``.

    Parameters
    ----------
    paths : path or sequence of paths
        The files; points with the same ``oid`` are joined, and a file without ``oid`` is one object.
    zero_point : float
        Magnitude of flux 1.

    Returns
    -------
    Series
        Bands g, r and i; time is MJD.

    Raises
    ------
    InputError
        A file or column is missing, or there is no usable point.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from clrseries import read_ztf
    >>> path = Path(tempfile.mkdtemp()) / "detections.csv"
    >>> lines = ["oid,mjd,fid,magpsf,sigmapsf", "ZTF18a,58300.5,1,17.5,0.1", "ZTF18a,58301.5,2,17.5,0.1"]
    >>> size = path.write_text(chr(10).join(lines))
    >>> star = read_ztf(path)
    >>> star.object_ids, star.bands, star.flux.round(1).tolist()
    (['ZTF18a'], ('g', 'r'), [1000.0, 1000.0])
    """
    points: list[Point] = []
    names: dict[str, int] = {}
    flagged = 0
    for path in listed(paths):
        table = read_csv(path).to_pylist()
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
            points.append(Point(owner, *_ztf_point(point, zero_point)))
    return series_of(
        points, pa.table({"object_id": list(names)}), listed(paths), {"point: flagged in catflags": flagged}
    )


def _ztf_point(point: dict[str, Any], zero_point: float) -> tuple[float, float, float, str]:
    code = point["fid"] if "fid" in point else point["filtercode"]
    band = ZTF_BANDS.get(str(code), str(code))
    magnitude = point.get("magpsf") if "fid" in point else point["mag"]
    error = point.get("sigmapsf") if "fid" in point else point["magerr"]
    if magnitude is None and point.get("diffmaglim") is not None:
        return float(point["mjd"]), 0.0, float(flux_err_from_limit(point["diffmaglim"], zero_point)), band
    nothing = magnitude is None or error is None
    flux, spread = flux_from_magnitude(np.nan if nothing else magnitude, np.nan if nothing else error, zero_point)
    return float(point["mjd"]), float(flux), float(spread), band

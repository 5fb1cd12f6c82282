"""Reader of CSV files of ZTF, from ALeRCE and from IRSA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import located
from ..series import Series
from ..series.photometry import flux_err_from_limit, flux_from_magnitude
from .csv_tables import read_csv
from .light_curve_tables import invalid_rows
from .long_tables import ID_NAMES, as_names, id_column
from .transients import Paths, Points, listed, name_of_file, series_of

ZTF_BANDS = {"1": "g", "2": "r", "3": "i", "zg": "g", "zr": "r", "zi": "i"}
NEGATIVE = ("f", "false", "0", "0.0", "-1", "-1.0", "-")  # of isdiffpos
SHORTEST, LONGEST = 0.0, 40.0  # magnitudes outside are sentinels such as -999, 99 and 100
NOTHING = "point: no magnitude, error or limit"


def read_ztf(paths: Paths, *, zero_point: float = 25.0, corrected: bool = False) -> Series:
    """Read CSV files of ZTF: detections and non-detections of ALeRCE, or light curves of IRSA.

    The columns of ALeRCE are ``oid, mjd, fid, magpsf, sigmapsf``, and ``diffmaglim`` for non-detections. Where ``isdiffpos`` is ``f``, 0
    or -1, the source is fainter than in the reference, and the flux is negative. A non-detection is kept as a flux of 0, whose
    error is a fifth of the flux of the limit. The columns of IRSA are ``oid, mjd, mag, magerr, filtercode`` and ``catflags``; points
    with a flag are left out. All that is left out is counted in ``dropped``; magnitudes and limits of -999 and the like are none.

    Parameters
    ----------
    paths : path or sequence of paths
        The files; points with the same ``oid`` or ``objectId`` are joined, and a file without such a column is one object, which is
        named after its folder and itself.
    zero_point : float
        Magnitude of flux 1.
    corrected : bool
        Whether the magnitudes of ALeRCE with the flux of the reference added (``magpsf_corr``, ``sigmapsf_corr_ext``) are taken, which
        is right for variable stars; points without them are left out.

    Returns
    -------
    Series
        Bands g, r and i; time is MJD.

    Raises
    ------
    InputError
        A file or column is missing, or there is no usable point.

    References
    ----------
    Masci et al. 2019, PASP 131, 018003; Forster et al. 2021, AJ 161, 242 (ALeRCE); ZTF Science Data System, section 10.3 (catflags).

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
    points = Points.empty()
    names: dict[str, int] = {}
    lost: dict[str, int] = {}
    for path in listed(paths):
        table = read_csv(path, text=(*ID_NAMES, "fid", "filtercode", "isdiffpos"))
        for reason, count in _gather(points, names, table, path, zero_point, corrected).items():
            lost[reason] = lost.get(reason, 0) + count
    return series_of(points, pa.table({"object_id": list(names)}), listed(paths), lost)


def _gather(
    points: Points, names: dict[str, int], table: pa.Table, path: str | Path, zero_point: float, corrected: bool
) -> dict[str, int]:
    """Add the points of one file, and return how many were left out, by reason."""
    alerce = "fid" in table.column_names
    wanted = {"mjd", "fid"} if alerce else {"mjd", "filtercode", "mag", "magerr"}
    missing = wanted - set(table.column_names)
    if missing or table.num_rows == 0:
        there = ", ".join(table.column_names) if table.num_rows else "no rows"
        raise located(f"is missing; there are {there}", source=str(path), column=min(missing, default="mjd"))
    key = id_column(table.column_names, "object_id")
    own = as_names(table[key], key).to_pylist() if key else [name_of_file(path)] * table.num_rows
    time = _numbers(table, "mjd")
    magnitude, error = _magnitudes(table, alerce, corrected)
    flux, spread = flux_from_magnitude(magnitude, error, zero_point)
    flux = np.where(_negative(table), -flux, flux)
    limit = _numbers(table, "diffmaglim")
    limit[(limit <= SHORTEST) | (limit > LONGEST)] = np.nan
    is_limit = np.isnan(magnitude) & np.isfinite(limit) & (not corrected)
    flux = np.where(is_limit, 0.0, flux)
    spread = np.where(is_limit, flux_err_from_limit(np.where(is_limit, limit, 20.0), zero_point), spread)
    flags = _numbers(table, "catflags")
    flagged = np.isfinite(flags) & (flags != 0)
    nameless = np.array([name is None or name == "" for name in own], bool)
    bands = [ZTF_BANDS.get(code, code) for code in _texts(table, "fid" if alerce else "filtercode")]
    nothing = ~flagged & ~nameless & np.isnan(magnitude) & ~is_limit
    for row in np.flatnonzero(~flagged & ~nameless & ~nothing):
        owner = names.setdefault(str(own[row]), len(names))
        points.add(owner, float(time[row]), float(flux[row]), float(spread[row]), bands[row])
    return {
        "point: flagged in catflags": int(flagged.sum()),
        "point: of no object": int((nameless & ~flagged).sum()),
        NOTHING: int(nothing.sum()),
        "point: row of the file with another number of values": invalid_rows(table),
    }


def _magnitudes(table: pa.Table, alerce: bool, corrected: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if not alerce:
        pairs = [("mag", "magerr")]
    elif corrected:
        pairs = [("magpsf_corr", "sigmapsf_corr_ext"), ("magpsf_corr", "sigmapsf_corr"), ("mag_corr", "e_mag_corr_ext")]
    else:
        pairs = [("magpsf", "sigmapsf"), ("mag", "e_mag"), ("mag", "magerr")]
    found = next((pair for pair in pairs if set(pair) <= set(table.column_names)), None)
    if found is None:
        nothing = np.full(table.num_rows, np.nan)
        return nothing, nothing
    magnitude, error = (_numbers(table, name) for name in found)
    magnitude[(magnitude <= SHORTEST) | (magnitude > LONGEST)] = np.nan
    error[~(error > 0)] = np.nan
    return magnitude, error


def _negative(table: pa.Table) -> NDArray[np.bool_]:
    """Return where the source is fainter than in the reference image."""
    if "isdiffpos" not in table.column_names:
        return np.zeros(table.num_rows, bool)
    return np.array([text.strip().lower() in NEGATIVE for text in _texts(table, "isdiffpos")], bool)


def _texts(table: pa.Table, name: str) -> list[str]:
    return ["" if value is None else str(value) for value in table[name].to_pylist()]


def _numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    """Return a column as numbers, NaN where it is missing or holds text."""
    if name not in table.column_names:
        return np.full(table.num_rows, np.nan)
    column = table[name]
    if pa.types.is_string(column.type):
        return np.array([_number(text) for text in column.to_pylist()], np.float64)
    return np.array(column.cast(pa.float64()).to_numpy(), np.float64)


def _number(text: Any) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        return np.nan

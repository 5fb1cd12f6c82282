"""Reader of light curves in text files without a header: time, magnitude and its error, as OGLE writes them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow as pa

from ..errors import InputError, located
from ..series import Series
from ..series.photometry import flux_from_magnitude
from .transients import Points, name_of_file, number, series_of, text_of

BRIGHTEST, FAINTEST = 1.0, 35.0  # magnitudes outside are sentinels such as -99, 0 and 99.999
LARGEST = 5.0  # error [mag]; 9.999 stands for a bad point
MISFITS = "point: row without a time, a magnitude and an error"
SENTINELS = "point: no magnitude or no error"


def read_magnitude_columns(path: str | Path, *, zero_point: float = 25.0) -> Series:
    """Read one light curve from a text file whose first three columns are time, magnitude and its error, without a header.

    Columns are separated by blanks, commas or semicolons; further columns are ignored, and so are lines that begin with ``#``. Points with
    a magnitude outside 1 to 35, or an error outside 0 to 5, are left out and counted.

    Parameters
    ----------
    path : path
        The file, for instance ``OGLE-LMC-CEP-0001.dat``; it may be gzipped.
    zero_point : float
        Magnitude of flux 1.

    Returns
    -------
    Series
        One object in one band without a name; ``object_id`` is the name of the folder and of the file. Time is as in the file [day].

    Raises
    ------
    InputError
        Most rows are not of three numbers, or most are no magnitudes with errors.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from clrseries.io.magnitude_columns import read_magnitude_columns
    >>> path = Path(tempfile.mkdtemp()) / "OGLE-LMC-CEP-0001.dat"
    >>> size = path.write_text(chr(10).join(["2166.5 15.0 0.01", "2167.5 15.2 0.01", "2168.5 99.999 9.999"]))
    >>> curve = read_magnitude_columns(path, zero_point=15.0)
    >>> [round(float(value), 2) for value in curve.flux]
    [1.0, 0.83]
    """
    rows, misfits = [], 0
    for line in text_of(path).splitlines():
        words = [word.strip() for word in re.split(r"[,;]", line)] if re.search(r"[,;]", line) else line.split()
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        values = [number(word) for word in words[:3]]
        if len(values) == 3 and None not in values:
            rows.append(values)
        elif not rows:
            raise located(
                f"begins with {line.strip()[:60]!r} and not with a time, a magnitude and its error", source=str(path)
            )
        else:
            misfits += 1
    if misfits >= len(rows):
        raise located(f"{misfits} of {misfits + len(rows)} rows do not begin with three numbers", source=str(path))
    time, magnitude, error = np.array(rows, np.float64).T
    good = (magnitude > BRIGHTEST) & (magnitude < FAINTEST) & (error > 0) & (error < LARGEST)
    if good.mean() < 0.5:
        raise InputError(
            f"{path}: is read as time, magnitude and its error, and most rows are none: name the columns in a first line, for "
            "instance 'time,flux,flux_err,band'"
        )
    points = Points.empty()
    points.extend(0, time[good], *flux_from_magnitude(magnitude[good], error[good], zero_point), [""] * int(good.sum()))
    objects = pa.table({"object_id": [name_of_file(path)]})
    return series_of(points, objects, [path], {MISFITS: misfits, SENTINELS: int((~good).sum())})

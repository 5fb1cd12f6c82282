"""A fingerprint of data, to tell whether a job is continued with the data that it began with."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from ..augment.resident import host_series
from ..datasets.open import names_of, open_series, parts_of


def fingerprint(data: Any, *, stream: bool = False) -> str:
    """Return a fingerprint of data, which other data do not have.

    Parameters
    ----------
    data : path, name, Series, table, or several of them
        As :func:`clrseries.datasets.open_series` takes them.
    stream : bool
        Whether the data are too large to be read for it; the names and sizes of the files then make the fingerprint.

    Returns
    -------
    str
        Sixteen hexadecimal digits. It is that of the samples and columns, wherever the data come from and lie.

    Examples
    --------
    >>> from clrseries import datasets
    >>> from clrseries.training.fingerprint import fingerprint
    >>> stars = datasets.simulated_light_curves(3)
    >>> fingerprint(stars) == fingerprint(stars.take([0, 1, 2])), fingerprint(stars) == fingerprint(stars.take([0, 1]))
    (True, False)
    """
    hashed = hashlib.sha256()
    if stream:
        for name, part in zip(names_of(data), parts_of(data), strict=True):
            size = Path(part).stat().st_size if isinstance(part, str | Path) and Path(part).is_file() else -1
            hashed.update(f"{Path(name).name} {size}\n".encode())
        return hashed.hexdigest()[:16]
    series = host_series(open_series(data))
    for array in (series.x, series.flux, series.ivar, series.offsets, *([] if series.band is None else [series.band])):
        hashed.update(np.ascontiguousarray(array).tobytes())
    hashed.update(repr(series.bands).encode())
    for name in series.table.column_names:
        hashed.update(f"{name} {series.table[name].to_pylist()!r}\n".encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()[:16]

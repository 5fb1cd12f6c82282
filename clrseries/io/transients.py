"""Helpers of the readers of transients, which gather points one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from ..errors import InputError
from ..series import Series

Paths = str | Path | Sequence[str | Path]


class Point(NamedTuple):
    """One point of a light curve.

    Parameters
    ----------
    owner : int
        Number of the object that the point belongs to.
    time : float
        Time [day].
    flux, flux_err : float
        Flux and its error.
    band : str
        Name of the band.
    """

    owner: int
    time: float
    flux: float
    flux_err: float
    band: str


def series_of(points: Sequence[Point], objects: pa.Table, paths: Sequence[Any], lost: Mapping[str, int]) -> Series:
    """Build light curves from points.

    Parameters
    ----------
    points : sequence of Point
        The points, in any order.
    objects : pyarrow.Table
        Per-object columns, one row per object.
    paths : sequence of paths
        Files that the points were read from, for errors.
    lost : mapping of str to int
        Number of points that the reader has left out, by reason.

    Returns
    -------
    Series
        The objects that have usable points.

    Raises
    ------
    InputError
        There is no usable point.
    """
    source = str(paths[0]) if len(paths) == 1 else f"{len(paths)} files"
    if not points:
        raise InputError(f"{source}: holds no usable point")
    owner, time, flux, error, band = zip(*points, strict=True)
    when, value, spread = (np.asarray(a, np.float64) for a in (time, flux, error))
    return Series.from_rows(np.asarray(owner), when, value, spread, list(band), objects, source=source).with_dropped(
        lost
    )


def listed(paths: Paths) -> list[str | Path]:
    """Return one path or several paths as a list.

    Parameters
    ----------
    paths : path or sequence of paths
        The paths.

    Returns
    -------
    list of paths
    """
    return [paths] if isinstance(paths, str | Path) else list(paths)


def number(text: Any) -> float | None:
    """Convert a text to a number.

    Parameters
    ----------
    text : object
        Usually a str.

    Returns
    -------
    float or None
        None if it is not a number.
    """
    try:
        return float(text)
    except (TypeError, ValueError):
        return None

"""Helpers of the readers of transients, which gather points one by one."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import pyarrow as pa

from ..errors import InputError
from ..series import Series

Paths = str | Path | Sequence[str | Path]


class Points(NamedTuple):
    """Points of light curves, in any order, as lists of equal length.

    Parameters
    ----------
    owner : list of int
        Number of the object that each point belongs to.
    time : list of float
        Time [day].
    flux, flux_err : list of float
        Flux and its error.
    band : list of str
        Name of the band.
    """

    owner: list[int]
    time: list[float]
    flux: list[float]
    flux_err: list[float]
    band: list[str]

    @classmethod
    def empty(cls) -> Self:
        """Return no points.

        Returns
        -------
        Points
        """
        return cls([], [], [], [], [])

    def add(self, owner: int, time: float, flux: float, flux_err: float, band: str) -> None:
        """Add one point.

        Parameters
        ----------
        owner : int
            Number of its object.
        time, flux, flux_err : float
            Time [day], flux and its error.
        band : str
            Name of the band.
        """
        self.extend(owner, [time], [flux], [flux_err], [band])

    def extend(self, owner: int, time: Any, flux: Any, flux_err: Any, band: Any) -> None:
        """Add the points of one object.

        Parameters
        ----------
        owner : int
            Number of the object.
        time, flux, flux_err : float (P,)
            Times [day], flux and its error.
        band : str (P,)
            Names of the bands.
        """
        self.owner.extend([owner] * len(time))
        self.time.extend(time)
        self.flux.extend(flux)
        self.flux_err.extend(flux_err)
        self.band.extend(band)


def series_of(points: Points, objects: pa.Table, paths: Sequence[Any], lost: Mapping[str, int]) -> Series:
    """Build light curves from points.

    Parameters
    ----------
    points : Points
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
    if not points.time:
        counts = ", ".join(f"{count} x {reason}" for reason, count in lost.items() if count)
        raise InputError(f"{source}: holds no usable point" + (f" ({counts})" if counts else ""))
    when, value, spread = (np.asarray(a, np.float64) for a in points[1:4])
    series = Series.from_rows(np.asarray(points.owner), when, value, spread, points.band, objects, source=source)
    return series.with_dropped(lost)


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


def text_of(path: str | Path) -> str:
    """Read a text file, which may be compressed with gzip and may be in UTF-8 or Latin-1.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    str

    Raises
    ------
    InputError
        The file is missing, or is not text.
    """
    try:
        data = Path(path).read_bytes()
        data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except (OSError, EOFError, ValueError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        raise InputError(f"{path}: {getattr(error, 'strerror', None) or error or 'cannot be read'}") from error
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{path}: is not a text file")
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "latin-1"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{path}: is not a text file")


def name_of_file(path: str | Path) -> str:
    """Return the name of an object whose file holds none: that of the folder and of the file.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    str
        ``"folder/stem"``; files of the same name in different folders are different objects.
    """
    whole = Path(path).resolve()
    return f"{whole.parent.name}/{Path(whole.name.removesuffix('.gz')).stem}"


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
    except (TypeError, ValueError, OverflowError):
        return None

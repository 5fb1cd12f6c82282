"""Wavelengths without a unit that are hardly in Angstrom."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import located

SHORTEST, LONGEST = 100.0, 1e6  # [Angstrom]
FINEST = 2e6  # wavelength divided by the width of a pixel; no spectrograph for stars has more
NANOMETERS = (250.0, 1200.0)  # where optical wavelengths in nm lie; in Angstrom, stars and galaxies emit nothing there


def refuse_unlikely(
    x: NDArray[np.float64], offsets: NDArray[np.int64], object_ids: pa.ChunkedArray, source: str = ""
) -> None:
    """Refuse wavelengths that are given without a unit and are hardly in Angstrom.

    Parameters
    ----------
    x : float64 (S,)
        Wavelengths, ascending within each spectrum.
    offsets : int64 (N + 1,)
        Object i has the samples ``offsets[i]:offsets[i + 1]``.
    object_ids : pyarrow.ChunkedArray of str (N,)
        Names of the objects, for the error.
    source : str
        File or table, for the error.

    Raises
    ------
    InputError
        A spectrum leaves 100 to 1e6 Angstrom, lies within 250 to 1200 Angstrom, or has pixels narrower than a part in 2e6.
    """
    if not len(x):
        return
    lengths = np.diff(offsets)
    rows = np.flatnonzero(lengths > 0)
    first, last = x[offsets[:-1][rows]], x[offsets[1:][rows] - 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        fineness = (first + last) / 2 * (lengths[rows] - 1) / (last - first)
    outside = (first < SHORTEST) | (last > LONGEST)
    in_nm = (first > NANOMETERS[0]) & (last < NANOMETERS[1]) & (first < 900.0) & (lengths[rows] > 1)
    for bad in (outside, in_nm, (fineness > FINEST) & (lengths[rows] > 2)):
        if bad.any():
            k = int(np.argmax(bad))
            raise located(
                f"runs from {first[k]:g} to {last[k]:g} without a unit, which is hardly in Angstrom; {_reason(first[k], last[k])}",
                source=source, object_id=object_ids[int(rows[k])].as_py(), column="wavelength",
            )  # fmt: skip


def _reason(first: float, last: float) -> str:
    if 2.0 <= first and last < 6.0:
        return "the logarithm of a wavelength? Give 10**x; in a table, name the column 'loglam'"
    if 0.05 < first and last < 300.0:
        return "microns? Give a Quantity, x * astropy.units.um; in a table, name the column 'wavelength [um]'"
    if NANOMETERS[0] < first and last < NANOMETERS[1]:
        return (
            "nanometers? Give a Quantity, x * astropy.units.nm, or x * astropy.units.AA if it is right; in a table, "
            "name the column 'wavelength [nm]', or 'wavelength [AA]'"
        )
    if last > LONGEST:
        return "a frequency? Give a Quantity, for instance x * astropy.units.Hz"
    if first < SHORTEST:
        return "numbers of pixels? Give the wavelength of each"
    return "times? Light curves are built with Series.from_points"

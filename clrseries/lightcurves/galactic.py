"""Galactic latitudes of objects with a position."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ..errors import InputError
from ..series import Series
from ..series.positions import position_columns

GALACTIC = "galactic_latitude"


def with_galactic_latitude(series: Series) -> Series:
    """Return light curves or spectra with a column of the galactic latitudes of the objects.

    An encoder reads it only where its settings name it, because a position says where surveys look, too.

    Parameters
    ----------
    series : Series
        N objects whose table has right ascension and declination (ICRS) [deg], such as ``ra`` and ``dec``.

    Returns
    -------
    Series
        With the column ``galactic_latitude`` [deg], from -90 to 90; null where there is no position.

    Raises
    ------
    InputError
        The table has no pair of columns with positions.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Series, lightcurves as lc
    >>> star = Series.from_points([np.arange(3.0)], [np.ones(3)], [np.ones(3)], table={"ra": [266.405], "dec": [-28.936]})
    >>> abs(round(lc.with_galactic_latitude(star).table["galactic_latitude"][0].as_py(), 2))
    0.0
    """
    from astropy import units as u
    from astropy.coordinates import SkyCoord

    names = position_columns(series.table)
    if names is None:
        there = ", ".join(series.table.column_names)
        raise InputError(
            f"{GALACTIC}: needs columns with right ascension and declination [deg], such as ra and dec; there are {there}"
        )
    ra, dec = (series.table[name].cast(pa.float64()).to_numpy() for name in names)
    known = np.isfinite(ra) & (np.abs(dec) <= 90)
    latitude = np.full(len(series), np.nan)
    latitude[known] = SkyCoord(ra[known] * u.deg, dec[known] * u.deg).galactic.b.deg
    return series.with_columns({GALACTIC: pa.array(latitude, from_pandas=True)})

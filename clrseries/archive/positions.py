"""The column ``_healpix_29`` of HATS catalogs, from the positions of the objects."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ..series.positions import position_columns

COLUMN = "_healpix_29"
ORDER = 29


def with_healpix(table: pa.Table) -> pa.Table:
    """Return a table with the column ``_healpix_29``, if it has positions and not yet this column.

    Parameters
    ----------
    table : pyarrow.Table
        Per-object columns; positions are in degrees.

    Returns
    -------
    pyarrow.Table
        The number of the HEALPix pixel of order 29 in the nested scheme, int64; null where there is no position.

    References
    ----------
    Gorski et al. 2005, ApJ 622, 759; the HATS catalogs of LINCC Frameworks.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from clrseries.archive.positions import with_healpix
    >>> with_healpix(pa.table({"ra": [45.0], "dec": [0.0]}))["_healpix_29"].to_pylist()
    [0]
    """
    names = None if COLUMN in table.column_names else position_columns(table)
    if names is None:
        return table
    from astropy import units
    from astropy_healpix import lonlat_to_healpix

    ra, dec = (table[name].cast(pa.float64()).to_numpy(zero_copy_only=False) for name in names)
    good = np.isfinite(ra) & np.isfinite(dec) & (np.abs(dec) <= 90)
    ra, dec = np.where(good, ra, 0.0), np.where(good, dec, 0.0)
    pixel = lonlat_to_healpix(ra * units.deg, dec * units.deg, 2**ORDER, order="nested")
    return table.append_column(COLUMN, pa.array(np.atleast_1d(pixel).astype(np.int64), mask=~good))

"""The column ``_healpix_29`` of HATS catalogs, from the positions of the objects."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

COLUMN = "_healpix_29"
ORDER = 29
PAIRS = (("ra", "dec"), ("raj2000", "dej2000"), ("_raj2000", "_dej2000"), ("target_ra", "target_dec"), ("ra_deg", "dec_deg"),
         ("plug_ra", "plug_dec"), ("mean_fiber_ra", "mean_fiber_dec"), ("coord_ra", "coord_dec"))  # fmt: skip


def position_columns(table: pa.Table) -> tuple[str, str] | None:
    """Return the names of the columns with right ascension and declination.

    Parameters
    ----------
    table : pyarrow.Table
        Per-object columns.

    Returns
    -------
    tuple of str, or None
        The first usual pair of names, whatever their case, that are columns of numbers; None if there is none.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from clrseries.archive.positions import position_columns
    >>> position_columns(pa.table({"RA": [10.0], "DEC": [-5.0]}))
    ('RA', 'DEC')
    """
    numbers = [
        field.name for field in table.schema if pa.types.is_floating(field.type) or pa.types.is_integer(field.type)
    ]
    lower = {name.lower(): name for name in numbers}
    return next(((lower[ra], lower[dec]) for ra, dec in PAIRS if ra in lower and dec in lower), None)


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

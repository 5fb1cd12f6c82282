"""Which columns of a table are the positions of the objects."""

from __future__ import annotations

import pyarrow as pa

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
    >>> from clrseries.series.positions import position_columns
    >>> position_columns(pa.table({"RA": [10.0], "DEC": [-5.0]}))
    ('RA', 'DEC')
    """
    numbers = [
        field.name for field in table.schema if pa.types.is_floating(field.type) or pa.types.is_integer(field.type)
    ]
    lower = {name.lower(): name for name in numbers}
    return next(((lower[ra], lower[dec]) for ra, dec in PAIRS if ra in lower and dec in lower), None)

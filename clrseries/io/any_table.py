"""Reading of a table in memory as spectra or as light curves, whichever it holds."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pyarrow as pa

from ..series import Series
from .light_curve_tables import light_curves_of_table
from .spectra_tables import spectra_of_table


def holds_light_curves(names: Collection[str]) -> bool:
    """Return whether a table holds light curves.

    Parameters
    ----------
    names : collection of str
        Names of its columns.

    Returns
    -------
    bool
        True if there is a column ``time``, or none named ``wavelength``.
    """
    return "time" in names or "wavelength" not in names


def series_of_table(
    table: pa.Table, *, bands: Sequence[str] | None = None, medium: str = "vacuum", source: str = ""
) -> Series:
    """Read spectra or light curves from a table in memory, with the usual names of columns.

    Parameters
    ----------
    table : pyarrow.Table
        As :func:`clrseries.read_spectra` or :func:`clrseries.read_light_curves` takes it. Light curves without a column ``band``
        have one band.
    bands : sequence of str, optional
        All possible bands of light curves, in order.
    medium : {"vacuum", "air"}
        What wavelengths are measured in.
    source : str
        File or table, for errors.

    Returns
    -------
    Series

    Raises
    ------
    InputError
        The table cannot be used.
    """
    if not holds_light_curves(table.column_names):
        return spectra_of_table(table, medium=medium, source=source or "table")
    band = "band" if "band" in table.column_names else None
    return light_curves_of_table(table, band=band, bands=bands, source=source)

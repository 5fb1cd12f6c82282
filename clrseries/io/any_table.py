"""Reading of a table in memory as spectra or as light curves, whichever it holds."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from ..series import Series
from .light_curve_tables import light_curves_of_table
from .sample_columns import holds_light_curves, with_lists
from .spectra_tables import spectra_of_table


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
    table = with_lists(table, source)
    if not holds_light_curves(table.column_names):
        return spectra_of_table(table, medium=medium, source=source or "table")
    band = "band" if "band" in table.column_names else None
    return light_curves_of_table(table, band=band, bands=bands, source=source)

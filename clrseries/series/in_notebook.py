"""What a notebook shows of a series."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ..notebook import Curve, page, panel, table
from .samples import Samples

DRAWN, ROWS, COLUMNS = 3, 5, 8  # objects that are drawn; rows and columns of the table


def html_of(series: Samples) -> str:
    """Return the first objects of a series, drawn and as a table.

    Parameters
    ----------
    series : Series
        Objects on a GPU are not drawn.

    Returns
    -------
    str
        HTML.
    """
    curves = series.band is not None
    label = "time [day]" if curves else "wavelength [\u212b]"
    count = min(len(series), DRAWN) if isinstance(series.flux, np.ndarray) else 0
    drawn = [panel(_curves(series, row), label, points=curves) for row in range(count)]
    names = [name for name in series.table.column_names if not pa.types.is_nested(series.table[name].type)][:COLUMNS]
    rows = zip(*(series.table[name].slice(0, ROWS).to_pylist() for name in names), strict=True)
    return page(repr(series), *drawn, table(names, rows))


def _curves(series: Samples, row: int) -> list[Curve]:
    """Return the good samples of an object, of each band on its own."""
    own = slice(series.offsets[row], series.offsets[row + 1])
    x, flux, name = series.x[own], np.where(series.ivar[own] > 0, series.flux[own], np.nan), series.object_ids[row]
    if series.band is None:
        return [Curve(x, flux, name)]
    band = series.band[own]
    bands = [(k, one) for k, one in enumerate(series.bands) if (band == k).any()]
    return [Curve(x[band == k], flux[band == k], f"{name} {one}" if k == bands[0][0] else one) for k, one in bands]

"""Reader of tables of Pan-STARRS detections."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from ..series import Series
from .light_curve_tables import light_curves_of_table
from .long_tables import ID_NAMES
from .tables import read_table

FILTERS = {"1": "g", "2": "r", "3": "i", "4": "z", "5": "y"}
NOTHING = -999.0


def read_panstarrs(path: str | Path) -> Series:
    """Read a table of detections of Pan-STARRS (``Detection`` or ``ForcedWarpMeasurement``) with one row per point.

    Parameters
    ----------
    path : path
        CSV or Parquet with ``objID, filterID, obsTime, psfFlux`` and ``psfFluxErr``; ``filterID`` 1 to 5 is g, r, i, z, y, and -999 is a
        missing value.

    Returns
    -------
    Series
        Flux in Jy, time in MJD; points with -999 are left out and counted in ``dropped``.

    Raises
    ------
    InputError
        The file is missing or has no such columns.

    References
    ----------
    Flewelling et al. 2020, ApJS 251, 7.
    """
    table = read_table(path, text=(*ID_NAMES, "filterID"))
    named = {name.lower(): name for name in table.column_names}
    columns = {"time": "obstime", "flux": "psfflux", "flux_err": "psffluxerr", "band": "filterid", "object_id": "objid"}
    renames = {named[old]: new for new, old in columns.items() if old in named}
    table = table.rename_columns([renames.get(name, name) for name in table.column_names])
    for name in ("flux", "flux_err", "time"):
        if name in table.column_names:
            values = np.array(table[name].cast(pa.float64()).to_numpy(), np.float64)
            values[values <= NOTHING] = np.nan
            unit = {"unit": "Jy"} if name != "time" else None
            at = table.column_names.index(name)
            table = table.set_column(at, pa.field(name, pa.float64(), metadata=unit), pa.array(values))
    return light_curves_of_table(table, rename=FILTERS, source=str(path))

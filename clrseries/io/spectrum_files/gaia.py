"""Reader of the sampled mean spectra (XP) of Gaia."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...border import plain
from ...errors import InputError, located
from ...series import Series
from ...series.photometry import ivar_of
from .built import spectra_from

WAVE = np.arange(336.0, 1021.0, 2.0) * 10.0  # [Angstrom]: 343 samples
UNIT = "W / (nm m2)"


def read_gaia_xp(path: str | Path, medium: str | None = None) -> Series:
    """Read a table ``XP_SAMPLED`` of Gaia, as FITS, VOTable, ECSV or CSV.

    Parameters
    ----------
    path : path
        Table with ``source_id``, and ``flux`` and ``flux_error`` of 343 samples from 336 to 1020 nm in each row.
    medium : {"vacuum", "air"}, optional
        What the wavelengths are measured in; default vacuum.

    Returns
    -------
    Series
        ``object_id`` is ``source_id``; columns ra and dec if they are there.

    Raises
    ------
    InputError
        The file is no such table.

    References
    ----------
    De Angeli et al. 2023, A&A 674, A2; Gaia DR3 data model, table xp_sampled_mean_spectrum.
    """
    import warnings

    from astropy.table import Table

    suffix = str(path).lower().removesuffix(".gz")
    kind = {"fits": "fits", "vot": "votable", "xml": "votable", "ecsv": "ascii.ecsv", "csv": "ascii.csv"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = Table.read(path, format=kind.get(suffix.rpartition(".")[2], "votable"))
    except Exception as error:  # astropy raises errors of many types for damaged files
        raise InputError(
            f"{path}: cannot be read as a table ({(str(error).splitlines() or [repr(error)])[0]})"
        ) from error
    for name in ("source_id", "flux", "flux_error"):
        if name not in table.colnames:
            raise located(f"is missing; there are {', '.join(table.colnames)}", source=str(path), column=name)
    flux, sigma = (_arrays(table[name], name, str(path)) for name in ("flux", "flux_error"))
    columns: dict[str, Any] = {"object_id": [str(one) for one in plain(table["source_id"]).values]}
    columns |= {name: plain(table[name]).values for name in ("ra", "dec") if name in table.colnames}
    return spectra_from(WAVE, flux, ivar_of(sigma), columns, unit=UNIT, medium=medium or "vacuum", source=str(path))


def _arrays(column: Any, name: str, source: str) -> NDArray[np.float64]:
    """Return the arrays of a column, which CSV holds as text."""
    values = plain(column).values
    rows = [re.findall(r"[-+0-9.eE]+|nan", one) if isinstance(one, str) else np.ravel(one) for one in values]
    if any(len(row) != len(WAVE) for row in rows):
        raise located(f"must hold {len(WAVE)} samples in each row", source=source, column=name)
    return np.array(rows, np.float64)

"""Reader of low-resolution spectra of LAMOST."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...errors import located
from ...series import Series
from ..fits_files import names_of_table, opened_fits, table_columns
from ..transients import name_of_file
from .built import spectra_from

ROWS = ("flux", "ivar", "wavelength", "andmask")  # of the image, up to data release 7


def read_lamost(path: str | Path, medium: str | None = None) -> Series:
    """Read a low-resolution spectrum of LAMOST: an image of five rows (up to DR7), or a table (from DR8).

    Wavelengths are in vacuum; pixels with a bit in the and-mask get ivar 0.

    Parameters
    ----------
    path : path
        File ``spec-*.fits`` or ``spec-*.fits.gz``.
    medium : {"vacuum", "air"}, optional
        What the wavelengths are measured in; default vacuum.

    Returns
    -------
    Series
        One spectrum; ``object_id`` is OBSID, and the columns z, class, subclass, ra and dec are from the header. The flux has no
        known unit.

    Raises
    ------
    InputError
        The file cannot be read.

    References
    ----------
    Luo et al. 2015, RAA 15, 1095; http://www.lamost.org/dr8/v2.0/doc/lr-data-production-description
    """
    with opened_fits(path) as units:
        header = units[0].header
        table = next((unit for unit in units if {"flux", "ivar", "wavelength"} <= set(names_of_table(unit))), None)
        if table is not None:
            columns = table_columns(table)
            arrays = {name: columns[name].values.reshape(-1) for name in ROWS if name in columns}
        elif units[0].data is not None and np.ndim(units[0].data) == 2 and len(units[0].data) >= 3:
            arrays = {name: np.asarray(row, np.float64) for name, row in zip(ROWS, units[0].data, strict=False)}
        else:
            raise located("is no spectrum of LAMOST: it has no image of five rows and no table", source=str(path))
        about = {key.lower(): [header[key]] for key in ("Z", "CLASS", "SUBCLASS", "RA", "DEC") if key in header}
        about["object_id"] = [str(header.get("OBSID", "")).strip() or name_of_file(path)]
    ivar = np.array(arrays["ivar"], np.float64)
    if "andmask" in arrays:
        ivar[arrays["andmask"] != 0] = 0
    if about.get("z", [0])[0] == -9999.0:  # not measured
        about["z"] = [None]
    return spectra_from(
        arrays["wavelength"].astype(np.float64),
        arrays["flux"],
        ivar,
        about,
        medium=medium or "vacuum",
        source=str(path),
    )

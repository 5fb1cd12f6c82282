"""Reader of spectra of SDSS, BOSS, eBOSS and SDSS-V: ``spec-*.fits``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...border import Plain
from ...series import Series
from ..fits_files import as_text, names_of_table, opened_fits, table_columns
from ..transients import name_of_file
from .built import spectra_from

UNIT = "1e-17 erg / (Angstrom s cm2)"
COLUMNS = {"z": ("z",), "class": ("class",), "subclass": ("subclass",), "zwarning": ("zwarning",),
           "ra": ("plug_ra", "racat", "ra"), "dec": ("plug_dec", "deccat", "dec")}  # fmt: skip
PIXELS = ("loglam", "flux", "ivar", "and_mask", "mask")
ABOUT = {key for keys in COLUMNS.values() for key in keys} | {
    "plate",
    "plateid",
    "field",
    "mjd",
    "fiberid",
    "catalogid",
}


def read_sdss(path: str | Path, medium: str | None = None) -> Series:
    """Read the coadded spectrum of a file ``spec-PLATE-MJD-FIBER.fits``, or ``spec-FIELD-MJD-CATALOGID.fits`` of SDSS-V.

    Wavelengths are in vacuum and heliocentric, in bins of the logarithm; pixels with a bit in ``and_mask`` get ivar 0.

    Parameters
    ----------
    path : path
        The file.
    medium : {"vacuum", "air"}, optional
        What the wavelengths are measured in; default vacuum.

    Returns
    -------
    Series
        One spectrum; ``object_id`` is PLATE-MJD-FIBER, and the columns z, class, subclass, zwarning, ra and dec come from the table of
        the pipeline.

    Raises
    ------
    InputError
        The file cannot be read.

    References
    ----------
    https://data.sdss.org/datamodel/files/BOSS_SPECTRO_REDUX/RUN2D/spectra/lite/PLATE4/spec.html
    """
    with opened_fits(path) as units:
        coadd = table_columns(next(unit for unit in units[1:] if "loglam" in names_of_table(unit)), PIXELS)
        found = next((unit for unit in units[1:] if unit.name in ("SPECOBJ", "SPALL")), None)
        if found is None and len(units) > 2 and "z" in names_of_table(units[2]):
            found = units[2]
        about = table_columns(found, ABOUT) if found is not None else {}
        header = dict(units[0].header)
    ivar = np.array(coadd["ivar"].values, np.float64)
    for name in ("and_mask", "mask"):
        if name in coadd:
            ivar[coadd[name].values != 0] = 0
            break
    wave = 10.0 ** coadd["loglam"].values.astype(np.float64)
    columns = {name: [_value(about, keys)] for name, keys in COLUMNS.items()}
    columns = {name: value for name, value in columns.items() if value[0] is not None}
    columns["object_id"] = [_name(about, header) or name_of_file(path)]
    return spectra_from(
        wave, coadd["flux"].values, ivar, columns, unit=UNIT, medium=medium or "vacuum", source=str(path)
    )


def _value(about: dict[str, Plain], keys: tuple[str, ...]) -> Any:
    for key in keys:
        if key in about and len(about[key].values):
            value = about[key].values[0]
            return as_text(about[key])[0] if about[key].values.dtype.kind in "SUO" else value.item()
    return None


def _name(about: dict[str, Plain], header: dict[str, Any]) -> str:
    """Return PLATE-MJD-FIBER, or FIELD-MJD-CATALOGID of SDSS-V; empty if they are not there."""
    for keys in (("plate", "mjd", "fiberid"), ("field", "mjd", "catalogid"), ("plateid", "mjd", "fiberid")):
        parts = [_value(about, (key,)) if key in about else header.get(key.upper()) for key in keys]
        if all(part is not None for part in parts):
            return "-".join(str(part).strip() for part in parts)
    return ""

"""Reader of all other formats of spectra that specutils knows, for instance 6dFGS, GAMA, WiggleZ, HST and JWST."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from ...errors import InputError, require
from ...series import Series
from ..fits_files import opened_fits
from ..transients import name_of_file
from .built import medium_of


def read_with_specutils(path: str | Path, medium: str | None = None) -> Series:
    """Read spectra with the reader of specutils that recognizes the file.

    Parameters
    ----------
    path : path
        FITS file.
    medium : {"vacuum", "air"}, optional
        What the wavelengths are measured in; default what the header says, and vacuum if it says nothing.

    Returns
    -------
    Series
        ``object_id`` is the name in the header, or else that of the folder and of the file.

    Raises
    ------
    InputError
        No reader of specutils recognizes the file.
    """
    with opened_fits(path) as units:  # refuses damaged files before specutils sees them
        header = dict(units[0].header)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        specutils = require("specutils", extra="readers", purpose="reading this format of spectra")
        try:
            found: Any = specutils.SpectrumList.read(str(path))
        except Exception as error:  # specutils raises errors of many types
            reason = (str(error).splitlines() or [repr(error)])[0]
            raise InputError(f"{path}: no reader of specutils recognizes it as spectra ({reason})") from error
    series = Series.from_spectra(found, medium=medium or medium_of(header) or "vacuum")
    name = str(header.get("OBJECT", "")).strip() or name_of_file(path)
    names = [name if one.isdigit() and len(one) < 6 else one for one in series.object_ids]
    return series.with_columns({"object_id": names})

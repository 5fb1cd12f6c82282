"""Reader of light curve files of Kepler, K2 and TESS."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError, require
from ..series import Series
from .fits_files import opened_fits

BIT_MASKS = ("none", "default", "hard", "hardest")


def read_kepler(
    paths: str | Path | Sequence[str | Path], *, flux: str = "pdcsap_flux", quality: str | int = "default"
) -> Series:
    """Read light curve files of Kepler, K2 or TESS with lightkurve, one object per file.

    Parameters
    ----------
    paths : path or sequence of paths
        FITS files as MAST distributes them (SPOC, QLP, K2SFF and others), as ``LightCurve.to_fits`` writes them, or with a table of
        time and flux whose header tells the epoch (JDREFI).
    flux : str
        Name of the flux column, for instance ``"pdcsap_flux"``, ``"sap_flux"`` or ``"flux"``; its error is in the column of the
        same name with ``_err``.
    quality : str or int
        Name of a bit mask of lightkurve (``"none"``, ``"default"``, ``"hard"``, ``"hardest"``), or the bits that make a cadence
        unusable; lightkurve knows what they mean in each product.

    Returns
    -------
    Series
        Time is BJD - 2400000.5 (TDB), converted from BKJD (BJD - 2454833) or BTJD (BJD - 2457000); the column ``time_system``
        says so. Flagged cadences and those without flux are left out and counted in ``dropped``.

    Raises
    ------
    InputError
        A file is missing or is not a light curve, or has no such flux column.

    Examples
    --------
    >>> from clrseries import read_kepler
    >>> star = read_kepler("kplr006922244-2009131105131_llc.fits", quality="hard")  # doctest: +SKIP
    >>> star.table["time_system"].to_pylist()  # doctest: +SKIP
    ['BJD - 2400000.5 (TDB)']
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lightkurve warns about optional modules, which are not used here
        lightkurve = require("lightkurve", extra="readers", purpose="read_kepler")

    if isinstance(quality, str) and quality not in BIT_MASKS:
        raise InputError(f"quality is a bit mask or one of {', '.join(BIT_MASKS)}; got {quality!r}")
    curves, flagged = [], 0
    for path in [paths] if isinstance(paths, str | Path) else paths:
        curve = _read(lightkurve, path, quality)
        flagged += len(_read(lightkurve, path, "none")) - len(curve)
        curves.append(curve)
    series = Series.from_lightcurves(curves, flux=flux, quality="none")
    return series.with_dropped({"point: flagged in the quality bit mask": flagged})


def _read(lightkurve: Any, path: str | Path, quality: str | int) -> Any:
    """Read a file with lightkurve, which knows the bits of each product; a generic table has none."""
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    with opened_fits(path) as units:  # refuses damaged files before lightkurve sees them
        generic = not any(str(units[0].header.get(key, "")).strip() for key in ("TELESCOP", "MISSION", "ORIGIN"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # lightkurve warns about cadences that its quality mask removes
            return lightkurve.read(str(path)) if generic else lightkurve.read(str(path), quality_bitmask=quality)
    except Exception as error:
        reason = (str(error).splitlines() or [repr(error)])[0]
        raise InputError(f"{path}: lightkurve cannot read it as a light curve ({reason})") from error

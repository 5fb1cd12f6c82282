"""Reader of light curve files of Kepler, K2 and TESS."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

from ..errors import InputError, require
from ..series import Series


def read_kepler(
    paths: str | Path | Sequence[str | Path], *, flux: str = "pdcsap_flux", quality: str | int = "default"
) -> Series:
    """Read light curve files of Kepler, K2 or TESS with lightkurve, one object per file.

    Parameters
    ----------
    paths : path or sequence of paths
        FITS files as MAST distributes them, or as ``LightCurve.to_fits`` writes them.
    flux : str
        Name of the flux column, for instance ``"pdcsap_flux"``, ``"sap_flux"`` or ``"flux"``; its error is in the column of the
        same name with ``_err``.
    quality : str or int
        Name of a bit mask of lightkurve (``"none"``, ``"default"``, ``"hard"``, ``"hardest"``), or the bits that make a cadence
        unusable.

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

    curves = []
    for path in [paths] if isinstance(paths, str | Path) else paths:
        if not Path(path).is_file():
            raise InputError(f"{path}: no such file")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # lightkurve warns about cadences that its quality mask removes
                curves.append(lightkurve.read(str(path), quality_bitmask="none"))
        except Exception as error:
            raise InputError(f"{path}: lightkurve cannot read it as a light curve ({error})") from error
    return Series.from_lightcurves(curves, flux=flux, quality=quality)

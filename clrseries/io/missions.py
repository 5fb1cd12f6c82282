"""Light curve files of Kepler, K2 and TESS."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

from ..errors import InputError
from ..series import Series


def read_kepler(
    paths: str | Path | Sequence[str | Path], *, flux: str = "pdcsap_flux", quality: str | int = "default"
) -> Series:
    """Read light curve files of Kepler, K2 or TESS with lightkurve, one object per file.

    Parameters
    ----------
    paths : path or sequence of paths
        FITS files as MAST gives them, or as ``LightCurve.to_fits`` writes them.
    flux : str
        ``"pdcsap_flux"``, ``"sap_flux"`` or ``"flux"``; its error is the column of the same name with ``_err``.
    quality : str or int
        Bit mask of what makes a cadence unusable: ``"none"``, ``"default"``, ``"hard"``, ``"hardest"`` or the bits.

    Returns
    -------
    Series
        Time is BJD - 2400000.5 (TDB), made from BKJD (+ 2454833) or BTJD (+ 2457000); the column ``time_system``
        says so. Flagged cadences and those without flux are left out and counted.

    Raises
    ------
    InputError
        A file is missing or is not a light curve, or has no such flux.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lightkurve's about modules that we do not use
        import lightkurve

    curves = []
    for path in [paths] if isinstance(paths, str | Path) else paths:
        if not Path(path).is_file():
            raise InputError(f"{path}: no such file")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about cadences that the quality mask removes
                curves.append(lightkurve.read(str(path), quality_bitmask="none"))
        except Exception as error:
            raise InputError(f"{path}: lightkurve cannot read it as a light curve ({error})") from error
    return Series.from_lightcurves(curves, flux=flux, quality=quality)

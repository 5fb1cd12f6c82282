"""Labelled variable stars for the demonstration: EROS-1 where it is at hand, else simulated ones."""

from __future__ import annotations

import os
from pathlib import Path

from ..io.curves import read_curves
from ..series import Series
from .simulated import simulated_curves

FOLDER = "CLRSERIES_TEST_DATA"  # environment variable
DEFAULT = "../shared/data"
EROS = "eros_variables/lightcurves.parquet"
STRIPE82 = "s82_rrlyrae/lightcurves.parquet"


def data_folder() -> Path:
    """Where real data sets are looked for: ``$CLRSERIES_TEST_DATA``, else ``../shared/data``."""
    return Path(os.environ.get(FOLDER, DEFAULT))


def eros_variables(path: str | Path | None = None) -> Series:
    """EROS-1: 2,552 variable stars of the Large Magellanic Cloud in B and R.

    The file's columns ``flux`` and ``flux_err`` hold magnitudes and their errors; here they are fluxes of zero point 25. Its
    ``period`` is not the stars' own (RR Lyrae stand there with 2 days), and nothing here uses it.

    Parameters
    ----------
    path : path, optional
        The Parquet file; default :data:`EROS` in :func:`data_folder`.

    Returns
    -------
    Series
        Columns ``object_id`` and ``class`` (RRLyrae, Cepheid, EclipsingBinary, Mira) among others.
    """
    return read_curves(path or data_folder() / EROS, magnitudes=True)


def stripe82_rr_lyrae(path: str | Path | None = None) -> Series:
    """SDSS Stripe 82: 336 RR Lyrae stars in u, g, r, i, z (Sesar et al. 2010); ``class`` is RRab or RRc."""
    return read_curves(path or data_folder() / STRIPE82, flux="mag", error="mag_err", magnitudes=True)


def labelled_variables() -> tuple[Series, str]:
    """EROS-1 if its file is in :func:`data_folder`, else 1,000 simulated stars; and which of them, in words."""
    if (data_folder() / EROS).is_file():
        series = eros_variables()
        return series, f"EROS-1, {len(series)} real variable stars"
    return simulated_curves(1000), "1000 SIMULATED variable stars (EROS-1 is not at hand)"

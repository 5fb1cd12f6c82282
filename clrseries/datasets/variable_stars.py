"""Labeled variable stars of three surveys."""

from __future__ import annotations

from pathlib import Path

from ..io import read_light_curves
from ..series import Series
from .folder import data_file

EROS = "eros_variables/lightcurves.parquet"
STRIPE82 = "s82_rrlyrae/lightcurves.parquet"
ASAS = "asas_variables/lightcurves.parquet"


def eros_variables(path: str | Path | None = None) -> Series:
    """Read the light curves of 2,552 variable stars of EROS-1 in the Large Magellanic Cloud, in B and R.

    The columns ``flux`` and ``flux_err`` of the file hold magnitudes and their errors; they are converted to fluxes of zero
    point 25. The column ``period`` does not hold the periods of the stars (RR Lyrae stars have 2 days there) and should not be
    used.

    Parameters
    ----------
    path : path, optional
        The Parquet file; default ``eros_variables/lightcurves.parquet`` in the folder ``$CLRSERIES_DATA``.

    Returns
    -------
    Series
        Columns ``object_id`` and ``class`` (RRLyrae, Cepheid, EclipsingBinary, Mira) among others.

    Raises
    ------
    InputError
        There is no such file.

    References
    ----------
    Renault et al. 1997, A&A 324, L69 (the survey).

    Examples
    --------
    >>> from clrseries import datasets
    >>> datasets.eros_variables("lightcurves.parquet").bands  # doctest: +SKIP
    ('B', 'R')
    """
    return read_light_curves(data_file(EROS, path), magnitudes=True)


def stripe82_rr_lyrae(path: str | Path | None = None) -> Series:
    """Read the light curves of 336 RR Lyrae stars of SDSS Stripe 82, in u, g, r, i and z.

    Parameters
    ----------
    path : path, optional
        The Parquet file; default ``s82_rrlyrae/lightcurves.parquet`` in the folder ``$CLRSERIES_DATA``.

    Returns
    -------
    Series
        Columns ``object_id`` and ``class`` (RRab or RRc) among others.

    Raises
    ------
    InputError
        There is no such file.

    References
    ----------
    Sesar et al. 2010, ApJ 708, 717.

    Examples
    --------
    >>> from clrseries import datasets
    >>> len(datasets.stripe82_rr_lyrae("lightcurves.parquet"))  # doctest: +SKIP
    336
    """
    return read_light_curves(data_file(STRIPE82, path), flux="mag", error="mag_err", magnitudes=True)


def asas(path: str | Path | None = None) -> Series:
    """Read the light curves of 577 variable stars of ASAS in V, of 28 classes.

    Parameters
    ----------
    path : path, optional
        The Parquet file; default ``asas_variables/lightcurves.parquet`` in the folder ``$CLRSERIES_DATA``.

    Returns
    -------
    Series
        Columns ``object_id`` and ``class`` (Mira, Classical_Cepheid, RR_Lyrae_FM, W_Ursae_Maj, ...; 20 classes have nine stars or more)
        among others.

    Raises
    ------
    InputError
        There is no such file.

    References
    ----------
    Pojmanski 2002, AcA 52, 397 (the survey); Richards et al. 2012, ApJS 203, 32 (the classes).

    Examples
    --------
    >>> from clrseries import datasets
    >>> len(datasets.asas("lightcurves.parquet"))  # doctest: +SKIP
    577
    """
    return read_light_curves(data_file(ASAS, path), flux="mag", error="mag_err", magnitudes=True)

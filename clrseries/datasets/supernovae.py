"""Spectra of supernovae from the Open Supernova Catalog."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..io import read_spectra
from ..series import Series
from .folder import data_file

SPECTRA = "osc_spectra/spectra.parquet"
TEMPLATES = "sn_templates/spectra.parquet"
CLASSES = ("Ia", "Ia-pec", "II", "IIb", "IIn", "Ib", "Ic", "Ic-BL", "SLSN-I")


def supernova_spectra(path: str | Path | None = None) -> Series:
    """Read optical spectra of supernovae of nine classes, in the observed frame.

    Four fifths of the spectra were published without errors; these are estimated from the flux (:mod:`clrseries.series.der_snr`).

    Parameters
    ----------
    path : path, optional
        The Parquet file; default ``osc_spectra/spectra.parquet`` in the folder ``$CLRSERIES_DATA``.

    Returns
    -------
    Series
        Columns ``object_id``, ``class`` (one of ``CLASSES``) and ``z`` among others.

    Raises
    ------
    InputError
        There is no such file.

    References
    ----------
    Guillochon et al. 2017, ApJ 835, 64 (the catalog).

    Examples
    --------
    >>> from clrseries import datasets
    >>> spectra = datasets.supernova_spectra("supernovae.parquet")  # doctest: +SKIP
    """
    series = read_spectra(data_file(SPECTRA, path))
    return series.take(np.flatnonzero(np.isin(series.table["class"].to_pylist(), CLASSES)))


def supernova_templates(path: str | Path | None = None) -> Series:
    """Read 5,147 spectra of 446 supernovae in the form of SNID templates: in the rest frame, and divided by the continuum.

    Of the supernovae in the published test set, 61 are also in the training set under another name; the column ``twin_of_test``
    marks these rows. Report results with and without them.

    Parameters
    ----------
    path : path, optional
        The Parquet file; default ``sn_templates/spectra.parquet`` in the folder ``$CLRSERIES_DATA``.

    Returns
    -------
    Series
        Flux is flux / continuum - 1; ivar is 1, and 0 before the first and after the last value that is not 0. Columns
        ``object_id``, ``name``, ``type``, ``phase_days``, ``split`` (``train``, ``test``, or ``other`` for types that the published
        classifier leaves out) and ``twin_of_test``.

    Raises
    ------
    InputError
        There is no such file.

    References
    ----------
    Fortino et al. 2025, ABC-SN (the split); Blondin & Tonry 2007, ApJ 666, 1024 (SNID); Liu & Modjaz 2014, arXiv:1405.1437.

    Examples
    --------
    >>> from clrseries import datasets
    >>> len(datasets.supernova_templates("spectra.parquet"))  # doctest: +SKIP
    5147
    """
    series = read_spectra(data_file(TEMPLATES, path))
    known = np.concatenate([[0], np.cumsum(series.flux != 0)])
    before = known[1:] - np.repeat(known[series.offsets[:-1]], np.diff(series.offsets))  # up to and with this pixel
    after = np.repeat(known[series.offsets[1:]], np.diff(series.offsets)) - known[:-1]  # from this pixel on
    inside = (before > 0) & (after > 0)
    return replace(series, ivar=np.where(inside, series.ivar, np.float32(0)))


def held_out_objects(series: Series, seed: int, fraction: float = 0.3) -> NDArray[np.bool_]:
    """Draw the objects of a test set, and return which spectra belong to them.

    Parameters
    ----------
    series : Series
        N spectra with the columns ``object_id`` and ``class``.
    seed : int
        Seed of the draw.
    fraction : float
        Fraction of the objects of each class that is held out, between 0 and 1; at least one object.

    Returns
    -------
    bool (N,)
        True for the spectra of the test set.
    """
    kinds, names = np.array(series.table["class"].to_pylist()), np.array(series.object_ids)
    rng = np.random.default_rng(seed)
    out: list[str] = []
    for kind in CLASSES:
        own = rng.permutation(np.unique(names[kinds == kind]))
        out += list(own[: max(1, round(fraction * len(own)))])
    return np.isin(names, out)

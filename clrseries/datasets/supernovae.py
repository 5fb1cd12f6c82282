"""Spectra of supernovae from the Open Supernova Catalog, where a copy is at hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..io.parquet import read_parquet
from ..series import Series
from .variables import data_folder

SPECTRA = "osc_spectra/spectra.parquet"
CLASSES = ("Ia", "Ia-pec", "II", "IIb", "IIn", "Ib", "Ic", "Ic-BL", "SLSN-I")


def supernova_spectra() -> Series:
    """Spectra of the nine classes of ``CLASSES`` in the observed frame (columns ``class``, ``z``, ``object_id``).

    Four fifths were published without errors; those are estimated (:mod:`clrseries.noise`).

    Raises
    ------
    InputError
        The file is not in ``$CLRSERIES_TEST_DATA`` or ``../shared/data``.
    """
    series = read_parquet(data_folder() / SPECTRA)
    return series.take(np.flatnonzero(np.isin(series.table["class"].to_pylist(), CLASSES)))


def held_out_objects(series: Series, seed: int, fraction: float = 0.3) -> NDArray[np.bool_]:
    """Which rows, bool (N,), belong to the `fraction` of each class's objects (at least one) that `seed` holds out."""
    kinds, names = np.array(series.table["class"].to_pylist()), np.array(series.object_ids)
    rng = np.random.default_rng(seed)
    out: list[str] = []
    for kind in CLASSES:
        own = rng.permutation(np.unique(names[kinds == kind]))
        out += list(own[: max(1, round(fraction * len(own)))])
    return np.isin(names, out)

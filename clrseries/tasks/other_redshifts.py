"""Transients at other redshifts than they have: more to learn from than the labeled ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..datasets.simulated_objects import WAVELENGTH
from ..lightcurves import redshifted
from ..series import Series
from .contest import Rows

NEAREST = 0.004  # redshift of objects that are brought nearer
FARTHEST, STRETCH = 1.2, 3.0  # redshift of objects that are brought farther away, and the largest factor on it
DETECTED, FEWEST_DETECTED = 5.0, 2  # signal-to-noise ratio of a detection, and how many a distant object needs
ALIKE = 40  # objects on either side in redshift, one of which lends the error of its photometric redshift


def nearer(transients: Series, seed: int) -> tuple[Series, Rows]:
    """Return transients at smaller redshifts, drawn uniformly in their logarithm, with the light that the bands would see there.

    Parameters
    ----------
    transients : Series
        N light curves with the column ``z``. Those below 0.004, and those in the Milky Way, are left out.
    seed : int
        Seed of the redshifts.

    Returns
    -------
    Series
        The others, with the new ``z``.
    int64
        The rows that they had.

    References
    ----------
    Boone 2019, AJ 158, 257 (Avocado).
    """
    rows, z = _with_redshift(transients)
    to = NEAREST * (z / NEAREST) ** np.random.default_rng(seed).random(len(z))
    return _moved(transients.take(rows), to), rows


def farther(transients: Series, seed: int) -> tuple[Series, Rows]:
    """Return transients at larger redshifts, drawn uniformly in their logarithm, if they are still detected with the errors that they have.

    Parameters
    ----------
    transients : Series
        N light curves with the column ``z``. Those below 0.004, and those in the Milky Way, are left out.
    seed : int
        Seed of redshifts and noise.

    Returns
    -------
    Series
        Those with at least two points above a signal-to-noise ratio of 5, with the new ``z``.
    int64
        The rows that they had.

    References
    ----------
    Boone 2019, AJ 158, 257 (Avocado).
    """
    rows, z = _with_redshift(transients)
    rng, own = np.random.default_rng(seed), transients.take(rows)
    to = z * (np.maximum(np.minimum(STRETCH * z, FARTHEST), 1.1 * z) / z) ** rng.random(len(z))
    faint = _with_errors_of(_moved(own, to), own, rng)
    detected = np.add.reduceat(faint.flux * np.sqrt(faint.ivar) > DETECTED, faint.offsets[:-1].astype(np.intp))
    seen = np.flatnonzero(detected >= FEWEST_DETECTED)
    return faint.take(seen), rows[seen]


def with_photometric_redshifts(moved: Series, like: Series, columns: Sequence[str], seed: int) -> Series:
    """Return moved transients with the photometric redshifts that a survey would give them there.

    Parameters
    ----------
    moved : Series
        N objects with their redshifts in the column ``z``.
    like : Series
        Objects with ``z`` and both columns; one at a similar redshift lends the error that its photometric redshift has.
    columns : sequence of str
        Names of the photometric redshift and of its stated error.
    seed : int
        Seed of the draw.

    Returns
    -------
    Series
        With both columns replaced.
    """
    known, z_known = _with_redshift(like)
    value, error = (_numbers(like, name)[known] for name in columns)
    order, z = np.argsort(z_known), _numbers(moved, "z")
    places = np.searchsorted(z_known[order], z) + np.random.default_rng(seed).integers(-ALIKE, ALIKE + 1, len(z))
    lender = order[np.clip(places, 0, len(order) - 1)]
    relative = (value[lender] - z_known[lender]) / (1.0 + z_known[lender])
    found = np.maximum(z + relative * (1.0 + z), 1e-3)  # 0 is that of an object of the Milky Way
    return moved.with_columns(dict(zip(columns, (found, error[lender]), strict=True)))


def _with_redshift(transients: Series) -> tuple[Rows, NDArray[np.float64]]:
    """Return the rows with a redshift that K-corrections can start from, and the redshifts."""
    z = _numbers(transients, "z")
    rows = np.flatnonzero(z > NEAREST)
    return rows, z[rows]


def _numbers(series: Series, name: str) -> NDArray[Any]:
    return series.table[name].to_numpy()


def _moved(own: Series, to: NDArray[np.float64]) -> Series:
    there = redshifted(own.with_columns({"to": to}), "to", {band: WAVELENGTH[band] for band in own.bands})
    return replace(there, table=there.table.drop_columns(["to"]))


def _with_errors_of(series: Series, like: Series, rng: np.random.Generator) -> Series:
    """Return light curves with noise up to the errors of other ones, point by point."""
    good = (series.ivar > 0) & (like.ivar > 0)
    own, wanted = (1.0 / np.where(good, each.ivar, np.float32(1.0)) for each in (series, like))
    added = np.maximum(wanted - own, 0.0)
    flux = series.flux + np.where(good, np.sqrt(added) * rng.normal(size=len(own)), 0.0)
    return replace(
        series, flux=flux.astype(np.float32), ivar=np.where(good, 1.0 / (own + added), 0.0).astype(np.float32)
    )

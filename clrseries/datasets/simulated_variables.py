"""Simulated variable stars of nineteen kinds, as the survey of some observed light curves would have recorded them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..series.series import Series
from .simulated_objects import FLOOR, WAVELENGTH, Array, Points, Rng, checked_kinds, simulated_objects
from .variability import ECLIPSING, KINDS

REDDER = 1.2  # how amplitudes fall with wavelength, except those of eclipses
DETECTED = 12.0  # S/N of the variation of a star that a survey takes for variable
DRAWS = 30  # of a star until it is detected
FEWEST = 15  # points
FAINTEST = 0.5  # percentile of the fluxes of a band below which points are lost
TAIL = 4  # degrees of freedom of the errors
POINTS_KEPT = (0.5, 1.0)
ERRORS_TRUE = (0.7, 1.4)  # true errors over those that are stated
SPOILED = 0.02  # largest fraction of points that clouds or neighbors make fainter
SPOILED_BY = 6.0  # of their errors


def simulated_variables(
    like: Series, objects: int = 1000, *, kinds: str | Sequence[str] = tuple(KINDS), seed: int = 0
) -> Series:
    """Simulate variable stars at the epochs, and with the errors and losses, of observed light curves.

    A star takes the epochs, bands, levels and relative errors of one of the observed light curves at random, and varies as its kind
    does. Points are left out, errors are larger or smaller than stated and have long tails, a few points are spoiled, and those
    fainter than nearly all points of their band are lost. Stars whose variation would hardly be noticed are drawn again. The level and the
    color of a star tell nothing about its kind.

    Parameters
    ----------
    like : Series
        Light curves, of whatever kind, in a flux that is proportional to light.
    objects : int
        Number of simulated stars, at least 1.
    kinds : str or sequence of str
        Names as in the General Catalogue of Variable Stars, where it has the kind; the stars take them in turn. Pulsating stars: ``RRab``, ``RRc``, ``DCEP``,
        ``CW``, ``RV``, ``DSCT``, ``BCEP``; eclipsing: ``EA`` (detached or Algol), ``EB`` (nearly in contact), ``EW`` (in contact); rotating: ``ACV``
        (chemically peculiar), ``RS``, ``WTTS`` (T Tauri stars with weak lines); red giants: ``M``, ``SR``, ``LSP`` (with a long secondary
        period), ``SRC`` (supergiants), ``OSARG`` (of small amplitude); ``RCB``. Default all.
    seed : int
        Seed of the random numbers; not negative. A star depends only on the seed, its number and `like`.

    Returns
    -------
    Series
        Columns ``object_id`` ("simulated 000001"), ``class``, ``period`` [day] (null for ``RCB``) and ``simulated`` (true).

    Raises
    ------
    InputError
        The series holds spectra or no light curve with enough points, there is no such kind, or `objects` is below 1.

    References
    ----------
    Eggleton 1983, ApJ 268, 368 (Roche lobes); Simon & Lee 1981, ApJ 248, 291 (Fourier terms of Cepheids); Kelly et al. 2014, ApJ 788, 33
    (irregular variation); Freedman 1988, ApJ 326, 691 (amplitudes in several bands).

    Examples
    --------
    >>> from clrseries import datasets
    >>> observed = datasets.simulated_light_curves(20)  # or datasets.asas(), or your own
    >>> stars = datasets.simulated_variables(observed, 3, kinds=["RRab", "EW"])
    >>> stars.table["class"].to_pylist(), stars.bands
    (['RRab', 'EW', 'RRab'], ('B', 'R'))
    """
    kinds = checked_kinds("simulated_variables", like, objects, kinds, KINDS, seed)
    usable = (like.ivar > 0) & (like.flux > 0)
    counts = np.add.reduceat(usable, like.offsets[:-1].astype(np.int64))
    rows = np.flatnonzero(counts >= 2 * FEWEST)
    if not len(rows):
        raise InputError(
            f"simulated_variables: no light curve of `like` has {2 * FEWEST} points with a positive flux and an error"
        )
    faintest = np.array([_faintest(like.flux[usable & (like.band == b)]) for b in range(len(like.bands))])
    factor = np.array([(5500.0 / WAVELENGTH.get(name, 5500.0)) ** REDDER for name in like.bands])

    def draw(rng: Rng, kind: str) -> tuple[dict[str, object], Points]:
        period, points = _star(rng, kind, like, rows, usable, factor, faintest)
        return {"period": period if np.isfinite(period) else None}, points

    return simulated_objects(objects, kinds, seed, like.bands, draw)


def _star(
    rng: Rng, kind: str, like: Series, rows: NDArray[np.intp], usable: NDArray[np.bool_], factor: Array, faintest: Array
) -> tuple[float, Points]:
    """Return the period of a star, and times, fluxes, errors and bands of its points."""
    for _ in range(DRAWS):
        time, band, level, error = _epochs(rng, like, int(rng.choice(rows)), usable)
        period, magnitude = KINDS[kind](rng, time - time[0])
        if kind not in ECLIPSING:
            magnitude = magnitude * factor[band]
        if np.sqrt((((magnitude - magnitude.mean()) / (1.0857 * error)) ** 2).sum()) > DETECTED:
            break
    true = level * 10.0 ** (-0.4 * magnitude)
    stated = np.hypot(error * level * 10.0 ** (-0.2 * magnitude), FLOOR * true)
    scatter = rng.uniform(*ERRORS_TRUE) * rng.standard_t(TAIL, len(time)) * np.sqrt(1.0 - 2.0 / TAIL)
    spoiled = (rng.random(len(time)) < rng.uniform(0.0, SPOILED)) * rng.exponential(SPOILED_BY, len(time))
    flux = true + stated * (scatter - spoiled)
    seen = flux > faintest[band]
    if seen.sum() < FEWEST:
        seen[:] = True
    return period, (time[seen], flux[seen], stated[seen], band[seen])


def _epochs(
    rng: Rng, like: Series, row: int, usable: NDArray[np.bool_]
) -> tuple[Array, NDArray[np.int8], Array, Array]:
    """Return the times and bands of some points of a light curve, the median flux of the band, and relative errors."""
    assert like.band is not None
    own = np.arange(int(like.offsets[row]), int(like.offsets[row + 1]))
    own = own[usable[own]]
    count = max(round(len(own) * rng.uniform(*POINTS_KEPT)), FEWEST)
    own = np.sort(rng.permutation(own)[:count])
    band, flux = like.band[own], like.flux[own].astype(np.float64)
    relative = like.ivar[own].astype(np.float64) ** -0.5 / flux
    level, error = np.empty(len(own)), np.empty(len(own))
    for b in np.unique(band):
        at = band == b
        level[at] = np.median(flux[at])
        error[at] = rng.permutation(np.clip(relative[at], *np.percentile(relative[at], [1, 95])))
    return like.x[own], band, level, error


def _faintest(flux: NDArray[np.float32]) -> float:
    return float(np.percentile(flux, FAINTEST)) if len(flux) else 0.0

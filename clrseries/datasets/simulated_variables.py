"""Simulated variable stars of nineteen kinds, as the survey of some observed light curves would have recorded them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from ..argument_types import check_whole
from ..errors import InputError
from ..names import did_you_mean
from ..series.series import Series
from .variability import ECLIPSING, KINDS

Array = NDArray[np.float64]
Rng = np.random.Generator
REDDER = 1.2  # how amplitudes fall with wavelength, except those of eclipses
WAVELENGTH = {
    "u": 3600.0, "U": 3650.0, "B": 4400.0, "g": 4800.0, "BP": 5100.0, "V": 5500.0, "G": 6200.0, "Kp": 6300.0, "r": 6200.0, "R": 6500.0,
    "i": 7600.0, "RP": 7800.0, "T": 7900.0, "I": 8000.0, "z": 8900.0, "y": 9700.0, "J": 12500.0, "H": 16500.0, "K": 22000.0,
}  # fmt: skip
DETECTED = 12.0  # S/N of the variation of a star that a survey takes for variable
DRAWS = 30  # of a star until it is detected
FEWEST = 15  # points
FLOOR = 0.005  # systematic error, as a fraction of the flux
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
    check_whole("objects", objects, 1)
    check_whole("seed", seed)
    kinds = chosen_kinds("simulated_variables", kinds, KINDS)
    if like.band is None:
        raise InputError("simulated_variables: needs light curves as `like`, and the series holds spectra")
    usable = (like.ivar > 0) & (like.flux > 0)
    counts = np.add.reduceat(usable, like.offsets[:-1].astype(np.int64))
    rows = np.flatnonzero(counts >= 2 * FEWEST)
    if not len(rows):
        raise InputError(
            f"simulated_variables: no light curve of `like` has {2 * FEWEST} points with a positive flux and an error"
        )
    faintest = np.array([_faintest(like.flux[usable & (like.band == b)]) for b in range(len(like.bands))])
    factor = np.array([(5500.0 / WAVELENGTH.get(name, 5500.0)) ** REDDER for name in like.bands])
    columns: dict[str, list[object]] = {"object_id": [], "class": [], "period": [], "simulated": []}
    curves = []
    for number in range(objects):
        rng, kind = np.random.default_rng((seed, number)), kinds[number % len(kinds)]
        period, curve = _star(rng, kind, like, rows, usable, factor, faintest)
        curves.append(curve)
        own = (f"simulated {number:06d}", kind, period if np.isfinite(period) else None, True)
        for column, value in zip(columns.values(), own, strict=True):
            column.append(value)
    time, flux, error, band = zip(*curves, strict=True)
    names = [np.array(like.bands, object)[own] for own in band]
    return Series.from_points(list(time), list(flux), list(error), names, columns, bands=like.bands)


def chosen_kinds(function: str, kinds: str | Sequence[str], known: Collection[str]) -> list[str]:
    """Return the kinds that are wanted as a list.

    Parameters
    ----------
    function : str
        Name of the function, for the error.
    kinds : str or sequence of str
        One kind, or several.
    known : collection of str
        The kinds that there are.

    Returns
    -------
    list of str

    Raises
    ------
    InputError
        None is wanted, or one that there is not.
    """
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    unknown = [kind for kind in kinds if kind not in known]
    if unknown or not kinds:
        raise InputError(
            f"{function}: kinds are some of {', '.join(known)}; got {', '.join(map(str, unknown)) or 'none'}"
            f"{did_you_mean(unknown, known)}"
        )
    return kinds


def _star(
    rng: Rng, kind: str, like: Series, rows: NDArray[np.intp], usable: NDArray[np.bool_], factor: Array, faintest: Array
) -> tuple[float, tuple[Array, Array, Array, NDArray[np.int8]]]:
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

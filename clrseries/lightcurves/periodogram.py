"""The Lomb-Scargle periodogram of a light curve in any bands, its separate peaks, and the periods that they stand for."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .harmonics import fit_harmonics
from .relative_points import FEWEST, RelativePoints

Array = NDArray[np.float64]
OVERSAMPLE = 2  # frequencies for each 1 / baseline; peaks are refined afterwards
SEPARATE = 2.0  # [1 / baseline] between two peaks
PEAKS = 8  # that are refined and compared
TERMS = 4  # harmonics of the comparison
HIGHEST = (10.0, 100.0)  # [1 / day], bounds of the highest frequency that is searched by default
MOST = 1 << 21  # frequencies
DAILY = 0.5  # strength of the window at one cycle a day from which on that is taken for the spacing of nights
NEAR_DAY = 0.012  # [1 / day]: solar and sidereal days, and aliases of periods of months
HANDICAP = 0.8  # of the power of such a peak, when it is compared with others
EXTRA = 12.0  # F by which the odd harmonics of half the frequency must be better than as many of its own
CYCLES = 10  # of twice the period that the points must span: what varies irregularly over a few is no eclipse


class Peak(NamedTuple):
    """One candidate of the period.

    Parameters
    ----------
    period : float
        Period [day].
    power : float
        Fraction of the variance that a series of four harmonics with this period explains, from 0 to 1.
    """

    period: float
    power: float


def lomb_scargle(
    points: RelativePoints, shortest: float | None = None, oversample: int = OVERSAMPLE
) -> tuple[Array, Array]:
    """Return the periodogram of one light curve, with a floating mean.

    Parameters
    ----------
    points : RelativePoints
        At least five.
    shortest : float, optional
        Shortest period [day]; default twice the mean spacing of the points, between 0.01 and 0.1 days.
    oversample : int
        How many frequencies for each cycle in the whole time.

    Returns
    -------
    float64 (F,), float64 (F,)
        Frequencies [1 / day] from one cycle in the whole time, and the fraction of the variance that a sine explains.

    Raises
    ------
    InputError
        The package nifty-ls is not installed.

    References
    ----------
    Zechmeister & Kuerster 2009, A&A 496, 577; Garrison et al. 2024, arXiv:2409.08090 (nifty-ls).
    """
    nifty = _nifty()
    baseline: float = float(points.time[-1] - points.time[0])
    lowest = 1.0 / baseline
    highest = 1.0 / shortest if shortest else _highest(points.time)
    count = int(np.clip((highest - lowest) * baseline * oversample, 2, MOST))
    step = lowest / oversample
    power = nifty(
        points.time, points.value, points.weight**-0.5, fmin=lowest, fmax=lowest + step * (count - 1), Nf=count,
        backend="finufft", nthreads=1, finufft_kwargs={"eps": 1e-5, "upsampfac": 1.25},
    ).power  # fmt: skip
    frequency = lowest + step * np.arange(count, dtype=np.float64)
    return frequency, np.nan_to_num(np.asarray(power, np.float64))


def candidates(points: RelativePoints, count: int, shortest: float | None = None) -> list[Peak]:
    """Return the most likely periods of one light curve, best first.

    The eight highest separate peaks of the periodogram are refined and compared by fits of four harmonics. Peaks near one cycle
    a day and its multiples have to be a quarter higher if the points are taken once a night. Where the odd harmonics of half the frequency matter, as for
    eclipses of unequal depth, twice the period comes first.

    Parameters
    ----------
    points : RelativePoints
        Of one light curve.
    count : int
        How many periods are wanted.
    shortest : float, optional
        Shortest period [day], as for :func:`lomb_scargle`.

    Returns
    -------
    list of Peak
        At most `count`; none for fewer than five points or points of a single time.
    """
    if len(points.time) < FEWEST or not points.time[-1] > points.time[0]:
        return []
    frequency, power = lomb_scargle(points, shortest)
    baseline = points.time[-1] - points.time[0]
    terms = max(min(TERMS, (len(points.time) - 1) // 4), 1)
    start = _separate_peaks(frequency, power, SEPARATE / baseline)
    refined = _refined(points, start, 1.0 / (OVERSAMPLE * baseline), terms)
    strength = fit_harmonics(*points, refined, terms).power
    order = np.argsort(-strength * np.where(_of_the_night(points.time, refined), HANDICAP, 1.0))
    ranked = [Peak(float(1.0 / refined[k]), float(strength[k])) for k in order]
    doubled = _doubled(points, ranked[0], terms)
    return ([doubled, *ranked] if doubled else ranked)[:count]


def _highest(time: Array) -> float:
    return float(np.clip(0.5 * (len(time) - 1) / (time[-1] - time[0]), *HIGHEST))


def _separate_peaks(frequency: Array, power: Array, apart: float) -> Array:
    """Return the frequencies of the highest local maxima, none nearer than `apart` to a higher one."""
    inside = np.pad(power, 1, constant_values=-1.0)
    places = np.flatnonzero((inside[1:-1] >= inside[:-2]) & (inside[1:-1] > inside[2:]))
    if len(places) > 20 * PEAKS:
        places = places[np.argpartition(-power[places], 20 * PEAKS)[: 20 * PEAKS]]
    places = places[np.argsort(-power[places])]
    found: list[float] = []
    for f in frequency[places]:
        if all(abs(f - other) >= apart for other in found):
            found.append(float(f))
        if len(found) == PEAKS:
            break
    return np.array(found or [frequency[power.argmax()]])


def _refined(points: RelativePoints, start: Array, reach: float, terms: int) -> Array:
    """Return the frequencies within `reach` of each start that fit best."""
    best = start
    for _ in range(2):
        tried = best[:, None] + reach * np.linspace(-1.0, 1.0, 9)
        tried = np.maximum(tried, 0.5 * start.min())
        power = fit_harmonics(*points, tried.ravel(), terms).power.reshape(tried.shape)
        best = np.take_along_axis(tried, power.argmax(1)[:, None], 1)[:, 0]
        reach /= 4.0
    return best


def _of_the_night(time: Array, frequency: Array) -> NDArray[np.bool_]:
    """Return which frequencies are those at which points are taken night by night."""
    nightly = abs(np.exp(2j * np.pi * time).mean()) > DAILY
    cycles = np.round(frequency)
    return nightly & (cycles >= 1) & (np.abs(frequency - cycles) < NEAR_DAY)


def _doubled(points: RelativePoints, peak: Peak, terms: int) -> Peak | None:
    """Return the candidate with twice the period, if the odd harmonics explain more than chance would."""
    more = min(2 * terms, (len(points.time) - 2) // 2)
    span = points.time[-1] - points.time[0]
    if more < 2 * terms or CYCLES * 2.0 * peak.period > span:
        return None
    power, same = fit_harmonics(*points, np.array([0.5, 1.0]) / peak.period, more).power
    left = max(1.0 - power, 1e-12) / max(len(points.time) - 2 * more - 1, 1)
    gain = (power - max(peak.power, same)) / (2 * terms) / left
    return Peak(2.0 * peak.period, float(power)) if gain > EXTRA else None


def _nifty() -> Any:
    try:
        from nifty_ls import lombscargle
    except ImportError:
        raise InputError(
            'periods: the package nifty-ls is not installed; run: pip install "clrseries[periods]"'
        ) from None
    return lombscargle

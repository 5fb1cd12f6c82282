"""Simulated light curves, for first trials and for tests; they were not observed.

The shapes are schematic: sawtooth-like Fourier series for RR Lyrae stars and Cepheids, two eclipses for binaries, a slow sine
with a varying period for Miras, and the function of Bazin et al. 2009 (A&A 499, 653) for supernovae. Periods, amplitudes and
magnitudes are similar to those in the Large Magellanic Cloud, in the bands B and R. They do not follow a published
distribution, so that no conclusion about real stars can be drawn from them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..argument_types import check_whole
from ..errors import InputError
from ..series.series import Series

Array = NDArray[np.float64]
Rng = np.random.Generator
BANDS = ("B", "R")
ZERO_POINT = 25.0
FIVE_SIGMA = (21.2, 20.8)  # depth in each band [mag]
FLOOR = 0.01  # systematic error, as a fraction of the flux


def simulated_light_curves(
    objects: int = 1000,
    *,
    classes: Sequence[str] = ("RRLyrae", "Cepheid", "EclipsingBinary", "Mira"),
    nights: int = 120,
    span: float = 900.0,
    seed: int = 0,
) -> Series:
    """Simulate light curves of variable stars and transients in two bands.

    Parameters
    ----------
    objects : int
        Number of light curves, at least 1.
    classes : sequence of str
        Any of ``RRLyrae``, ``Cepheid``, ``EclipsingBinary``, ``Mira`` and ``Supernova``; the objects take them in turn.
    nights : int
        Mean number of nights, in yearly seasons of 240 days.
    span : float
        Length of the campaign [day].
    seed : int
        Seed of the random numbers; not negative. An object depends only on the seed and on its number.

    Returns
    -------
    Series
        Columns ``object_id`` ("simulated 000001"), ``class``, ``period`` [day] (null for transients) and ``simulated`` (true).
        The zero point of the flux is 25, and the bands are B and R.

    Raises
    ------
    InputError
        There is no such class, or `objects` is below 1.

    Examples
    --------
    >>> from clrseries import datasets
    >>> stars = datasets.simulated_light_curves(3, classes=["RRLyrae", "Mira"])
    >>> stars.table["class"].to_pylist(), stars.bands
    (['RRLyrae', 'Mira', 'RRLyrae'], ('B', 'R'))
    """
    classes = [classes] if isinstance(classes, str) else list(classes)
    check_whole("objects", objects, 1)
    check_whole("nights", nights, 1)
    check_whole("seed", seed)
    unknown = sorted(set(classes) - set(SHAPES))
    if unknown or not classes:
        raise InputError(
            f"simulated_light_curves: classes are some of {', '.join(SHAPES)}; got {', '.join(unknown) or 'none'}"
        )
    times, fluxes, errors, bands = [], [], [], []
    labels: dict[str, list[object]] = {"object_id": [], "class": [], "period": [], "simulated": []}
    for number in range(objects):
        rng = np.random.default_rng((seed, number))
        kind = classes[number % len(classes)]
        time, band = _epochs(rng, nights, span)
        period, magnitude = SHAPES[kind](rng, time, band)
        true = 10.0 ** (-0.4 * (magnitude - ZERO_POINT))
        limit = 10.0 ** (-0.4 * (np.array(FIVE_SIGMA)[band] - ZERO_POINT))
        error = np.sqrt((limit / 5.0) ** 2 + (FLOOR * true) ** 2)
        times.append(time)
        fluxes.append(true + error * rng.normal(size=len(time)))
        errors.append(error)
        bands.append(np.array(BANDS, object)[band])
        for name, value in zip(labels, (f"simulated {number:06d}", kind, period, True), strict=True):
            labels[name].append(value)
    return Series.from_points(times, fluxes, errors, bands, labels, bands=BANDS)


def _epochs(rng: Rng, nights: int, span: float) -> tuple[Array, NDArray[np.int64]]:
    """Return the sorted times of the points [day] and their bands.

    A night has a point in each band within 2.4 hours, and some nights lack one of them; nights lie in yearly seasons.
    """
    wanted = rng.integers(max(nights // 2, 2), nights + nights // 2 + 1)
    night = np.floor(np.sort(rng.uniform(0.0, span, 4 * wanted)))
    night = np.unique(night[(night + rng.uniform(0, 365)) % 365.25 < 240.0])
    night = np.sort(rng.permutation(night)[: max(wanted, 2)])
    time = np.concatenate([night + rng.uniform(0.2, 0.25, len(night)), night + rng.uniform(0.25, 0.3, len(night))])
    band = np.repeat([0, 1], len(night))
    keep = rng.random(len(time)) < 0.95
    keep[:1] = True
    order = np.argsort(time[keep])
    return time[keep][order], band[keep][order]


def _sawtooth(phase: Array, asymmetry: float) -> Array:
    """Return a Fourier series that goes from a sine (asymmetry 0) to a sawtooth, in magnitudes about 0, peak to peak about 1.

    The star brightens fast and fades slowly, as RR Lyrae stars and Cepheids do.
    """
    terms = [asymmetry ** (k - 1) / k * np.sin(2 * np.pi * k * phase) for k in range(1, 7)]
    return -np.sum(terms, axis=0) / 2.0


def _rr_lyrae(rng: Rng, time: Array, band: NDArray[np.int64]) -> tuple[float, Array]:
    overtone = rng.random() < 0.25
    period = rng.normal(0.33, 0.04) if overtone else rng.normal(0.57, 0.07)
    amplitude = rng.uniform(0.25, 0.5) if overtone else rng.uniform(0.5, 1.2)
    shape = _sawtooth(time / period + rng.random(), 0.2 if overtone else 0.75)
    level = np.array([19.5, 19.1])[band] + rng.normal(0, 0.25)
    return period, level + amplitude * np.array([1.1, 0.75])[band] * shape


def _cepheid(rng: Rng, time: Array, band: NDArray[np.int64]) -> tuple[float, Array]:
    period = 10.0 ** rng.normal(0.5, 0.25)
    level = np.array([17.3, 16.6])[band] - 2.6 * (np.log10(period) - 0.5) + rng.normal(0, 0.2)
    amplitude = rng.uniform(0.4, 1.1)
    return period, level + amplitude * np.array([1.1, 0.7])[band] * _sawtooth(
        time / period + rng.random(), rng.uniform(0.4, 0.75)
    )


def _binary(rng: Rng, time: Array, band: NDArray[np.int64]) -> tuple[float, Array]:
    period = 10.0 ** rng.normal(0.4, 0.35)
    phase = (time / period + rng.random()) % 1.0
    width, deep = rng.uniform(0.03, 0.1), rng.uniform(0.2, 0.9)
    second = deep * rng.uniform(0.2, 1.0)
    near = np.minimum(phase, 1.0 - phase)
    dips = deep * np.exp(-0.5 * (near / width) ** 4) + second * np.exp(-0.5 * ((phase - 0.5) / width) ** 4)
    level = np.array([17.8, 17.7])[band] + rng.normal(0, 1.0) + rng.normal(0, 0.15) * np.array([1.0, -1.0])[band]
    return period, level + dips - 0.05 * np.cos(4 * np.pi * phase)


def _mira(rng: Rng, time: Array, band: NDArray[np.int64]) -> tuple[float, Array]:
    period = rng.uniform(120.0, 450.0)
    phase = time / period + rng.random() + 0.03 * np.sin(2 * np.pi * time / (3.7 * period))
    level = np.array([18.4, 15.9])[band] + rng.normal(0, 0.3)
    return period, level + rng.uniform(0.7, 2.5) * np.array([1.0, 0.8])[band] * np.sin(2 * np.pi * phase)


def _supernova(rng: Rng, time: Array, band: NDArray[np.int64]) -> tuple[None, Array]:
    start = rng.uniform(time[0], time[-1])
    rise, fall = rng.uniform(3.0, 6.0), np.array([rng.uniform(15.0, 25.0), rng.uniform(25.0, 45.0)])[band]
    since = np.clip((time - start) / fall, -50.0, 50.0)
    shape = np.exp(-since) / (1.0 + np.exp(np.clip(-(time - start) / rise, -50.0, 50.0)))
    peak = np.array([19.0, 18.8])[band] + rng.normal(0, 0.7)
    return None, peak - 2.5 * np.log10(np.maximum(1.6 * shape, 1e-4))


SHAPES: dict[str, Callable[[Rng, Array, NDArray[np.int64]], tuple[float | None, Array]]] = {
    "RRLyrae": _rr_lyrae,
    "Cepheid": _cepheid,
    "EclipsingBinary": _binary,
    "Mira": _mira,
    "Supernova": _supernova,
}

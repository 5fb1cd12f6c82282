"""How the kinds of variable stars vary: a period and the magnitudes at given times, drawn at random for each star.

Distributions are broad and follow the definitions of the General Catalogue of Variable Stars and the papers named at the functions; they are
not fitted to a survey. Shapes or amplitudes of RV, LSP, ACV and RS were changed by hand after one comparison with labeled stars of ASAS.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .eclipses import Binary, eclipsing_binary, roche_radius

Array = NDArray[np.float64]
Rng = np.random.Generator
Star = tuple[float, Array]  # period [day], NaN if there is none, and magnitudes
TURN = 2.0 * np.pi
HARMONICS = 6
SOLAR = 4.208  # semi-major axis [solar radii] of a solar mass and a day: Kepler's third law
SHALLOWEST = 0.12  # of the eclipses [mag]


def wander(rng: Rng, time: Array, memory: float, frequency: float = 0.0) -> NDArray[np.complex128]:
    """Draw a random process that forgets its past: a damped oscillator that is driven by noise.

    Parameters
    ----------
    rng : numpy.random.Generator
        Random numbers.
    time : float64 (P,)
        Times [day], ascending.
    memory : float
        Time after which the correlation has fallen to 1 / e [day].
    frequency : float
        Frequency of the oscillator [cycles / day]; 0 for a damped random walk.

    Returns
    -------
    complex128 (P,)
        Real and imaginary parts have unit variance, and the autocovariance of each is exp(-t / memory) cos(2 pi frequency t).

    References
    ----------
    Kelly et al. 2014, ApJ 788, 33 (processes of this kind in light curves).
    """
    step = np.diff(time)
    kept = np.exp((-1.0 / memory + 1j * TURN * frequency) * step)
    driven = np.sqrt(-np.expm1(-2.0 * step / memory)) * (rng.normal(size=(len(step), 2)) @ [1.0, 1j])
    now = complex(*rng.normal(size=2))
    path = [now]
    for keep, drive in zip(kept.tolist(), driven.tolist(), strict=True):
        now = keep * now + drive
        path.append(now)
    return np.array(path)


def wave(phase: Array, ratios: Array, phases: Array) -> Array:
    """Return a series of cosines, 1 from peak to peak and 0 in the mean.

    Parameters
    ----------
    phase : float64 (P,)
        Phases in cycles.
    ratios, phases : float64 (H,)
        Amplitudes of the harmonics from the second on over that of the first, and their phases less as many times that of
        the first [rad], as Simon & Lee 1981 (ApJ 248, 291) define them, for magnitudes.

    Returns
    -------
    float64 (P,)
    """
    order, size = np.arange(1, len(ratios) + 2), np.concatenate([[1.0], ratios])
    shift = np.concatenate([[0.0], phases])
    grid = np.cos(TURN * np.outer(np.linspace(0.0, 1.0, 200, endpoint=False), order) + shift) @ size
    return (np.cos(TURN * np.outer(phase, order) + shift) @ size - grid.mean()) / np.ptp(grid)


def _log(rng: Rng, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _about(rng: Rng, middle: float, dex: float, low: float, high: float) -> float:
    return float(np.clip(middle * 10.0 ** (dex * rng.normal()), low, high))


def _pulse(rng: Rng, time: Array, period: float, ratio: float, turn: float, falls: float) -> Array:
    """Return a pulsation of unit amplitude, whose harmonics fall off evenly and turn by nearly equal angles."""
    k = np.arange(HARMONICS - 1)
    return wave(time / period + rng.random(), ratio * np.power(falls, k), np.asarray(turn + k * (turn + 0.25)))


def _swing(rng: Rng, time: Array, period: float, cycles: float, skew: float = 0.0) -> Array:
    """Return an oscillation about one magnitude from peak to peak, which stays coherent for some cycles."""
    z = wander(rng, time, cycles * period, 1.0 / period)
    turn = np.angle(z)
    return 0.35 * np.abs(z) * (np.cos(turn) + skew * np.cos(2.0 * turn + 4.0))


def _rrab(rng: Rng, time: Array) -> Star:  # Bailey diagram and Fourier terms: Simon & Teays 1982, ApJ 261, 586
    period = float(np.clip(rng.normal(0.56, 0.08), 0.38, 0.9))
    height = np.clip(0.95 - 2.6 * (period - 0.55) + 0.2 * rng.normal(), 0.25, 1.5)
    shape = _pulse(rng, time, period, rng.normal(0.48, 0.05), rng.normal(4.0, 0.15), rng.uniform(0.55, 0.75))
    blazhko = rng.uniform(0.1, 0.3) * (rng.random() < 0.3)
    return period, height * shape * (1.0 + blazhko * np.cos(TURN * (time / _log(rng, 20, 120) + rng.random())))


def _rrc(rng: Rng, time: Array) -> Star:
    period = float(np.clip(rng.normal(0.32, 0.045), 0.22, 0.45))
    height = np.clip(rng.normal(0.43, 0.08), 0.2, 0.7)
    return period, height * _pulse(rng, time, period, abs(rng.normal(0.13, 0.06)), rng.normal(4.7, 0.4), 0.5)


def _cepheid(
    rng: Rng, time: Array
) -> Star:  # the Hertzsprung progression, with its resonance at ten days: Simon & Lee 1981
    log_period = float(np.clip(rng.normal(0.8, 0.28), 0.25, 1.8))
    resonance = np.exp(-0.5 * ((log_period - 1.0) / 0.12) ** 2)
    ratio = np.clip(0.45 - 0.33 * resonance - 0.1 * (log_period > 1) + 0.05 * rng.normal(), 0.03, 0.6)
    turn = 4.0 + 1.3 * (log_period - 0.4) / 0.6 if log_period < 1 else 4.3 + 0.8 * (log_period - 1.0) / 0.4
    period, height = 10.0**log_period, np.clip(rng.normal(0.7, 0.2), 0.25, 1.4)
    if rng.random() < 0.2:  # the first overtone
        period, height, ratio = 0.7 * period, 0.5 * height, 0.4 * ratio
    return period, height * _pulse(rng, time, period, ratio, turn + 0.15 * rng.normal(), 0.5)


def _old_cepheid(rng: Rng, time: Array) -> Star:  # BL Herculis and W Virginis
    period = _log(rng, 1, 4) if rng.random() < 0.4 else _log(rng, 8, 30)
    height = rng.uniform(0.4, 1.2)
    shape = _pulse(rng, time, period, rng.uniform(0.03, 0.4), rng.uniform(3.5, 6.0), 0.4)
    return period, height * (shape + 0.05 * wander(rng, time, rng.uniform(30, 300)).real)


def _rv_tauri(rng: Rng, time: Array) -> Star:  # deep and shallow minima in turn
    period, height = _about(rng, 72, 0.15, 30, 160), _about(rng, 0.9, 0.2, 0.25, 2.5)
    memory = period * rng.uniform(5, 40)
    turn = TURN * (time / period + rng.random()) + 0.25 * wander(rng, time, memory).real
    deeper, sharper = rng.uniform(0.1, 0.8), rng.uniform(0.0, 0.3)
    shape = (
        np.cos(2 * turn) + deeper * np.cos(turn + 0.4 * rng.normal()) + sharper * np.cos(4 * turn + 0.4 * rng.normal())
    )
    shape *= 1.0 + 0.25 * wander(rng, time, memory).real
    return period, height * (shape / 2.6 + 0.15 * wander(rng, time, _log(rng, 100, 2000)).real)


def _modes(rng: Rng, time: Array, period: float, ratio: float, modes: int) -> Array:
    shape = _pulse(rng, time, period, ratio, rng.normal(4.0, 0.2), 0.5)
    for _ in range(modes - 1):
        shape += rng.uniform(0.08, 0.4) * np.cos(TURN * (time / (period * rng.uniform(0.6, 1.6)) + rng.random()))
    return shape


def _delta_scuti(rng: Rng, time: Array) -> Star:
    period = _about(rng, 0.1, 0.2, 0.035, 0.28)
    if rng.random() < 0.5:  # of high amplitude
        return period, rng.uniform(0.2, 0.8) * _modes(
            rng, time, period, rng.uniform(0.15, 0.45), int(rng.integers(1, 3))
        )
    return period, _log(rng, 0.03, 0.3) * _modes(rng, time, period, rng.uniform(0.0, 0.2), int(rng.integers(1, 4)))


def _beta_cephei(rng: Rng, time: Array) -> Star:  # Stankov & Handler 2005, ApJS 158, 193
    period = _about(rng, 0.18, 0.1, 0.09, 0.32)
    return period, _log(rng, 0.015, 0.25) * _modes(rng, time, period, rng.uniform(0.0, 0.1), int(rng.integers(1, 4)))


def _magnetic(rng: Rng, time: Array) -> Star:  # chemically peculiar: elements in patches that stay
    period = _about(rng, 3, 0.4, 0.5, 60)
    shape = wave(time / period + rng.random(), rng.uniform(0, 1, 1), rng.uniform(0, TURN, 1))
    return period, _log(rng, 0.02, 0.2) * shape


def _spotted(rng: Rng, time: Array, period: float, height: float, memory: float) -> Star:
    """Return the variation of a few dark spots, as large as the parts of the disc that they cover, which grow and decay."""
    covered, slant = np.zeros(len(time)), np.arccos(rng.random())
    for _ in range(rng.integers(1, 4)):
        latitude, own = np.arcsin(rng.uniform(-1, 1)), period * (1.0 + 0.01 * rng.normal())  # of differential rotation
        turn = TURN * (time / own + rng.random())
        seen = np.cos(slant) * np.sin(latitude) + np.sin(slant) * np.cos(latitude) * np.cos(turn)
        size = rng.uniform(0.2, 1.0) * np.maximum(1.0 + 0.5 * wander(rng, time, memory).real, 0.0)
        covered += size * np.maximum(seen, 0.0)
    cycle = 0.25 * wander(rng, time, _log(rng, 200, 3000)).real
    return period, height * (covered / max(np.ptp(covered), 0.3) + cycle)


def _rs_cvn(rng: Rng, time: Array) -> Star:
    return _spotted(rng, time, _about(rng, 12, 0.4, 0.8, 120), _log(rng, 0.08, 0.5), _log(rng, 100, 2000))


def _t_tauri(rng: Rng, time: Array) -> Star:  # with weak lines: spots, hardly any infall
    return _spotted(rng, time, _about(rng, 3, 0.3, 0.4, 15), _log(rng, 0.04, 0.4), _log(rng, 300, 5000))


def _mira(rng: Rng, time: Array) -> Star:
    period, height = float(np.clip(rng.normal(290, 90), 90, 650)), np.clip(rng.normal(4.5, 1.3), 2.2, 8.0)
    turn = TURN * (time / period + rng.random()) + 0.25 * wander(rng, time, period * rng.uniform(5, 20)).real
    shape = 0.5 * (np.cos(turn) + rng.uniform(0, 0.3) * np.cos(2 * turn + rng.normal(4.2, 0.6)))
    shape *= 1.0 + 0.12 * wander(rng, time, 2 * period).real
    return period, height * (shape + 0.05 * wander(rng, time, 1000).real)


def _semiregular(
    rng: Rng, time: Array
) -> Star:  # Kiss et al. 1999, A&A 346, 542: often two periods, one half the other
    period, height = _about(rng, 110, 0.28, 25, 450), _about(rng, 0.7, 0.25, 0.12, 2.5)
    shape = _swing(rng, time, period, _log(rng, 2, 40), rng.uniform(0, 0.2))
    if rng.random() < 0.4:
        shape += rng.uniform(0.2, 0.6) * _swing(rng, time, period * rng.uniform(0.45, 0.6), _log(rng, 2, 20))
    return period, height * (shape + 0.2 * wander(rng, time, _log(rng, 200, 2000)).real)


def _long_secondary(
    rng: Rng, time: Array
) -> Star:  # Soszynski et al. 2021, ApJ 911, L22: dips, about nine pulsations long
    period, height = _about(rng, 500, 0.22, 180, 1600), _about(rng, 0.4, 0.2, 0.1, 1.2)
    shape = wave(time / period + rng.random(), rng.uniform(0.1, 0.5, 1), rng.normal(0.2, 0.8, 1))
    shape *= 1.0 + 0.25 * wander(rng, time, 2 * period).real
    return period, height * (
        shape + rng.uniform(0.2, 1.0) * _swing(rng, time, period / rng.uniform(7, 12), _log(rng, 2, 15))
    )


def _supergiant(rng: Rng, time: Array) -> Star:  # Kiss, Szabo & Bedding 2006, MNRAS 372, 1721
    period, height = _about(rng, 450, 0.2, 150, 1200), _about(rng, 0.6, 0.22, 0.15, 2.0)
    return period, height * (
        _swing(rng, time, period, _log(rng, 1, 8)) + 0.25 * wander(rng, time, _log(rng, 200, 3000)).real
    )


def _small_giant(
    rng: Rng, time: Array
) -> Star:  # Wray, Eyer & Paczynski 2004, MNRAS 349, 1059: several modes of small amplitude
    period, height = _about(rng, 40, 0.2, 8, 130), _about(rng, 0.17, 0.25, 0.02, 0.5)
    shape = _swing(rng, time, period, _log(rng, 3, 30))
    for _ in range(rng.integers(1, 4)):
        shape += rng.uniform(0.3, 0.9) * _swing(rng, time, period * rng.uniform(0.5, 1.6), _log(rng, 3, 30))
    if rng.random() < 0.3:
        shape += 0.5 * np.cos(TURN * (time / _log(rng, 200, 1200) + rng.random()))
    return period, height * shape


def _fading(rng: Rng, time: Array) -> Star:  # R Coronae Borealis: dust, at any time
    magnitude = 0.2 * _swing(rng, time, 40.0, 5.0)
    for _ in range(max(1, rng.poisson((time[-1] - time[0]) / 1200.0))):
        since, fall = time - rng.uniform(time[0] - 300.0, time[-1]), rng.uniform(10, 50)
        after = np.exp(-np.maximum(since - fall - rng.uniform(0, 200), 0.0) / _log(rng, 60, 500))
        magnitude += rng.uniform(1, 7) * np.clip(since / fall, 0.0, 1.0) * after
    return np.nan, magnitude


def _contact(rng: Rng) -> tuple[Binary, float, float]:
    mass, ratio = rng.uniform(0.8, 1.6), rng.uniform(0.15, 1.0)
    lobes = 1.03 * roche_radius(1.0 / ratio), 1.03 * roche_radius(ratio)
    size = 1.05 * mass**0.8 / roche_radius(1.0 / ratio) * rng.uniform(0.85, 1.15)
    return Binary(lobes, rng.normal(1.0, 0.06), ratio, np.pi / 2), size, mass * (1.0 + ratio)


def _near_contact(rng: Rng) -> tuple[Binary, float, float]:
    mass, ratio = _log(rng, 1, 12), rng.uniform(0.2, 1.0)
    radii = roche_radius(1.0 / ratio) * rng.uniform(0.78, 1.0), roche_radius(ratio) * rng.uniform(0.75, 1.0)
    size = mass**0.75 * rng.uniform(1.0, 2.2) / radii[0]
    return Binary(radii, rng.uniform(0.15, 1.0), ratio, np.pi / 2), size, mass * (1.0 + ratio)


def _apart(rng: Rng) -> tuple[Binary, float, float]:
    mass = _log(rng, 0.9, 8)
    if rng.random() < 0.5:  # the lighter star fills its lobe, as in Algol
        ratio, surface = rng.uniform(0.15, 0.5), rng.uniform(0.03, 0.4)
        radii = roche_radius(1.0 / ratio) * rng.uniform(0.25, 0.75), roche_radius(ratio)
    else:
        ratio = rng.uniform(0.5, 1.0)
        surface, first = ratio**3 * rng.uniform(0.8, 1.2), roche_radius(1.0 / ratio) * rng.uniform(0.1, 0.7)
        radii = first, first * ratio**0.8
    return Binary(radii, surface, ratio, np.pi / 2), mass**0.8 * rng.uniform(1.0, 2.0) / radii[0], mass * (1.0 + ratio)


def _eclipsing(draw: Callable[[Rng], tuple[Binary, float, float]], longest: float, rng: Rng, time: Array) -> Star:
    """Return a binary on an orbit of any inclination from which eclipses are seen."""
    grid = np.linspace(0.0, 1.0, 400)
    while True:
        star, size, mass = draw(rng)
        period = float((size / SOLAR) ** 1.5 / np.sqrt(mass))
        if not 0.2 < period < longest:
            continue
        if period > 3.0 and sum(star.radii) < 0.5 and rng.random() < 0.4:
            star = star._replace(eccentricity=rng.uniform(0.0, 0.4), periastron=rng.uniform(0.0, TURN))
        star = star._replace(inclination=np.arccos(rng.uniform(0.0, 0.95)), third=rng.exponential(0.1))
        if np.ptp(eclipsing_binary(grid, star)) > SHALLOWEST:
            return period, eclipsing_binary(np.mod(time / period + rng.random(), 1.0), star)


ECLIPSING: dict[str, Callable[[Rng, Array], Star]] = {
    "EA": partial(_eclipsing, _apart, 40.0),
    "EB": partial(_eclipsing, _near_contact, 15.0),
    "EW": partial(_eclipsing, _contact, 1.2),
}
KINDS: dict[str, Callable[[Rng, Array], Star]] = {
    "RRab": _rrab, "RRc": _rrc, "DCEP": _cepheid, "CW": _old_cepheid, "RV": _rv_tauri, "DSCT": _delta_scuti,
    "BCEP": _beta_cephei, "ACV": _magnetic, "RS": _rs_cvn, "WTTS": _t_tauri, "M": _mira, "SR": _semiregular,
    "LSP": _long_secondary, "SRC": _supergiant, "OSARG": _small_giant, "RCB": _fading, **ECLIPSING,
}  # fmt: skip

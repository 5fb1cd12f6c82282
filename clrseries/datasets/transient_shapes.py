"""How the kinds of transients shine: fluxes at 10 pc at given times and wavelengths at rest, drawn at random for each object.

Each function takes random numbers, days from maximum and wavelengths [Angstrom], both (N, P), and returns the changing and the steady light
of N objects of the kind, with the AB zero point 25. Distributions follow the papers named at the functions, and none is fitted to a survey.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .glow import (
    DAY,
    LIGHT,
    SUN,
    blackbody,
    blanketed,
    diffused,
    diffusion_time,
    photosphere,
    tinted,
    trapping_time,
)
from .ia_templates import LIKE_1991BG, NORMAL, ia_magnitude

Array = NDArray[np.float64]
Rng = np.random.Generator
Light = tuple[Array, Array | float]  # what differs from the image of the quiet field, and what is in both
V, I_BAND, FLARES = 5500.0, 7600.0, 6


def _about(rng: Rng, time: Array, mean: float, spread: float) -> Array:
    """Draw from a normal distribution without its tails, one number for each object."""
    return mean + spread * np.clip(rng.normal(size=(len(time), 1)), -2.5, 2.5)


def _factor(rng: Rng, time: Array, middle: float, dex: float) -> Array:
    return middle * 10.0 ** _about(rng, time, 0.0, dex)


def _even(rng: Rng, time: Array, low: float, high: float) -> Array:
    return rng.uniform(low, high, (len(time), 1))


def _flux(magnitude: Array) -> Array:
    return 10.0 ** (-0.4 * (magnitude - 25.0))


def _tint(color: Array, wave: Array) -> Array:
    """Return magnitudes that are even in inverse wavelength, with the color B - V."""
    return color * (1.0 / wave - 1.0 / V) / (1.0 / 4400.0 - 1.0 / V)


def _normal_ia(rng: Rng, time: Array, wave: Array) -> Light:
    """Stretch and luminosity as in Guy et al. 2005, A&A 443, 781, and color that dust does not make as in Mandel et al. 2017, ApJ 842, 93."""
    stretch, color = _about(rng, time, 0.97, 0.09), _about(rng, time, 0.0, 0.06)
    peak = -19.4 - 1.5 * (stretch - 1.0) + _about(rng, time, 0.0, 0.1)  # AB, 0.1 mag below that with Vega in B
    return _flux(peak + _tint(color, wave) + ia_magnitude(NORMAL, time / stretch, wave, 19.0)), 0.0


def _faint_ia(rng: Rng, time: Array, wave: Array) -> Light:
    """Like SN 1991bg: Taubenberger et al. 2008, MNRAS 385, 75."""
    stretch, color = _about(rng, time, 1.0, 0.08), _about(rng, time, 0.0, 0.1)
    peak = -17.3 - 3.0 * (stretch - 1.0) + _about(rng, time, 0.0, 0.25)
    return _flux(peak + _tint(color, wave) + ia_magnitude(LIKE_1991BG, time / stretch, wave, 14.0)), 0.0


def _expanding(since: Array, luminosity: Callable[[Array], Array], speed: Array, coolest: Array, wave: Array) -> Array:
    own = luminosity(since)
    return blackbody(own, photosphere(own, since, speed, coolest), wave)


def _nickel(time: Array, wave: Array, nickel: Array, mass: Array, speed: Array, coolest: Array) -> Light:
    """Return an explosion that lives on nickel-56 and cobalt-56 (Nadyozhin 1994, ApJS 92, 527)."""
    peak, luminosity = diffused(
        lambda t: nickel * (6.45e43 * np.exp(-t / 8.8) + 1.45e43 * np.exp(-t / 111.3)),
        diffusion_time(mass, speed, 0.07),
        trapping_time(mass, speed, 0.027),
    )
    return _expanding(time + peak, luminosity, speed, coolest, wave) * blanketed(wave, 5200.0, 2.5), 0.0


def _stripped(rng: Rng, time: Array, wave: Array) -> Light:
    """Masses and speeds of Lyman et al. 2016, MNRAS 457, 328."""
    nickel, mass = _factor(rng, time, 0.17, 0.22), _factor(rng, time, 2.5, 0.2)
    speed, coolest = 1e8 * _about(rng, time, 10.0, 1.8), _about(rng, time, 5000.0, 500.0)
    return _nickel(time, wave, nickel, mass, speed, coolest)


def _iax(rng: Rng, time: Array, wave: Array) -> Light:
    """Masses and speeds of Foley et al. 2013, ApJ 767, 57."""
    nickel, mass = _factor(rng, time, 0.05, 0.45), _factor(rng, time, 0.5, 0.2)
    speed, coolest = 1e8 * _about(rng, time, 5.5, 1.2), _about(rng, time, 5500.0, 500.0)
    return _nickel(time, wave, nickel, mass, speed, coolest)


def _superluminous(rng: Rng, time: Array, wave: Array) -> Light:
    """A magnetar: Nicholl, Guillochon & Berger 2017, ApJ 850, 55."""
    period, field = _factor(rng, time, 3.3, 0.13), _factor(rng, time, 0.8, 0.2)  # [ms, 1e14 G]
    mass, speed = _factor(rng, time, 5.0, 0.2), 1e9 * _about(rng, time, 1.3, 0.25)
    energy, slowing = 2.6e52 / period**2, 1.3e5 * period**2 / field**2 / DAY
    peak, luminosity = diffused(
        lambda t: energy / (slowing * DAY) / (1.0 + t / slowing) ** 2,
        diffusion_time(mass, speed, 0.15),
        trapping_time(mass, speed, 0.05),
    )
    coolest = _about(rng, time, 6500.0, 600.0)
    return _expanding(time + peak, luminosity, speed, coolest, wave) * blanketed(wave, 3000.0, 1.0), 0.0


def _plateau(rng: Rng, time: Array, wave: Array) -> Light:
    """Light curve in V of Anderson et al. 2014, ApJ 786, 67, its end of Olivares et al. 2010, ApJ 715, 833, cooling of Faran, Nakar & Poznanski 2018, MNRAS 473, 513."""
    rise, slope = _about(rng, time, 9.0, 2.0), np.maximum(_about(rng, time, 1.2, 0.9), 0.0)  # [mag / 100 d]
    peak = -16.8 - 0.6 * (slope - 1.2) + _about(rng, time, 0.0, 0.8)
    steep, turn = np.maximum(_about(rng, time, 2.6, 1.2), slope), _about(rng, time, 25.0, 6.0)
    since, end = time + rise, _about(rng, time, 98.0, 14.0) - rise
    fall = steep * np.clip(time, 0.0, turn) + slope * np.clip(time - turn, 0.0, end - turn)
    fall += 1.1 * np.maximum(time - end, 0.0)  # cobalt-56
    drop = _about(rng, time, 2.0, 0.35) / (1.0 + np.exp(-np.clip((time - end) / _about(rng, time, 5.0, 1.2), -50, 50)))
    x = np.clip(since / rise, 0.0, 1.0)
    temperature = np.clip(14000.0 * (np.maximum(since, 0.1) / 10.0) ** -0.6, _about(rng, time, 5700.0, 400.0), 25000.0)
    lines = 4.0 * np.clip((11000.0 - temperature) / 5000.0, 0.0, 1.0)
    light = tinted(peak + 0.01 * fall + drop, V, temperature, wave) * blanketed(wave, 5300.0, lines)
    return light * x * (2.0 - x), 0.0


def _disruption(rng: Rng, time: Array, wave: Array) -> Light:
    """Temperatures and times of van Velzen et al. 2021, ApJ 908, 4; fainter ones are more frequent (van Velzen 2018, ApJ 852, 72)."""
    temperature = _factor(rng, time, 20000.0, 0.13)
    peak = np.minimum(10.0**43.3 * (1.0 + rng.pareto(1.5, (len(time), 1))), 1e45)
    rise, fall = _factor(rng, time, 9.0, 0.2), _factor(rng, time, 50.0, 0.25)
    after = (1.0 + np.maximum(time, 0.0) / fall) ** (-5.0 / 3.0)
    return blackbody(peak * np.where(time < 0.0, np.exp(-0.5 * (time / rise) ** 2), after), temperature, wave), 0.0


def _kilonova(rng: Rng, time: Array, wave: Array) -> Light:
    """A blue and a red part, about those of GW170817 in Villar et al. 2017, ApJ 851, L21; time 0 is that of the merger."""
    light = np.zeros_like(time)
    for mass, speed, opacity, coolest in ((0.023, 0.256, 0.5, 3983.0), (0.050, 0.149, 3.65, 1151.0)):
        own, fast = _factor(rng, time, mass, 0.25), LIGHT * speed * _factor(rng, time, 1.0, 0.06)
        delay, always = diffusion_time(own, fast, opacity), np.full_like(own, np.inf)
        _, luminosity = diffused(partial(_fresh_nuclei, own), delay, always)
        light += _expanding(time, luminosity, fast, np.full_like(own, coolest), wave)
    return light, 0.0


def _fresh_nuclei(mass: Array, time: Array) -> Array:
    """Return the heat of nuclei of the r-process: Korobkin et al. 2012, MNRAS 426, 1940, and what Barnes et al. 2016, ApJ 829, 110, leave of it."""
    b = 2.0 * 0.17 * time**0.74
    return 2e10 * SUN * mass * time**-1.3 * 0.36 * (np.exp(-0.56 * time) + np.log1p(b) / b)


def _magnified(rng: Rng, time: Array, wave: Array) -> Light:
    """A point lens: Paczynski 1986, ApJ 304, 1; the source may be blended with other stars."""
    star = tinted(_about(rng, time, 4.5, 2.0), V, _about(rng, time, 5200.0, 700.0), wave)
    part = np.where(rng.random((len(time), 1)) < 0.5, 1.0, _even(rng, time, 0.1, 1.0))
    u2 = _even(rng, time, 0.0, 1.0) ** 2 + (time / _factor(rng, time, 25.0, 0.3)) ** 2
    return star * part * ((u2 + 2.0) / np.sqrt(u2 * (u2 + 4.0)) - 1.0), star


def _flares(rng: Rng, time: Array, wave: Array) -> Light:
    """Shape of Davenport et al. 2014, ApJ 797, 122, at 9500 K (Kowalski et al. 2013, ApJS 207, 15), more small than large ones (Hawley et al. 2014, ApJ 797, 121)."""
    late = _even(rng, time, 0.0, 1.0)  # spectral types from M0 to M7
    star = tinted(8.5 + 6.5 * late, 6200.0, 3800.0 - 1100.0 * late, wave)
    light, hot = np.zeros_like(time), blackbody(np.ones(()), _about(rng, time, 9500.0, 800.0), wave)
    for flare in range(FLARES):
        energy = np.minimum(1e32 * rng.random((len(time), 1)) ** -1.25, 1e36)  # [erg]
        half = _factor(rng, time, 4.0 / 1440.0, 0.2) * (energy / 1e32) ** 0.33
        near = rng.integers(time.shape[1], size=(len(time), 1))  # those far from all epochs are not seen
        start = (np.take_along_axis(time, near, 1) - rng.uniform(-0.01, 0.1, near.shape)) * (
            flare > 0
        )  # the first is at time 0
        x = (time - start) / half
        rise = 1.0 + x * (1.941 + x * (-0.175 + x * (-2.246 - 1.125 * x)))
        fall = 0.689 * np.exp(-1.6 * np.maximum(x, 0.0)) + 0.303 * np.exp(-0.2783 * np.maximum(x, 0.0))
        light += energy / (1.827 * half * DAY) * np.where(x < 0.0, rise * (x > -1.0), fall)
    return light * hot, star


def _active(rng: Rng, time: Array, wave: Array) -> Light:
    """A damped random walk in magnitude, for which luminosity and mass set time and amplitude: MacLeod et al. 2010, ApJ 721, 1014."""
    magnitude = np.interp(rng.random((len(time), 1)), *_quasars())
    mass = 2.0 - 0.27 * magnitude + _about(rng, time, 0.0, 0.35) - 9.0  # log of 1e9 Sun
    red = np.log10(wave / 4000.0)
    memory = 10.0 ** (2.4 + 0.03 * (magnitude + 23.0) + 0.21 * mass)  # [day]
    spread = 10.0 ** (-0.51 - 0.479 * red + 0.131 * (magnitude + 23.0) + 0.18 * mass) / np.sqrt(2.0)
    steady = _flux(magnitude) * (wave / I_BAND) ** 0.44  # Vanden Berk et al. 2001, AJ 122, 549
    return steady * (10.0 ** (-0.4 * spread * _walk(rng, time, memory)) - 1.0), steady


def _quasars() -> tuple[Array, Array]:
    """Return a cumulative luminosity function and its absolute magnitudes: slopes of Richards et al. 2006, AJ 131, 2766, and Croom et al. 2009, MNRAS 399, 1755."""
    magnitude = np.linspace(-29.0, -20.0, 100)
    number = 1.0 / (10.0 ** (0.4 * -2.3 * (magnitude + 23.5)) + 10.0 ** (0.4 * -0.45 * (magnitude + 23.5)))
    return np.cumsum(number) / number.sum(), magnitude


def _walk(rng: Rng, time: Array, memory: Array) -> Array:
    """Draw random walks of unit variance that forget their past, at ascending times."""
    step = np.diff(time, axis=1) / memory
    path, keep = rng.normal(size=time.shape), np.exp(-step)
    path[:, 1:] *= np.sqrt(-np.expm1(-2.0 * step))
    for k in range(step.shape[1]):
        path[:, k + 1] += keep[:, k] * path[:, k]
    return path


KINDS: dict[str, Callable[[Rng, Array, Array], Light]] = {
    "SNIa": _normal_ia, "SNIa-91bg": _faint_ia, "SNIax": _iax, "SNII": _plateau, "SNIbc": _stripped, "SLSN-I": _superluminous,
    "TDE": _disruption, "KN": _kilonova, "AGN": _active, "uLens-Single": _magnified, "M-dwarf": _flares,
}  # fmt: skip

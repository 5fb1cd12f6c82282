"""Light of what is hot: black bodies, and energy that diffuses out of matter that flies apart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DAY, SUN, LIGHT = 86400.0, 1.989e33, 2.998e10  # [s], [g], [cm / s]
STEFAN = 5.670e-5  # [erg / s / cm2 / K4]
TEN_PARSEC = 4.0 * np.pi * (10 * 3.0857e18) ** 2  # [cm2]
UNIT = 3.631e-20 * 10.0 ** (-0.4 * 25.0)  # of fluxes with the AB zero point 25 [erg / s / cm2 / Hz]
LATEST, NODES = 5.0, 120  # after so many diffusion times light escapes at once; nodes of the integral until then


def blackbody(luminosity: Array, temperature: Array, wavelength: Array) -> Array:
    """Return the flux of a black body at 10 pc.

    Parameters
    ----------
    luminosity : float64 (...)
        Luminosity [erg / s].
    temperature : float64 (...)
        Temperature [K].
    wavelength : float64 (...)
        Wavelength [Angstrom].

    Returns
    -------
    float64 (...)
        Flux per frequency, with the AB zero point 25.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.datasets.glow import blackbody
    >>> sun = blackbody(np.array(3.828e33), np.array(5772.0), np.array(5500.0))
    >>> round(float(25 - 2.5 * np.log10(sun)), 2)  # in V, where the Sun has 4.8
    4.86
    """
    x = np.minimum(1.4388e8 / (wavelength * temperature), 500.0)
    per_hertz = 15.0 / np.pi**4 * x**3 / np.expm1(x) * 4.799e-11 / temperature
    return luminosity * per_hertz / (TEN_PARSEC * UNIT)


def tinted(magnitude: Array, at: float, temperature: Array, wavelength: Array) -> Array:
    """Return the flux of a black body of known magnitude.

    Parameters
    ----------
    magnitude : float64 (...)
        Its magnitude (AB).
    at : float
        Wavelength of that magnitude [Angstrom].
    temperature : float64 (...)
        Temperature [K].
    wavelength : float64 (...)
        Wavelength [Angstrom].

    Returns
    -------
    float64 (...)
        Flux per frequency, with the AB zero point 25.
    """
    color = blackbody(np.ones(()), temperature, wavelength) / blackbody(np.ones(()), temperature, np.array(at))
    return 10.0 ** (-0.4 * (magnitude - 25.0)) * color


def blanketed(wavelength: Array, below: float, power: Array | float) -> Array:
    """Return the part of the light that the many lines of metals in the ultraviolet leave.

    Parameters
    ----------
    wavelength : float64 (...)
        Wavelength [Angstrom].
    below : float
        Wavelength from which on all light is left [Angstrom].
    power : float or float64 (...)
        Power of the wavelength below that (1 in Nicholl, Guillochon & Berger 2017, ApJ 850, 55).

    Returns
    -------
    float64 (...)
    """
    return np.minimum(wavelength / below, 1.0) ** power


def diffusion_time(mass: Array, speed: Array, opacity: float) -> Array:
    """Return how long light needs to leave an explosion.

    Parameters
    ----------
    mass : float64 (...)
        Mass [Sun].
    speed : float64 (...)
        Speed [cm / s].
    opacity : float
        Opacity [cm2 / g].

    Returns
    -------
    float64 (...)
        As in Arnett 1982, ApJ 253, 785 [day].
    """
    return np.sqrt(2.0 * opacity * mass * SUN / (13.7 * LIGHT * speed)) / DAY


def trapping_time(mass: Array, speed: Array, opacity: float) -> Array:
    """Return until when an explosion keeps gamma rays.

    Parameters
    ----------
    mass : float64 (...)
        Mass [Sun].
    speed : float64 (...)
        Speed [cm / s].
    opacity : float
        Opacity for gamma rays [cm2 / g].

    Returns
    -------
    float64 (...)
        As in Clocchiatti & Wheeler 1997, ApJ 491, 375 [day].
    """
    return np.sqrt(3.0 * opacity * mass * SUN / (4.0 * np.pi)) / speed / DAY


def diffused(power: Callable[[Array], Array], delay: Array, kept: Array) -> tuple[Array, Callable[[Array], Array]]:
    """Return the luminosity of an explosion that is heated from within.

    Parameters
    ----------
    power : function
        Takes days since the explosion, (N, M), and returns the heating power [erg / s].
    delay, kept : float64 (N, 1)
        Diffusion time and trapping time of gamma rays [day].

    Returns
    -------
    tuple of float64 (N, 1) and function
        Time of the maximum [day since the explosion]; and a function of days since the explosion, (N, P), that returns the luminosity [erg / s],
        0 before it: the integral of Arnett 1982, ApJ 253, 785.
    """
    x = LATEST * np.linspace(0.0, 1.0, NODES) ** 2

    def lasting(since: Array) -> Array:
        return power(since) * -np.expm1(-((kept / since) ** 2))

    nodes = np.maximum(x * delay, 1e-4)
    own = 2.0 * x * lasting(nodes) * np.exp(x**2)
    sums = np.cumsum(0.5 * (own[:, 1:] + own[:, :-1]) * np.diff(x), axis=1)
    light = np.concatenate([np.zeros_like(delay), sums], axis=1) * np.exp(-(x**2))
    rows = np.arange(len(light))[:, None]

    def luminosity(since: Array) -> Array:
        place = np.clip((NODES - 1) * np.sqrt(np.maximum(since, 0.0) / delay / LATEST), 0.0, NODES - 1.001)
        node = place.astype(np.int64)
        inside = light[rows, node] * (1.0 - place + node) + light[rows, node + 1] * (place - node)
        return np.where(since < LATEST * delay, inside, lasting(np.maximum(since, 1e-4))) * (since > 0.0)

    return nodes[rows, light.argmax(1)[:, None]], luminosity


def photosphere(luminosity: Array, since: Array, speed: Array, coolest: Array) -> Array:
    """Return the temperature of a photosphere that expands until it is as cool as it gets.

    Parameters
    ----------
    luminosity : float64 (N, P)
        Luminosity [erg / s].
    since : float64 (N, P)
        Days since the explosion.
    speed, coolest : float64 (N, 1)
        Its speed [cm / s] and final temperature [K].

    Returns
    -------
    float64 (N, P)
        Temperature [K], as in Nicholl, Guillochon & Berger 2017, ApJ 850, 55.
    """
    radius = speed * np.maximum(since, 1e-3) * DAY
    return np.maximum((luminosity / (4.0 * np.pi * STEFAN * radius**2)) ** 0.25, coolest)

"""Light curves of eclipsing binaries: two spheres with discs of even brightness, drawn out by tides and heated by each other.

Detached, semi-detached and contact binaries differ in nothing but how far the stars fill their Roche lobes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LIMB, GRAVITY = 0.5, 0.3  # coefficients of the limb and gravity darkening, of the sides that tides draw out
DRAWN_OUT = 0.3  # largest part of the light
LEAST = 0.01  # of the light that an eclipse leaves: less is the light of another star in practice
STEPS = 6  # of Newton's method for Kepler's equation


class Binary(NamedTuple):
    """An eclipsing binary.

    Parameters
    ----------
    radii : tuple of float
        Radii of both stars, in units of the semi-major axis.
    surface : float
        Surface brightness of the second star over that of the first.
    ratio : float
        Mass of the second star over that of the first.
    inclination : float
        Inclination [rad]; pi / 2 is edge-on.
    third : float
        Light of a third star over that of both.
    eccentricity : float
        Eccentricity, from 0 to below 1.
    periastron : float
        Argument of the periastron [rad]; of a circular orbit pi / 2, so that the first star is eclipsed at phase 0.
    """

    radii: tuple[float, float]
    surface: float
    ratio: float
    inclination: float
    third: float = 0.0
    eccentricity: float = 0.0
    periastron: float = np.pi / 2


def roche_radius(ratio: float) -> float:
    """Return the radius of the sphere with the volume of a Roche lobe, in units of the distance of the stars.

    Parameters
    ----------
    ratio : float
        Mass of this star over that of the other.

    Returns
    -------
    float

    References
    ----------
    Eggleton 1983, ApJ 268, 368, equation 2.

    Examples
    --------
    >>> from clrseries.datasets.eclipses import roche_radius
    >>> round(roche_radius(1.0), 3)
    0.379
    """
    root = ratio ** (1.0 / 3.0)
    return float(0.49 * root**2 / (0.6 * root**2 + np.log1p(root)))


def common_area(distance: Array, one: float, other: float) -> Array:
    """Return the area that two discs have in common.

    Parameters
    ----------
    distance : float64 (P,)
        Distances of their centers.
    one, other : float
        Their radii, in the same unit.

    Returns
    -------
    float64 (P,)

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.datasets.eclipses import common_area
    >>> common_area(np.array([0.0, 1.0, 2.0]), 1.0, 1.0).round(3).tolist()
    [3.142, 1.228, 0.0]
    """
    d = np.clip(distance, max(abs(one - other), 1e-12), one + other)  # beyond these the area does not change
    of_one = np.arccos(np.clip((d**2 + one**2 - other**2) / (2.0 * d * one), -1.0, 1.0))
    of_other = np.arccos(np.clip((d**2 + other**2 - one**2) / (2.0 * d * other), -1.0, 1.0))
    kite = np.sqrt(np.maximum((one + other - d) * (d + one - other) * (d - one + other) * (d + one + other), 0.0))
    return one**2 * of_one + other**2 * of_other - 0.5 * kite


def eclipsing_binary(phase: Array, star: Binary) -> Array:
    """Return the light curve of an eclipsing binary.

    Parameters
    ----------
    phase : float64 (P,)
        Phases in cycles; of a circular orbit, the first star is eclipsed at 0 and the second at 0.5.
    star : Binary
        The stars and their orbit.

    Returns
    -------
    float64 (P,)
        Magnitudes, 0 where the light is that of both stars without tides and heating.

    References
    ----------
    Morris & Naftilan 1993, ApJ 419, 344 (light of stars that tides draw out).

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.datasets.eclipses import Binary, eclipsing_binary
    >>> dark = Binary((0.02, 0.01), surface=0.0, ratio=1.0, inclination=np.pi / 2)  # a quarter of the disc is covered
    >>> eclipsing_binary(np.array([0.0]), dark).round(3).tolist()
    [0.312]
    """
    one, other = star.radii
    angle, distance = _orbit(phase, star.eccentricity, star.periastron)
    sine = np.sin(star.inclination)
    apart = distance * np.sqrt(np.maximum(1.0 - (sine * np.cos(angle)) ** 2, 0.0))
    lights = np.array([one**2, star.surface * other**2])
    total = np.pi * lights.sum()
    covered = common_area(apart, one, other) * np.where(np.cos(angle) > 0, 1.0, star.surface)
    bulges = np.array([star.ratio * one**3, other**3 / star.ratio]) @ lights / lights.sum()
    bulges = min(0.15 * (15.0 + LIMB) * (1.0 + GRAVITY) / (3.0 - LIMB) * bulges, DRAWN_OUT)
    heated = 0.3 * max(1.0 - star.surface, 0.0) * other**2
    light = (1.0 - covered / total) * (1.0 - bulges * sine**2 * np.cos(2.0 * angle)) - heated * sine * np.cos(angle)
    return -2.5 * np.log10(np.maximum((light + star.third) / (1.0 + star.third), LEAST))


def _orbit(phase: Array, eccentricity: float, periastron: float) -> tuple[Array, Array]:
    """Return the angle from where the second star is in front, and the distance in units of the semi-major axis."""
    mean = 2.0 * np.pi * phase
    eccentric = mean.copy()
    for _ in range(STEPS):
        eccentric -= (eccentric - eccentricity * np.sin(eccentric) - mean) / (1.0 - eccentricity * np.cos(eccentric))
    half = np.sqrt((1.0 + eccentricity) / (1.0 - eccentricity)) * np.tan(eccentric / 2.0)
    return 2.0 * np.arctan(half) + periastron - np.pi / 2, 1.0 - eccentricity * np.cos(eccentric)

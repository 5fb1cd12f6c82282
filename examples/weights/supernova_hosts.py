"""Light of host galaxies in the templates of the weights ``supernova-spectra``: stars of MILES and the lines of hot gas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from clrseries import Grid, datasets
from clrseries import spectra as sp
from clrseries.series import Series

STARS = 3  # in a galaxy
FRACTION = 0.1, 0.8  # of the light
SIGMA = 60.0, 250.0  # of the lines [km/s]
GAS, WIDTH = 0.7, 6.0  # fraction of the galaxies with lines, and the median equivalent width of [O II] [Angstrom]
# rest wavelength in vacuum [Angstrom], and the strength beside [O II]
LINES = ((3728.5, 1.0), (4862.7, 0.4), (6564.6, 1.2), (6585.3, 0.35), (6718.3, 0.2), (6732.7, 0.2))
OXYGEN = ((4960.3, 0.33), (5008.2, 1.0))  # [O III], whose strength varies more
LIGHT = 299792.458  # [km/s]


def in_galaxies(templates: Series, copies: int, rng: np.random.Generator) -> Series:
    """Return templates, flux over continuum in the rest frame, and copies of them with light of galaxies, each copy with a different galaxy."""
    grid, stars = star_spectra()
    series = templates.take(np.tile(np.arange(len(templates)), 1 + copies))
    flux = series.flux.copy()
    for i in range(len(templates), len(series)):
        own = slice(int(series.offsets[i]), int(series.offsets[i + 1]))
        light = galaxy(grid.edges, stars, rng)
        fraction = rng.uniform(*FRACTION)
        flux[own] += fraction * (np.interp(series.x[own], grid.centers, light) - flux[own])
    return replace(series, flux=flux)


def star_spectra() -> tuple[Grid, NDArray[np.float64]]:
    """Return the grid of P pixels, and stars over their continuum (S, P); 1 where nothing was measured."""
    grid = Grid.log(2400.0, 10600.0, 450.0)
    observe = sp.Observe([sp.Resample(grid), sp.Normalize("continuum", window=600)])
    flux, ivar = (array[:, 0].numpy() for array in observe(datasets.miles()).torch())
    return grid, np.where(ivar > 0, flux, 1.0)


def galaxy(edges: NDArray[np.float64], stars: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a galaxy over its continuum (P,): some stars and, in most, the lines of hot gas, between the edges of the pixels (P + 1,)."""
    light = rng.dirichlet(np.ones(STARS)) @ stars[rng.integers(0, len(stars), STARS)]
    if rng.random() > GAS:
        return light
    width, oxygen, sigma = WIDTH * rng.lognormal(), rng.lognormal(sigma=0.7), rng.uniform(*SIGMA) / LIGHT
    for center, strength in (*LINES, *((center, oxygen * strength) for center, strength in OXYGEN)):
        light += width * strength * np.diff(ndtr(np.log(edges / center) / sigma)) / np.diff(edges)
    return light

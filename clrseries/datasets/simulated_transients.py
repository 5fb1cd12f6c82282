"""Simulated transients of eleven kinds, as the survey of some observed light curves would have recorded them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..lightcurves.source import luminosity_distance
from ..series.series import Series
from ..spectra.extinction_curves import powers
from .simulated_objects import FLOOR, WAVELENGTH, Array, Points, Rng, checked_kinds, simulated_objects
from .transient_shapes import KINDS

CANDIDATES, ROUNDS = 64, 12  # drawn at once, of which one is taken; how often, until one is detected
FEWEST = 10  # points of an observed light curve
DETECTED, POINTS = 5.0, 3  # S/N of a point, and so many of them make a detection
REDSHIFTS, DISTANCES = (1e-3, 3.0), (3.0, 2e4)  # from where to where objects are; of stars [pc]
GALACTIC, HOST = 0.04, 0.1  # mean E(B-V) of the Milky Way and of host galaxies [mag]
BRIGHT = 20.0  # S/N of points that tell the noise of the source
LOWEST = 5.0  # percentile of their variances over fluxes that does
FAINTEST = 0.5  # percentile of the S/N below which points are not recorded


class Home(NamedTuple):
    """Where objects of a kind are, and when they shine.

    Parameters
    ----------
    rise, fall : float
        Days at rest before and after maximum within which it may have an epoch.
    rate : float
        Power of 1 + z to which the rate per volume is proportional; of stars the power of the distance by which there are more, beside the volume.
    scale : float
        Distance by which the density of stars falls to 1 / e [pc]; 0 for galaxies.
    """

    rise: float
    fall: float
    rate: float
    scale: float = 0.0


HOMES = {
    "SNIa": Home(15, 60, 1.5), "SNIa-91bg": Home(10, 50, 1.5), "SNIax": Home(10, 60, 2.5), "SNII": Home(8, 120, 2.5),
    "SNIbc": Home(15, 60, 2.5), "SLSN-I": Home(30, 100, 2.5), "TDE": Home(15, 100, -3), "KN": Home(0, 5, 0), "AGN": Home(0, 0, 4),
    "uLens-Single": Home(50, 50, 2, 2000), "M-dwarf": Home(0.01, 0.1, 0, 300),
}  # fmt: skip


class Epochs(NamedTuple):
    """Light curves as the epochs of a survey: what its points say of the noise.

    Parameters
    ----------
    usable : bool (S,)
        Points with an error.
    sky : float64 (S,)
        Variance without a source; NaN where the observed source was too bright to tell.
    usual, gain, faintest : float64 (B,)
        Of each band: the median of `sky`, the variance for each unit of flux, and the S/N below which points are not recorded.
    """

    usable: NDArray[np.bool_]
    sky: Array
    usual: Array
    gain: Array
    faintest: Array


def simulated_transients(
    like: Series, objects: int = 1000, *, kinds: str | Sequence[str] = tuple(KINDS), seed: int = 0
) -> Series:
    """Simulate transients at the epochs, and with the noise, of observed light curves.

    An object takes the epochs and bands of one of the observed light curves at random, and the noise of the sky; that of its own light is added.
    Redshifts follow volume and rate among the objects that have three points with S/N above 5, so that bright ones
    are seen farther away; of some only the rise or the decline is seen. Spectra are shifted to the red, times stretched, and dust of the host and the Milky Way reddens.
    Fluxes are differences from an image without the transient, as in alerts: about 0 when it is off, and negative for a quasar fainter than usual.
    Points of lower S/N than nearly all observed ones of their band, but at most 5, are lost: detections alone give detections alone.

    Parameters
    ----------
    like : Series
        Light curves, of whatever kind, with the zero point 25 (AB).
    objects : int
        Number of simulated objects, at least 1.
    kinds : str or sequence of str
        Names as in :func:`clrseries.datasets.plasticc`; the objects take them in turn: ``SNIa``, ``SNIa-91bg``, ``SNIax``, ``SNII``, ``SNIbc``, ``SLSN-I``,
        ``TDE``, ``KN``, ``AGN``, ``uLens-Single``, ``M-dwarf``. Default all.
    seed : int
        Seed of the random numbers; not negative. An object depends only on the seed, its number and `like`.

    Returns
    -------
    Series
        Columns ``object_id`` ("simulated 000001"), ``class``, ``redshift`` (0 for stars), ``peak_time`` [day] (of the merger for ``KN``, of the
        bolometric maximum for the other explosions; null for ``AGN``) and ``simulated`` (true).

    Raises
    ------
    InputError
        The series holds spectra, a band whose wavelength is not known or no light curve with enough points, there is no such kind, or
        `objects` is below 1.

    References
    ----------
    Papers on the kinds are named in :mod:`clrseries.datasets.transient_shapes`. Planck Collaboration 2020, A&A 641, A6 (distances);
    Fitzpatrick 1999, PASP 111, 63 (dust); Kessler et al. 2019, PASP 131, 094501 (the same with full spectra, for LSST).

    Examples
    --------
    >>> from clrseries import datasets
    >>> observed = datasets.simulated_light_curves(20)  # or datasets.plasticc(), or your own
    >>> transients = datasets.simulated_transients(observed, 3, kinds=["SNIa", "TDE"])
    >>> transients.table["class"].to_pylist(), transients.bands
    (['SNIa', 'TDE', 'SNIa'], ('B', 'R'))
    """
    kinds = checked_kinds("simulated_transients", like, objects, kinds, KINDS, seed)
    unknown = [name for name in like.bands if name not in WAVELENGTH]
    if unknown:
        raise InputError(
            f"simulated_transients: the wavelength of band {', '.join(unknown)} is not known; known are {', '.join(WAVELENGTH)}. "
            "Rename or drop bands with like.with_bands(..., rename={...}, drop=True)"
        )
    epochs = _epochs(like)
    owner = np.repeat(np.arange(len(like)), np.diff(like.offsets))
    rows = np.flatnonzero(np.bincount(owner[epochs.usable], minlength=len(like)) >= FEWEST)
    if not len(rows):
        raise InputError(f"simulated_transients: no light curve of `like` has {FEWEST} points with an error")

    def draw(rng: Rng, kind: str) -> tuple[dict[str, object], Points]:
        redshift, peak, points = _object(rng, kind, like, epochs, int(rng.choice(rows)))
        return {"redshift": redshift, "peak_time": None if kind == "AGN" else peak}, points

    return simulated_objects(objects, kinds, seed, like.bands, draw)


def _epochs(like: Series) -> Epochs:
    """Tell the noise of the sky from that of the source, which grows with the flux: the best bright points have hardly any other."""
    assert like.band is not None
    usable = like.ivar > 0
    flux, bands = like.flux.astype(np.float64), len(like.bands)
    variance = 1.0 / np.where(usable, like.ivar, 1.0).astype(np.float64)
    sky, usual, gain, faintest = np.full(len(flux), np.nan), np.ones(bands), np.zeros(bands), np.full(bands, -np.inf)
    for b in np.unique(like.band[usable]):
        at = usable & (like.band == b)
        bright = at & (flux > BRIGHT * np.sqrt(variance))
        if bright.any():
            gain[b] = np.percentile(variance[bright] / flux[bright], LOWEST)
        own = gain[b] * np.abs(flux[at])
        rest = variance[at] - own
        sky[at] = np.where(own < 0.25 * variance[at], rest, np.nan)
        usual[b] = np.nanmedian(sky[at]) if np.isfinite(sky[at]).any() else np.median(variance[at]) / 10.0
        faintest[b] = min(float(np.percentile(flux[at] / np.sqrt(variance[at]), FAINTEST)), DETECTED)
    return Epochs(usable, sky, usual, gain, faintest)


def _object(rng: Rng, kind: str, like: Series, epochs: Epochs, row: int) -> tuple[float, float, Points]:
    """Return the redshift and the time of the maximum of an object, and times, fluxes, errors and bands of its points."""
    assert like.band is not None
    own = np.arange(int(like.offsets[row]), int(like.offsets[row + 1]))
    own = own[epochs.usable[own]]
    time, band = like.x[own], like.band[own]
    sky = _known_sky(rng, epochs.sky[own], band, epochs.usual)
    wavelength = np.array([WAVELENGTH[name] for name in like.bands])
    for _ in range(ROUNDS):
        z, modulus, chance = _places(rng, HOMES[kind])
        peak = rng.choice(time, (CANDIDATES, 1)) + (1.0 + z) * rng.uniform(
            -HOMES[kind].fall, HOMES[kind].rise, (CANDIDATES, 1)
        )
        seen = (1.0 + z) * 10.0 ** (-0.4 * (modulus + _dust(rng, z, wavelength)))[:, band]
        change, steady = KINDS[kind](rng, (time - peak) / (1.0 + z), wavelength[band] / (1.0 + z))
        flux = seen * change
        noise = sky + epochs.gain[band] * (np.maximum(flux, 0.0) + seen * steady) + (FLOOR * flux) ** 2
        reached = np.partition(np.abs(flux) / np.sqrt(noise), -POINTS, axis=1)[:, -POINTS]
        chance = chance[:, 0] * (reached > DETECTED)
        if chance.any():
            break
    taken = int(rng.choice(CANDIDATES, p=chance / chance.sum()) if chance.any() else reached.argmax())
    error = np.sqrt(noise[taken])
    measured = flux[taken] + error * rng.normal(size=len(time))
    kept = measured > epochs.faintest[band] * error
    if not kept.any():
        kept[:] = True
    return float(z[taken, 0]), float(peak[taken, 0]), (time[kept], measured[kept], error[kept], band[kept])


def _known_sky(rng: Rng, sky: Array, band: NDArray[np.int8], usual: Array) -> Array:
    """Return the noise of the sky of all points: where it is not known, that of another point of the same band at random."""
    sky = sky.copy()
    for b in np.unique(band[np.isnan(sky)]):
        unknown = (band == b) & np.isnan(sky)
        known = sky[(band == b) & ~np.isnan(sky)]
        sky[unknown] = rng.choice(known, unknown.sum()) if len(known) else usual[b]
    return sky


def _places(rng: Rng, home: Home) -> tuple[Array, Array, Array]:
    """Return the redshifts and distance moduli of candidates, even in the logarithm, and how many objects there are for each of them."""
    low, high = DISTANCES if home.scale else REDSHIFTS
    log = np.log(low) + np.log(high / low) * (np.arange(CANDIDATES) + rng.random(CANDIDATES))[:, None] / CANDIDATES
    if home.scale:
        parsec = np.exp(log)
        return (
            np.zeros_like(log),
            5.0 * np.log10(parsec / 10.0),
            parsec ** (3.0 + home.rate) * np.exp(-parsec / home.scale),
        )
    z = np.exp(log)
    distance = luminosity_distance(z)
    return z, 5.0 * np.log10(distance) + 25.0, np.interp(log, *_volumes()) * (1.0 + z) ** (home.rate - 1.0)


@cache
def _volumes() -> tuple[Array, Array]:
    """Return logarithms of redshifts, and the comoving volumes in each unit of them."""
    from astropy.cosmology import Planck18

    nodes = np.geomspace(*REDSHIFTS, 200)
    return np.log(nodes), nodes * Planck18.differential_comoving_volume(nodes).value


def _dust(rng: Rng, z: Array, wavelength: Array) -> Array:
    """Return the extinction of candidates in each band [mag]; stars have no host."""
    host = rng.exponential(HOST, z.shape) * (z > 0.0)
    nodes, law = _law()
    seen = np.interp(wavelength / (1.0 + z), nodes, law)
    return rng.exponential(GALACTIC, z.shape) * np.interp(wavelength, nodes, law) + host * seen


@cache
def _law() -> tuple[Array, Array]:
    """Return wavelengths [Angstrom], and the extinction for E(B-V) = 1 with the usual R_V."""
    nodes = np.geomspace(900.0, 25000.0, 1000)
    return nodes, np.asarray(sum(3.1**p * k for p, k in powers("F99", nodes).items()))

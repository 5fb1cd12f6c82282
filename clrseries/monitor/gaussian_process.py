"""K-corrections without a template: a Gaussian process over time and wavelength (Boone 2019, AJ 158, 257: Avocado)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..augment.distributions import draw
from ..errors import InputError, located
from ..series import Series
from .source import luminosity_distance

Array = NDArray[np.float64]
WAVELENGTH_SCALE = 6000.0  # Angstrom, as in Avocado
TIME_SCALES = (1.0, 500.0)  # days
JITTER = 1e-9  # of the variance, so that points of one time can be told apart


def redshifted(
    series: Series, to: float | str, wavelengths: Mapping[str, float], *, z: float | str = "z", most: int = 1000
) -> Series:
    """Transients as their bands would have seen them at redshift `to`.

    A process with a Matern-3/2 kernel in time and one in wavelength (their product; amplitude and time scale fitted to
    each object, 6000 Angstrom in wavelength) is conditioned on an object's points. What a band sees at `to` it
    would have seen at `z` at the wavelength times (1 + z) / (1 + to): the process gives the flux there. Then time is
    stretched about the first point and flux dimmed as by :class:`~clrseries.Dilate`, which is not to be used on top.

    Parameters
    ----------
    series : Series
        Fluxes with the background subtracted: far from the source the process falls to 0.
    to, z : float, or name of a column
        Above 0.
    wavelengths : mapping of band to Angstrom
        Effective wavelengths.
    most : int
        An object with more good points is refused: time grows with their cube.

    Returns
    -------
    Series
        The same points, at their new times; their variance is that of the process plus that of the measurement, scaled.
        Column ``z`` is `to`. Points without information keep ivar 0.

    Raises
    ------
    InputError
        A band without a wavelength, a redshift that is not above 0, or an object with too many points.
    """
    if series.band is None:
        raise InputError("redshifted takes light curves, and these are spectra")
    missing = sorted(set(series.bands) - set(wavelengths))
    if missing:
        raise InputError(
            f"wavelengths: there is none for band {', '.join(missing)}; give its effective wavelength in Angstrom"
        )
    shape = (len(series), 1)
    seen, wanted = (draw(value, lambda: np.empty(0), series, shape, low=1e-4)[:, 0] for value in (z, to))
    stretch = (1.0 + wanted) / (1.0 + seen)
    factor = stretch * (luminosity_distance(seen) / luminosity_distance(wanted)) ** 2
    x, flux, ivar = series.x.copy(), series.flux.copy(), series.ivar.copy()
    wave = np.array([float(wavelengths[name]) for name in series.bands])[series.band]
    for i in range(len(series)):
        at = slice(series.offsets[i], series.offsets[i + 1])
        good = series.ivar[at] > 0
        if good.sum() > most:
            raise located(
                f"has {good.sum()} points, more than {most}: bin them first",
                object_id=series.object_ids[i],
                column="flux",
            )
        x[at] = x[at][0] + stretch[i] * (x[at] - x[at][0])
        if good.any():
            days = series.x[at][good] - series.x[at][0]
            light, noise = series.flux[at][good].astype(np.float64), 1.0 / series.ivar[at][good].astype(np.float64)
            own = wave[at][good]
            mean, variance = _predict(days, own, light, noise, own / stretch[i], _fit(days, own, light, noise))
            flux[at][good] = factor[i] * mean
            ivar[at][good] = 1.0 / (factor[i] ** 2 * (variance + noise))
    return replace(series, x=x, flux=flux, ivar=ivar).with_columns({"z": wanted})


def _fit(days: Array, wave: Array, flux: Array, noise: Array) -> tuple[float, float]:
    """Variance and time scale [day] of the process, those of the largest likelihood."""
    from scipy.linalg import cho_factor, cho_solve
    from scipy.optimize import minimize

    size = max(float(np.mean(flux**2)), 1e-24)
    apart, across = days[:, None] - days, _matern((wave[:, None] - wave) / WAVELENGTH_SCALE)

    def minus_log_likelihood(p: Array) -> float:
        covariance = np.exp(p[0]) * size * _matern(apart / np.exp(p[1])) * across
        factors = cho_factor(covariance + np.diag(noise + JITTER * size))
        return float(0.5 * flux @ cho_solve(factors, flux) + np.log(np.diag(factors[0])).sum())

    bounds = [(-6.0, 6.0), tuple(np.log(TIME_SCALES))]
    p = minimize(minus_log_likelihood, [0.0, np.log(20.0)], bounds=bounds, method="L-BFGS-B").x
    return float(np.exp(p[0]) * size), float(np.exp(p[1]))


def _predict(
    days: Array, wave: Array, flux: Array, noise: Array, elsewhere: Array, process: tuple[float, float]
) -> tuple[Array, Array]:
    """Mean and variance of the process at the same times and the wavelengths `elsewhere`."""
    from scipy.linalg import cho_factor, cho_solve

    amplitude, scale = process
    in_time = amplitude * _matern((days[:, None] - days) / scale)
    covariance = in_time * _matern((wave[:, None] - wave) / WAVELENGTH_SCALE)
    factors = cho_factor(covariance + np.diag(noise + JITTER * amplitude))
    cross = in_time * _matern((elsewhere[:, None] - wave) / WAVELENGTH_SCALE)
    variance = amplitude - np.einsum("ij,ji->i", cross, cho_solve(factors, cross.T))
    return cross @ cho_solve(factors, flux), np.maximum(variance, 0.0)


def _matern(distance: Array) -> Array:
    """Matern kernel of order 3/2 for a distance in length scales."""
    r = np.sqrt(3.0) * np.abs(distance)
    return (1.0 + r) * np.exp(-r)

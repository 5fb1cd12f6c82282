"""K-corrections of transients with a Gaussian process in time and wavelength, without a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..augment.distributions import sample_values
from ..errors import InputError, located
from ..series import Series
from .source import luminosity_distance

Array = NDArray[np.float64]
WAVELENGTH_SCALE = 6000.0  # [Angstrom], as in Avocado
TIME_SCALES = (1.0, 500.0)  # range of the fit [day]
JITTER = 1e-9  # added to the diagonal, as a fraction of the variance, so that the matrix of equal times stays positive definite


def redshifted(
    series: Series, to: float | str, wavelengths: Mapping[str, float], *, z: float | str = "z", most: int = 1000
) -> Series:
    """Move transients to another redshift, with a K-correction from a Gaussian process.

    The process is fitted to the points of each object. Its kernel is the product of two Matern-3/2 kernels: one in time, whose
    amplitude and scale are fitted, and one in wavelength with a scale of 6000 Angstrom. A band with the effective wavelength w
    observes at the redshift `to` the light that had the wavelength w (1 + z) / (1 + to) at the redshift `z`, and the process
    predicts the flux there. Then time is stretched about the first point, and the flux is scaled as in
    :class:`clrseries.lightcurves.Redshift`, which must not be applied in addition.

    Parameters
    ----------
    series : Series
        Light curves with the background subtracted, because the process tends to 0 far from the points.
    to : float or column name
        New redshift, from 1e-4 to 30.
    wavelengths : mapping of str to float
        Effective wavelength of each band [Angstrom].
    z : float or column name
        Redshift of the data, from 1e-4 to 30.
    most : int
        Largest number of points of an object, because the computing time grows with its cube.

    Returns
    -------
    Series
        The same points at their new times. Their variance is that of the process plus that of the measurement, scaled. The column
        ``z`` holds the new redshift. Points with ivar 0 keep it.

    Raises
    ------
    InputError
        The series holds spectra, a band has no wavelength, a redshift is below 1e-4, or an object has too many points.

    References
    ----------
    Boone 2019, AJ 158, 257 (Avocado).

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries import Series, lightcurves as lc
    >>> days = np.linspace(0, 60, 30)
    >>> light = 100 * np.exp(-(((days - 25) / 12) ** 2))
    >>> sn = Series.from_points([days], [light], [np.ones(30)], [["g", "r"] * 15], {"z": [0.1]})
    >>> moved = lc.redshifted(sn, 0.2, {"g": 4800.0, "r": 6200.0})
    >>> round(float(np.ptp(moved.x)), 2)
    65.45
    """
    if series.band is None:
        raise InputError("redshifted takes light curves, and these are spectra")
    missing = sorted(set(series.bands) - set(wavelengths))
    if missing:
        raise InputError(
            f"wavelengths: there is none for band {', '.join(missing)}; give its effective wavelength in Angstrom"
        )
    shape = (len(series), 1)
    seen, wanted = (sample_values(value, lambda: np.empty(0), series, shape, low=1e-4)[:, 0] for value in (z, to))
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
    """Return the variance and the time scale [day] of the process with the largest likelihood."""
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
    """Return the mean and the variance of the process at the same times and at the wavelengths `elsewhere`."""
    from scipy.linalg import cho_factor, cho_solve

    amplitude, scale = process
    in_time = amplitude * _matern((days[:, None] - days) / scale)
    covariance = in_time * _matern((wave[:, None] - wave) / WAVELENGTH_SCALE)
    factors = cho_factor(covariance + np.diag(noise + JITTER * amplitude))
    cross = in_time * _matern((elsewhere[:, None] - wave) / WAVELENGTH_SCALE)
    variance = amplitude - np.einsum("ij,ji->i", cross, cho_solve(factors, cross.T))
    return cross @ cho_solve(factors, flux), np.maximum(variance, 0.0)


def _matern(distance: Array) -> Array:
    """Return the Matern-3/2 kernel for distances in units of its scale."""
    r = np.sqrt(3.0) * np.abs(distance)
    return (1.0 + r) * np.exp(-r)

"""Conversion of magnitudes, limiting magnitudes and errors to flux and inverse variance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def flux_from_magnitude(
    magnitude: Any, error: Any, zero_point: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Convert magnitudes and their errors to flux and its error.

    Parameters
    ----------
    magnitude, error : float array
        Magnitudes and their errors [mag].
    zero_point : float
        Magnitude of flux 1.

    Returns
    -------
    float64 array, float64 array
        The flux ``10^(-0.4 (m - zero_point))``, and its first-order error ``0.4 ln(10) flux error``.

    Examples
    --------
    >>> from clrseries.series.photometry import flux_from_magnitude
    >>> flux, error = flux_from_magnitude([20.0], [0.1], zero_point=25.0)
    >>> flux.round(2).tolist(), error.round(2).tolist()
    ([100.0], [9.21])
    """
    flux = 10.0 ** (-0.4 * (np.asarray(magnitude, np.float64) - zero_point))
    return flux, flux * 0.4 * np.log(10.0) * np.asarray(error, np.float64)


def flux_err_from_limit(magnitude: Any, zero_point: float, sigma: float = 5.0) -> NDArray[np.float64]:
    """Convert the limiting magnitude of a non-detection to the error of a flux of 0.

    Parameters
    ----------
    magnitude : float array
        Limiting magnitude [mag].
    zero_point : float
        Magnitude of flux 1.
    sigma : float
        Number of standard deviations that the limit corresponds to.

    Returns
    -------
    float64 array
        Flux of the limit, divided by `sigma`.
    """
    return 10.0 ** (-0.4 * (np.asarray(magnitude, np.float64) - zero_point)) / sigma


def ivar_of(error: NDArray[np.floating], power: float = -2.0) -> NDArray[np.float64]:
    """Convert errors or variances to inverse variances.

    Parameters
    ----------
    error : float array
        Errors (1 sigma), or variances.
    power : float
        -2 for errors, -1 for variances.

    Returns
    -------
    float64 array
        0 where `error` is not finite or not positive.
    """
    wide = np.asarray(error, np.float64)
    good = np.isfinite(wide) & (wide > 0)
    with np.errstate(over="ignore"):
        return np.where(good, 1.0 / np.where(good, wide, 1.0) ** -power, 0.0)


def wide_inverse_variance(flux: NDArray[np.floating], error: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the inverse variance 1 / error^2 of each point in float64.

    Parameters
    ----------
    flux, error : float (S,)
        Flux and its error.

    Returns
    -------
    float64 (S,)
        0 where the flux is not finite, or the error is not finite and positive.
    """
    return np.where(np.isfinite(flux), ivar_of(error), 0.0)


def inverse_variance(flux: NDArray[np.floating], error: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the inverse variance 1 / error^2 of each point in float32.

    Parameters
    ----------
    flux, error : float (S,)
        Flux and its error.

    Returns
    -------
    float32 (S,)
        0 where the flux is not finite, the error is not finite and positive, or 1 / error^2 is out of the range of float32.
    """
    with np.errstate(over="ignore"):
        ivar = wide_inverse_variance(flux, error).astype(np.float32)
    return np.where(np.isfinite(ivar), ivar, np.float32(0))

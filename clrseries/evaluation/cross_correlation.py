"""Redshifts the classical way: cross-correlation with templates in ln(wavelength)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

EDGE = 0.05  # of the covered range, tapered at either end
LEAST = 0.4  # of a spectrum's range that must overlap with a template's


def flattened(flux: NDArray[np.floating], good: NDArray[np.bool_], width: float = 25.0) -> NDArray[np.float64]:
    """Return spectra over their continuum, minus 1, tapered at both ends of the range that they cover.

    Parameters
    ----------
    flux : float (N, P)
        On a grid of constant ln(wavelength).
    good : bool (N, P)
        Pixels with data.
    width : float
        Sigma of the Gaussian that makes the continuum [pixels].

    Returns
    -------
    float64 (N, P)
        0 where there is no data.
    """
    weight = np.asarray(good, np.float64)
    smooth = gaussian_filter1d(flux * weight, width, axis=1, mode="constant")
    covered = gaussian_filter1d(weight, width, axis=1, mode="constant")
    continuum = smooth / np.maximum(covered, 1e-6)
    floor = 0.02 * np.abs(continuum).max(axis=1, keepdims=True)
    ratio = np.where(good & (continuum > floor), flux / np.maximum(continuum, floor + 1e-12) - 1.0, 0.0)
    place = np.cumsum(weight, axis=1) / np.maximum(weight.sum(1, keepdims=True), 1.0)
    taper = 0.5 - 0.5 * np.cos(np.pi * np.clip(np.minimum(place, 1.0 - place) / EDGE, 0.0, 1.0))
    return np.clip(ratio, -3.0, 3.0) * taper * weight


def redshifts_by_template(
    spectra: NDArray[np.floating], templates: NDArray[np.floating], step: float, highest: float
) -> NDArray[np.float64]:
    """Measure the redshift of each spectrum by cross-correlation with templates.

    For every lag, the correlation coefficient over the pixels that both cover, times the square root of the overlap; the best of
    all templates and lags is taken.

    Parameters
    ----------
    spectra : float (N, P)
        As :func:`flattened` makes them; 0 where there is nothing.
    templates : float (M, P)
        The same, at redshift 0, on the same grid.
    step : float
        Width of a pixel in ln(wavelength).
    highest : float
        Largest redshift tried.

    Returns
    -------
    float64 (N,)
        Redshifts, from 0 to `highest`.

    References
    ----------
    Tonry & Davis 1979, AJ 84, 1511; Blondin & Tonry 2007, ApJ 666, 1024.
    """
    pixels = spectra.shape[1]
    size = 2 * pixels
    most = min(int(np.ceil(np.log1p(highest) / step)), pixels - 1)
    parts = [np.fft.rfft(part, size, axis=1) for part in (templates, templates**2, templates != 0)]
    found = np.empty(len(spectra))
    for row, spectrum in enumerate(spectra):
        value, square, cover = (np.fft.rfft(part, size) for part in (spectrum, spectrum**2, spectrum != 0))

        def correlated(one: NDArray[np.complex128], other: NDArray[np.complex128]) -> NDArray[np.float64]:
            return np.fft.irfft(one * other.conj(), size, axis=1)[:, : most + 1]

        overlap = correlated(cover[None], parts[2])
        power = correlated(square[None], parts[2]) * correlated(cover[None], parts[1])
        score = correlated(value[None], parts[0]) / np.sqrt(np.maximum(power, 1e-12))
        share = overlap / max(int(np.count_nonzero(spectrum)), 1)
        best = np.where(share > LEAST, score * np.sqrt(np.clip(share, 0.0, 1.0)), -np.inf)
        found[row] = np.expm1(step * (np.argmax(best) % (most + 1)))
    return found

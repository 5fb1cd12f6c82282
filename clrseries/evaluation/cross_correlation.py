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


def template_correlations(
    spectra: NDArray[np.floating], templates: NDArray[np.floating], step: float, highest: float
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Correlate each spectrum with each template at every redshift up to a limit, and return the best.

    For every lag, the correlation coefficient over the pixels that both cover, times the square root of the overlap.

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
    float32 (N, M)
        The largest of these products over all lags, at most 1; -inf where too little overlaps at every lag.
    float64 (N, M)
        The redshifts at which they are reached, from 0 to `highest`; 0 where too little overlaps.

    References
    ----------
    Tonry & Davis 1979, AJ 84, 1511; Blondin & Tonry 2007, ApJ 666, 1024.
    """
    own, known = (np.asarray(part, np.float32) for part in (spectra, templates))
    parts = [(part, part**2, (part != 0).astype(np.float32)) for part in (own, known)]
    pixels, size = own.shape[1], np.maximum(parts[0][2].sum(1, keepdims=True), 1.0)
    best = np.full((len(own), len(known)), -np.inf, np.float32)
    lags = np.zeros(best.shape, np.int64)
    for lag in range(min(int(np.ceil(np.log1p(highest) / step)), pixels - 1) + 1):
        value, square, cover = (part[:, lag:] for part in parts[0])
        values, squares, covers = (part[:, : pixels - lag].T for part in parts[1])
        power = (square @ covers) * (cover @ squares)
        share = cover @ covers / size
        score = value @ values / np.sqrt(np.maximum(power, 1e-12)) * np.sqrt(np.minimum(share, 1.0))
        better = (share > LEAST) & (score > best)
        best[better], lags[better] = score[better], lag
    return best, np.expm1(step * lags)


def redshifts_by_template(
    spectra: NDArray[np.floating], templates: NDArray[np.floating], step: float, highest: float
) -> NDArray[np.float64]:
    """Measure the redshift of each spectrum by cross-correlation with templates: that of the best template and lag.

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
    score, redshift = template_correlations(spectra, templates, step, highest)
    return redshift[np.arange(len(redshift)), score.argmax(axis=1)]

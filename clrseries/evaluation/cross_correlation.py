"""Redshifts the classical way: cross-correlation with templates in ln(wavelength)."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from torch.nn import functional

from ..encoders.template_correlation import correlations, tapered


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
    return tapered(torch.from_numpy(ratio), torch.from_numpy(np.asarray(good, bool))).numpy()


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
    own, known = (torch.from_numpy(np.asarray(part, np.float32)) for part in (spectra, templates))
    most = min(int(np.ceil(np.log1p(highest) / step)), own.shape[1] - 1)
    best = torch.full((len(own), len(known)), -torch.inf)
    lags = torch.zeros(best.shape, dtype=torch.int64)
    for lag, score in enumerate(correlations(own, functional.pad(known, (most, 0)))):
        better = score > best
        best[better], lags[better] = score[better], lag
    return best.numpy(), np.expm1(step * lags.numpy())


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

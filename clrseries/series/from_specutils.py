"""Conversion of spectra of specutils to plain arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..units import angstrom


class Spectrum(NamedTuple):
    """One spectrum as plain arrays.

    Parameters
    ----------
    wavelength : float64 (P,)
        Ascending [Angstrom].
    flux, ivar : float64 (P,)
        Flux and its inverse variance.
    """

    wavelength: NDArray[np.float64]
    flux: NDArray[np.float64]
    ivar: NDArray[np.float64]


def spectra_of(spectra: Any) -> list[Spectrum]:
    """Read wavelength, flux and inverse variance of specutils objects.

    Parameters
    ----------
    spectra : specutils.Spectrum, SpectrumList or iterable of Spectrum
        See :meth:`clrseries.Series.from_spectra`.

    Returns
    -------
    list of Spectrum
        One for each row of flux.
    """
    singles = [spectra] if hasattr(spectra, "spectral_axis") else list(spectra)
    return [row for spectrum in singles for row in _rows(spectrum)]


def _rows(spectrum: Any) -> list[Spectrum]:
    wave = angstrom(spectrum.spectral_axis)
    flux = np.atleast_2d(np.asarray(spectrum.flux.value, np.float64))
    ivar = np.ones_like(flux)
    if spectrum.uncertainty is not None:
        from astropy.nddata import InverseVariance

        ivar = np.atleast_2d(spectrum.uncertainty.represent_as(InverseVariance).array).astype(float)
    bad = ~np.isfinite(flux) | ~np.isfinite(ivar) | (ivar < 0)
    if spectrum.mask is not None:
        bad |= np.atleast_2d(np.asarray(spectrum.mask, bool))
    flux, ivar = np.nan_to_num(flux, posinf=0.0, neginf=0.0), np.where(bad, 0.0, ivar)
    order = np.argsort(wave, kind="stable") if wave.ndim == 1 and len(wave) > 1 and wave[0] > wave[-1] else slice(None)
    return [Spectrum(wave[order], f[order], v[order]) for f, v in zip(flux, ivar, strict=True)]

"""Steps that observe spectra again as the spectrographs of some data did."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..augment.distributions import Empirical
from ..errors import InputError
from ..grids import Grid
from ..series import Series, check_series
from ..series.der_snr import estimated_ivar
from .instrument import LSF, Resample
from .masks import Crop
from .noise import Noise
from .step import SpectrumStep

PIXELS_PER_FWHM = 2.5  # where the data do not tell their resolution
LEAST_SNR = 1.0
LEVELS = np.linspace(0, 1, 101)  # of the distributions, which a configuration can then hold


def steps_like(series: Series, grid: Grid) -> list[SpectrumStep]:
    """Return the steps that observe a spectrum again as another one of some data was observed.

    Resolution, wavelength range and signal-to-noise ratio of a view are drawn from those of the spectra of the data, whatever
    instrument they are from, so that an encoder learns from none of them which instrument it was.

    Parameters
    ----------
    series : Series
        N spectra of several instruments. The resolving power is that of the column ``resolution``, and where there is none, that of
        two and a half pixels per FWHM. The noise is that of ``ivar``, and where all ``ivar`` of a spectrum are equal, as they are
        for data without errors, that of neighboring pixels (DER_SNR).
    grid : Grid
        Common pixels of the views [Angstrom].

    Returns
    -------
    list of steps
        LSF, Resample, Noise and Crop, to be combined with your own.

    Raises
    ------
    InputError
        `series` holds light curves, or no spectrum has ten pixels with information on the grid.

    Examples
    --------
    >>> from clrseries import Grid, datasets, spectra as sp
    >>> stars = datasets.miles()  # doctest: +SKIP
    >>> observe = sp.Observe([*sp.steps_like(stars, Grid.log(3600, 7400, 1000)), sp.Normalize()])  # doctest: +SKIP
    """
    check_series(series, "steps_like")
    if series.band is not None:
        raise InputError("steps_like: needs spectra, and the series holds light curves")
    given = (
        series.table["resolution"].to_pylist() if "resolution" in series.table.column_names else [None] * len(series)
    )
    found = [_measured(*series.row(i), given[i], grid) for i in range(len(series))]
    rows = np.array([one for one in found if one is not None])
    if not len(rows):
        raise InputError(f"steps_like: none of {len(series)} spectra has ten pixels with information on the grid")
    resolution, snr, blue, red = (
        Empirical(np.quantile(column, LEVELS, method="nearest").tolist()) for column in rows.T
    )
    return [LSF(resolution=resolution), Resample(grid), Noise(snr), Crop(blue, red)]


def _measured(
    x: NDArray[np.float64], flux: NDArray[np.float32], ivar: NDArray[np.float32], given: float | None, grid: Grid
) -> list[float] | None:
    """Return resolving power, S/N per pixel of the grid, and what is missing at the blue and the red end [Angstrom]."""
    good = (ivar > 0) & (x > grid.edges[0]) & (x < grid.edges[-1])
    if good.sum() < 10:
        return None
    wave, value = x[good], flux[good].astype(np.float64)
    middle, pixel = float(np.median(wave)), float(np.median(np.diff(wave)))
    known = estimated_ivar(value) if np.ptp(ivar[good]) == 0 else ivar[good]
    own = float(np.median(np.abs(value)) * np.sqrt(np.median(known.astype(np.float64))))
    wider = np.interp(middle, grid.centers, np.diff(grid.edges)) / pixel
    resolution = given if given is not None and given > 0 else middle / (PIXELS_PER_FWHM * pixel)
    snr = max(own * float(np.sqrt(max(wider, 1.0))), LEAST_SNR)
    return [float(resolution), snr, float(wave[0] - grid.centers[0]), float(grid.centers[-1] - wave[-1])]

"""The preset of the spectrographs that took some data: views are as another one of them would have recorded the source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..augment.distributions import Empirical, Joint, Value
from ..errors import InputError, located
from ..grids import Grid
from ..series import Series, check_series
from ..series.der_snr import estimated_ivar
from ..units import SPEED_OF_LIGHT
from .calibration import FluxCalibrationError
from .instrument import FWHM, LSF, Resample
from .masks import Crop
from .noise import Noise
from .step import SpectrumStep

PIXELS_PER_FWHM = 2.5  # where the data do not tell their resolution
LEAST_SNR = 1.0
MOST = 256  # spectra that the preset holds, so that a configuration can hold it too
COMMON = 0.9  # fraction of the spectra that cover the wavelengths that no view loses
LENGTH = 500.0  # of the bins in which two spectra of one object are compared [Angstrom]
BINS = 4  # that both must have


@dataclass(frozen=True, repr=False)
class Spectrographs:
    """What the spectrographs of some data do to a spectrum: resolution, noise, range and calibration.

    Parameters
    ----------
    grid : Grid
        Pixels of the views [Angstrom].
    resolution, snr, blue, red : Joint
        Resolving power, signal-to-noise ratio per pixel of the grid, and what is missing at the blue and the red end [Angstrom], of
        the same spectra.
    calibration : Empirical, optional
        Root mean square of the error of ln(flux), of one spectrum, over more than 500 Angstrom; None if no object has two spectra.
    """

    grid: Grid
    resolution: Joint
    snr: Joint
    blue: Joint
    red: Joint
    calibration: Empirical | None

    def __repr__(self) -> str:
        """Return the grid, and medians of the rest, instead of hundreds of numbers."""
        own = [f"{name} {np.median(getattr(self, name).values):.3g}" for name in ("resolution", "snr")]
        shown = own if self.calibration is None else [*own, f"calibration {np.median(self.calibration.values):.2g}"]
        return f"Spectrographs({self.grid!r}, {len(self.snr.values)} spectra, medians: {', '.join(shown)})"

    def steps(self, *, native_resolution: Value | None = None, native_fwhm: Value | None = None) -> list[SpectrumStep]:
        """Return the steps: LSF, Resample, FluxCalibrationError (if objects have several spectra), Noise and Crop.

        Parameters
        ----------
        native_resolution, native_fwhm : float, distribution or column name, optional
            Resolving power, or FWHM [Angstrom], of the spectra that views are made of; see :class:`LSF`. Without them, views are blurred as
            if these spectra were perfectly sharp, so that they have a lower resolution than those of the preset.

        Returns
        -------
        list of steps
            To be combined with your own steps.
        """
        steps: list[SpectrumStep] = [
            LSF(self.resolution, native_resolution=native_resolution, native_fwhm=native_fwhm),
            Resample(self.grid),
        ]
        if self.calibration is not None:
            steps.append(FluxCalibrationError(self.calibration, length=LENGTH))
        return [*steps, Noise(self.snr), Crop(self.blue, self.red)]


def spectrographs_of(series: Series, *, grid: Grid | None = None, column: str | None = None) -> Spectrographs:
    """Return the preset of the spectrographs that took some data.

    This is ``survey.from_series``. Views are as another spectrum of the data was taken: its resolution, noise and range together, so
    that an encoder learns from none of them which spectrograph took a spectrum.

    Parameters
    ----------
    series : Series
        N spectra of several spectrographs. The resolving power is that of the column ``resolution``, and where there is none, that of
        two and a half pixels per FWHM; pixels of a spectrum that are wide widen it. The noise is that of ``ivar``, and where all
        ``ivar`` of a spectrum are equal, as they are for data without errors, that of neighboring pixels (DER_SNR). The error of the
        calibration is half of the variance between two spectra of one object, and holds what the object changed in between.
    grid : Grid, optional
        Common pixels of the views [Angstrom]. Default those that half of the spectra cover, logarithmic, as wide as the median pixel.
    column : str, optional
        Column with the names of the spectrographs; each is drawn equally often. Default each spectrum is.

    Returns
    -------
    Spectrographs

    Raises
    ------
    InputError
        `series` holds light curves, `grid` is no Grid, no spectrum has ten pixels with information on the grid, nine in ten have no wavelengths in common, or
        there is no such column.

    Examples
    --------
    >>> from clrseries import datasets, spectra as sp
    >>> supernovae = datasets.supernova_spectra()  # doctest: +SKIP
    >>> others = sp.survey.from_series(supernovae, column="instrument")  # doctest: +SKIP
    >>> observe = sp.Observe([*others.steps(), sp.Normalize()])  # doctest: +SKIP
    """
    check_series(series, "from_series")
    if series.band is not None:
        raise InputError("from_series: needs spectra, and the series holds light curves")
    if grid is not None and not isinstance(grid, Grid):
        raise InputError(f"from_series: grid must be a Grid, such as Grid.log(4000, 7000, velocity=100); got {grid!r}")
    grid = grid or _covered(series)
    given = _resolutions(series)
    found = [_measured(*series.row(i), given[i], grid) for i in range(len(series))]
    kept = np.array([i for i, one in enumerate(found) if one is not None], int)
    if not len(kept):
        raise InputError(f"from_series: none of {len(series)} spectra has ten pixels with information on the grid")
    rows = np.array([found[i] for i in kept], float)
    blue_end, red_end = np.maximum(np.quantile(rows[:, 2:], COMMON, axis=0), 0.0)
    if grid.centers[0] + blue_end >= grid.centers[-1] - red_end:
        raise InputError(
            "from_series: nine in ten spectra have no wavelengths in common, so that views would be empty: leave some spectrographs out"
        )
    rows[:, 2:] = np.minimum(rows[:, 2:], (blue_end, red_end))
    rows = rows[_in_turn(np.zeros(len(kept)) if column is None else _names(series, column)[kept])]
    name = f"spectrographs of {len(series)} spectra"
    resolution, snr, blue, red = (Joint(values.tolist(), name) for values in rows.T)
    apart = _apart(series, grid)
    return Spectrographs(grid, resolution, snr, blue, red, Empirical(apart) if apart else None)


def _covered(series: Series) -> Grid:
    """Return a grid over the wavelengths that half of the spectra cover, with their median pixel."""
    ends, steps = [], []
    for i in range(len(series)):
        x, _, ivar = series.row(i)
        if (ivar > 0).sum() >= 10:
            wave = x[ivar > 0]
            ends.append((wave[0], wave[-1]))
            steps.append(np.median(np.diff(np.log(wave))))
    if not ends:
        raise InputError(f"from_series: none of {len(series)} spectra has ten pixels with information")
    start, stop = np.median(ends, axis=0)
    return Grid.log(float(start), float(stop), velocity=float(np.median(steps)) * SPEED_OF_LIGHT)


def _measured(
    x: NDArray[np.float64], flux: NDArray[np.float32], ivar: NDArray[np.float32], given: float, grid: Grid
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
    width = middle / given if given > 0 else PIXELS_PER_FWHM * pixel
    width = np.hypot(width, FWHM * pixel / np.sqrt(12.0))  # a pixel is a box
    snr = max(own * float(np.sqrt(max(wider, 1.0))), LEAST_SNR)
    return [float(middle / width), snr, float(wave[0] - grid.centers[0]), float(grid.centers[-1] - wave[-1])]


def _resolutions(series: Series) -> NDArray[np.float64]:
    """Return the resolving power of each spectrum; NaN where it is not known."""
    if "resolution" not in series.table.column_names:
        return np.full(len(series), np.nan)
    try:
        return np.array([np.nan if v is None else v for v in series.table["resolution"].to_pylist()], np.float64)
    except (TypeError, ValueError) as error:
        raise located("from_series: must hold numbers", column="resolution") from error


def _names(series: Series, column: str) -> NDArray[np.str_]:
    """Return the names in a column; those that are missing count as one more."""
    if column not in series.table.column_names:
        raise located(f"from_series: is missing; there are {', '.join(series.table.column_names)}", column=column)
    return np.array([str(name) for name in series.table[column].to_pylist()])


def _in_turn(names: NDArray[np.generic]) -> NDArray[np.int64]:
    """Return rows such that each name is there equally often: one of each name in turn, of those with many at even distances."""
    own = [np.flatnonzero(names == name) for name in np.unique(names)]
    many = max(min(MOST // len(own), max(map(len, own))), 1)
    return np.concatenate([rows[(np.arange(many) * len(rows)) // many] for rows in own])


def _apart(series: Series, grid: Grid) -> list[float]:
    """Return, for each two successive spectra of an object, the scatter of the ratio of their fluxes, over the square root of 2."""
    edges = np.arange(grid.edges[0], grid.edges[-1], LENGTH)
    last: dict[str, NDArray[np.float64]] = {}
    found = []
    for i, name in enumerate(series.object_ids):
        x, flux, ivar = series.row(i)
        good = ivar > 0
        place = np.searchsorted(edges, x[good])
        count = np.bincount(place, minlength=len(edges) + 1)[1:-1]
        total = np.bincount(place, flux[good], minlength=len(edges) + 1)[1:-1]
        level = np.log(np.where((count > 0) & (total > 0), total / np.maximum(count, 1), np.nan))
        if name in last:
            ratio = level - last[name]
            ratio = ratio[np.isfinite(ratio)]
            if len(ratio) >= BINS:
                found.append(float(np.std(ratio) / np.sqrt(2.0)))
        last[name] = level
    if not found:
        return []
    return np.quantile(found, np.linspace(0, 1, min(len(found), MOST))).tolist()

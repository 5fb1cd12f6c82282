"""Periods, statistics of each band and Fourier terms at the best period, as columns of a series."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import InputError
from ..series import Series
from ..series.check_series import check_light_curves
from .harmonics import fit_harmonics
from .periods import with_periods
from .relative_points import relative_points

Array = NDArray[np.float64]
FEWEST = 5  # points of a band
TERMS = 4  # harmonics at the best period
PERIODS = 3
ANY = "any"  # what the band with the most points is called, if its own name does not count
STATISTICS = (
    "Amplitude", "AndersonDarlingNormal", "BeyondNStd", "Cusum", "Eta", "EtaE", "ExcessVariance", "InterPercentileRange",
    "Kurtosis", "LaflerKinmanStringLength", "LinearFit", "LinearTrend", "MagnitudePercentageRatio", "Mean",
    "MedianAbsoluteDeviation", "MedianBufferRangePercentage", "OtsuSplit", "PercentDifferenceMagnitudePercentile",
    "ReducedChi2", "Skew", "StandardDeviation", "StetsonK", "WeightedMean",
)  # fmt: skip
SHAPE = ("fourier_amplitude", "fourier_power", "r21", "r31", "r41", "cos_phi21", "sin_phi21", "cos_phi31", "sin_phi31")


def with_features(series: Series, *, each_band: bool = True) -> Series:
    """Return light curves with columns of their periods, statistics and shapes, for a classifier or an encoder with columns.

    The periods are those of :func:`with_periods`. The statistics of each band are those of the package light-curve, in
    magnitudes. Four harmonics at the best period give the amplitude of each band and the usual Fourier ratios and phases
    (Simon & Lee 1981). Two neighboring bands have the difference of their medians.

    Parameters
    ----------
    series : Series
        N light curves, in flux of any zero point; columns that :func:`with_periods` has added already are used.
    each_band : bool
        Whether each band has its own columns. Otherwise there is one set, ``any_...``, which surveys with other bands have
        too: statistics of the band with the most points, and harmonics of the points of all bands together.

    Returns
    -------
    Series
        With the columns that :func:`feature_names` lists, for the bands of the series or for ``("any",)``; null where a band has fewer
        than five points or there is no period.

    Raises
    ------
    InputError
        The series holds spectra or has some columns of :func:`with_periods` and not all, or the packages nifty-ls and light-curve
        are not installed.

    References
    ----------
    Malanchev et al. 2021, MNRAS 502, 5147 (light-curve).

    Examples
    --------
    >>> from clrseries import datasets, lightcurves as lc
    >>> stars = lc.with_features(datasets.simulated_light_curves(3))
    >>> stars.table["B_r21"].null_count, len(lc.feature_names(stars.bands))
    (0, 87)
    """
    check_light_curves(series, "with_features")
    extractor = _extractor()
    series = _with_all_periods(series)
    names = feature_names(series.bands if each_band else (ANY,))
    rows = np.full((len(series), len(names)), np.nan)
    first = series.table["period_1"].to_numpy()
    for i in range(len(series)):
        own = slice(int(series.offsets[i]), int(series.offsets[i + 1]))
        if each_band:
            rows[i] = _row(series, own, float(first[i]), extractor, names)
        else:
            rows[i, 2 * PERIODS :] = _of_any_band(series, i, own, float(first[i]), extractor)
    periods = np.stack([series.table[f"period_{k + 1}"].to_numpy() for k in range(PERIODS)], axis=1)
    rows[:, :PERIODS] = np.log10(periods)
    rows[:, PERIODS : 2 * PERIODS] = np.stack(
        [series.table[f"power_{k + 1}"].to_numpy() for k in range(PERIODS)], axis=1
    )
    rows[~np.isfinite(rows)] = np.nan
    return series.with_columns({name: pa.array(rows[:, k], from_pandas=True) for k, name in enumerate(names)})


def feature_names(bands: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the columns that :func:`with_features` adds.

    Parameters
    ----------
    bands : sequence of str
        Names of the bands of the series.

    Returns
    -------
    tuple of str
        First logarithms of the periods and their powers, then for each band its statistics and shape, then colors.
    """
    extractor = _extractor()
    periods = [f"log_period_{k + 1}" for k in range(PERIODS)] + [f"power_{k + 1}" for k in range(PERIODS)]
    own = [*extractor.names, "median", *SHAPE]
    of_bands = [f"{band}_{name}" if band else name for band in bands for name in own]
    colors = [f"{one}_minus_{other}" for one, other in itertools.pairwise(bands)]
    return (*periods, *of_bands, *colors)


def _with_all_periods(series: Series) -> Series:
    wanted = [f"{name}_{k + 1}" for name in ("period", "power") for k in range(PERIODS)]
    missing = [name for name in wanted if name not in series.table.column_names]
    if len(missing) == len(wanted):
        return with_periods(series, PERIODS)
    if missing:
        there = next(name for name in wanted if name not in missing)
        raise InputError(
            f"column {there!r}: is there and {missing[0]!r} is not, and both are names of what is measured here: rename it"
        )
    return series


def _of_any_band(series: Series, i: int, own: slice, period: float, extractor: Any) -> Array:
    """Return the statistics of the band with the most points, and the shape of all bands together."""
    found = max((one for _, one in _bands(series, own)), key=lambda one: len(one[0]), default=None)
    if found is None:
        return np.full(len(extractor.names) + 1 + len(SHAPE), np.nan)
    time, magnitude, error = found
    points = relative_points(series, i)
    shape = _shape(points.time, -points.value, points.weight**-0.5, period)
    shape[0] *= float(np.std(magnitude))  # in magnitudes again
    statistics = extractor(time, magnitude, error, sorted=True, check=False, fill_value=np.nan)
    return np.array([*statistics, np.median(magnitude), *shape])


def _row(series: Series, own: slice, period: float, extractor: Any, names: tuple[str, ...]) -> Array:
    row = np.full(len(names), np.nan)
    each = len(extractor.names) + 1 + len(SHAPE)
    medians = np.full(len(series.bands), np.nan)
    for b, (time, magnitude, error) in _bands(series, own):
        at = 2 * PERIODS + b * each
        found = extractor(time, magnitude, error, sorted=True, check=False, fill_value=np.nan)
        medians[b] = np.median(magnitude)
        row[at : at + each] = [*found, medians[b], *_shape(time, magnitude, error, period)]
    row[len(names) - len(medians) + 1 :] = medians[:-1] - medians[1:]
    return row


def _bands(series: Series, own: slice) -> Iterator[tuple[int, tuple[Array, Array, Array]]]:
    """Yield the bands with enough points: time from the first point, magnitude (asinh, Lupton et al. 1999) and its error."""
    assert series.band is not None
    flux, ivar = series.flux[own].astype(np.float64), series.ivar[own].astype(np.float64)
    for b in range(len(series.bands)):
        good = (ivar > 0) & (series.band[own] == b)
        if good.sum() < FEWEST:
            continue
        error = ivar[good] ** -0.5
        soft = np.percentile(error, 25)
        magnitude = 25.0 - 2.5 / np.log(10.0) * (np.arcsinh(flux[good] / (2.0 * soft)) + np.log(soft))
        spread = 2.5 / np.log(10.0) * error / np.hypot(flux[good], 2.0 * soft)
        time = series.x[own][good]
        yield b, (time - series.x[own.start], magnitude, np.maximum(spread, 1e-4))


def _shape(time: Array, magnitude: Array, error: Array, period: float) -> list[float]:
    """Return amplitude, explained variance, amplitude ratios and phase differences of the harmonics."""
    terms = min(TERMS, (len(time) - 1) // 4)
    if not period > 0 or terms < 1:
        return [np.nan] * len(SHAPE)
    weight = 1.0 / (error**2 + np.median(error) ** 2)
    fit = fit_harmonics(time, magnitude, weight, np.array([1.0 / period]), terms)
    waves = np.full(TERMS, np.nan, complex)
    waves[:terms] = fit.coefficients[0, 1::2] - 1j * fit.coefficients[0, 2::2]
    size = np.abs(waves)
    turned = waves * np.exp(-1j * np.arange(1, TERMS + 1) * np.angle(waves[0]))
    with np.errstate(
        invalid="ignore", divide="ignore"
    ):  # of harmonics that few points do not allow, and of no variation
        ratios = size[1:] / size[0]
        turned = turned / np.maximum(size, 1e-12)
    return [
        float(size[0]), float(fit.power[0]), *ratios.tolist(),
        turned[1].real, turned[1].imag, turned[2].real, turned[2].imag,
    ]  # fmt: skip


def _extractor() -> Any:
    try:
        import light_curve
    except ImportError:
        raise InputError(
            'features: the package light-curve is not installed; run: pip install "clrseries[periods]"'
        ) from None
    return light_curve.Extractor(*(getattr(light_curve, name)() for name in STATISTICS))

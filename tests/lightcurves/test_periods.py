"""Periods of light curves, against astropy, curves of known period, and a catalog."""

import builtins

import numpy as np
import pytest
from astropy.timeseries import LombScargle, LombScargleMultiband

from clrseries import InputError, Series, datasets
from clrseries import lightcurves as lc
from clrseries.lightcurves.harmonics import fit_harmonics
from clrseries.lightcurves.periodogram import candidates, lomb_scargle
from clrseries.lightcurves.relative_points import RelativePoints, relative_points


def nights(rng, count, baseline):
    """Times once a night, within four hours."""
    return np.sort(rng.choice(baseline, count, replace=False) + rng.uniform(0, 1 / 6, count))


def star(rng, shape, period, count=120, baseline=900, noise=0.1, bands=("g",)):
    times, fluxes, names = [], [], []
    for b, name in enumerate(bands):
        time = nights(rng, count, baseline)
        times.append(time)
        fluxes.append((100 + 400 * b) * np.exp((0.3 + 0.1 * b) * (shape(time / period) + rng.normal(0, noise, count))))
        names += [name] * count
    time, flux = np.concatenate(times), np.concatenate(fluxes)
    order = np.argsort(time)
    return Series.from_points([time[order]], [flux[order]], [(0.03 * flux)[order]], [np.array(names)[order]])


def sine(phase):
    return np.sin(2 * np.pi * phase)


def eclipses(phase):
    """Two eclipses of unequal depth."""
    phase = np.mod(phase, 1.0)
    return -2.0 * np.exp(-0.5 * (np.abs(phase - 0.25) / 0.06) ** 2) - np.exp(-0.5 * (np.abs(phase - 0.75) / 0.06) ** 2)


@pytest.mark.parametrize(("count", "baseline", "shortest"), [(100, 400, None), (2500, 2600, 0.5)])
def test_one_band_is_the_periodogram_of_astropy(rng, count, baseline, shortest):
    time = nights(rng, count, baseline)
    points = RelativePoints(time - time[0], sine(time / 3.1) + rng.normal(0, 0.3, count), rng.uniform(1, 20, count))
    frequency, power = lomb_scargle(points, shortest)
    wanted = LombScargle(points.time, points.value, points.weight**-0.5).power(frequency, method="cython")
    np.testing.assert_allclose(power, wanted, atol=2e-4)


def test_where_all_points_are_at_one_phase_no_sine_is_told(rng):
    time = np.arange(80.0)
    frequency, power = lomb_scargle(RelativePoints(time, rng.normal(0, 1, 80), rng.uniform(1, 20, 80)), 0.3)
    assert np.isfinite(power).all() and power.max() < 0.5
    at_day = np.abs(frequency - np.round(frequency)) < 1e-9
    assert at_day.sum() == 3 and (np.abs(power[at_day]) < 1e-5).all()


@pytest.mark.parametrize("terms", [1, 4, 8])
def test_a_harmonic_fit_is_that_of_plain_least_squares(rng, terms):
    time, value, weight = nights(rng, 90, 3000), rng.normal(5, 1, 90), rng.uniform(1, 20, 90)
    frequency = rng.uniform(0.001, 20, 30)
    fit = fit_harmonics(time, value, weight, frequency[::2], terms)
    for k, f in enumerate(frequency[::2]):
        angle = 2 * np.pi * f * np.outer(time, np.arange(1, terms + 1))
        design = np.ones((90, 1 + 2 * terms))
        design[:, 1::2], design[:, 2::2] = np.cos(angle), np.sin(angle)
        root = np.sqrt(weight)
        wanted, left = np.linalg.lstsq(design * root[:, None], value * root, rcond=None)[:2]
        total = np.dot(weight, (value - np.average(value, weights=weight)) ** 2)
        np.testing.assert_allclose(fit.coefficients[k], wanted, rtol=1e-5, atol=1e-5)
        assert fit.power[k] == pytest.approx(1 - left[0] / total, abs=1e-6)


def test_a_harmonic_fit_is_that_of_astropy(rng):
    time = nights(rng, 80, 300)
    value, weight = sine(time / 2.7) ** 3 + rng.normal(0, 0.1, 80), rng.uniform(1, 20, 80)
    frequency = np.array([1 / 2.7, 0.7, 1.9])
    wanted = LombScargle(time, value, weight**-0.5, nterms=3, normalization="standard").power(frequency, method="chi2")
    np.testing.assert_allclose(fit_harmonics(time, value, weight, frequency, 3).power, wanted, rtol=1e-5)


def test_bands_count_together_as_those_of_astropy_do(rng):
    series = star(rng, sine, 0.731, count=15, noise=0.2, bands=("g", "r", "i"))
    found = candidates(relative_points(series, 0), 1)[0].period
    time, flux, ivar = series.row(0)
    names = np.array(series.bands)[series.band]
    theirs = LombScargleMultiband(time, np.log(flux), names, 1 / (flux * np.sqrt(ivar)), nterms_base=1, nterms_band=0)
    frequency = np.arange(1 / 900, 5.0, 1 / 4000)
    assert found == pytest.approx(1 / frequency[theirs.power(frequency).argmax()], rel=1e-3)
    assert found == pytest.approx(0.731, rel=1e-3)


def test_eclipses_of_unequal_depth_give_the_whole_period_and_pulsations_their_own(rng):
    for _ in range(5):
        table = lc.with_periods(star(rng, eclipses, 2.613, 250, noise=0.05)).table
        assert table["period_1"][0].as_py() == pytest.approx(2.613, rel=1e-3)
        assert table["period_2"][0].as_py() == pytest.approx(2.613 / 2, rel=1e-3)
        assert lc.with_periods(star(rng, sine, 2.613, 250)).table["period_1"][0].as_py() == pytest.approx(
            2.613, rel=2e-3
        )


def test_what_has_no_period_is_null(rng):
    time = np.arange(4.0)
    few, same = (time, np.ones(4) + time), (np.zeros(6), np.arange(1.0, 7.0))
    usable = nights(rng, 30, 60)
    times, fluxes = zip(few, same, (usable, 9.0 + sine(usable / 5)), strict=True)
    series = Series.from_points(times, fluxes, [np.full(len(x), 0.1) for x in times])
    found = lc.with_periods(series, 2).table
    assert found["period_1"].to_pylist()[:2] == [None, None] and found["power_2"][0].as_py() is None
    assert found["period_1"][2].as_py() == pytest.approx(5.0, rel=0.02)
    flat = Series.from_points([usable], [np.full(30, 9.0)], [np.full(30, 0.1)])
    assert lc.with_periods(flat).table["power_1"][0].as_py() in (None, pytest.approx(0.0, abs=1e-6))


def test_errors_count_and_negative_fluxes_are_taken(rng):
    time = np.sort(rng.uniform(0, 300, 100))
    error = np.where(np.arange(100) % 2, 0.2, 20.0)
    flux = sine(time / 1.37) + rng.normal(0, 1, 100) * error
    assert lc.with_periods(Series.from_points([time], [flux], [error])).table["period_1"][0].as_py() == pytest.approx(
        1.37, rel=1e-3
    )


def test_wrong_arguments_are_named(series, rng):
    with pytest.raises(InputError, match="holds spectra"):
        lc.with_periods(series)
    with pytest.raises(InputError, match="count"):
        lc.with_periods(star(rng, sine, 2.0), 0)
    with pytest.raises(InputError, match="shortest must be a positive number of days, got -1"):
        lc.with_periods(star(rng, sine, 2.0), shortest=-1)


def test_a_missing_package_is_named_with_its_remedy(rng, monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "nifty_ls":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"clrseries\[periods\]"):
        lc.with_periods(star(rng, sine, 2.0))


def test_periods_of_the_catalog_are_found(shared_data):
    stars = datasets.stripe82_rr_lyrae(shared_data / "s82_rrlyrae" / "lightcurves.parquet").take(np.arange(0, 336, 6))
    true = np.array(stars.table["period"].to_pylist())
    table = lc.with_periods(stars).table
    found = np.array([table[f"period_{k}"].to_pylist() for k in (1, 2, 3)])
    right = np.abs(found / true - 1) < 0.01
    assert right[0].mean() > 0.88 and right.any(0).mean() > 0.95


def test_features_of_any_band_are_those_of_the_band_with_the_most_points(rng):
    both = star(rng, sine, 0.731, count=40, bands=("g", "r"))
    fewer = both.flux.copy()
    ivar = both.ivar.copy()
    ivar[np.flatnonzero(both.band == 0)[:5]] = 0
    series = Series.from_points(
        [both.x], [fewer], [np.where(ivar > 0, ivar, 1.0) ** -0.5], [np.array(["g", "r"])[both.band]]
    )
    series = type(series)(**{**vars(series), "ivar": ivar})
    each, any_band = lc.with_features(series).table, lc.with_features(series, each_band=False).table
    for name in ("amplitude", "skew", "median", "stetson_K"):
        assert any_band[f"any_{name}"][0].as_py() == each[f"r_{name}"][0].as_py() != each[f"g_{name}"][0].as_py()
    assert any_band["log_period_1"] == each["log_period_1"]
    alone = series.with_bands(["r"], drop=True)
    one = lc.with_features(alone, each_band=False).table
    for name in ("fourier_amplitude", "r21"):  # all points of one band, or of this one and another of the same shape
        assert any_band[f"any_{name}"][0].as_py() == pytest.approx(
            lc.with_features(alone).table[f"r_{name}"][0].as_py(), rel=0.2, abs=0.02
        )
        assert one[f"any_{name}"][0].as_py() == pytest.approx(
            lc.with_features(alone).table[f"r_{name}"][0].as_py(), rel=0.05, abs=0.02
        )
    assert lc.feature_names(("any",))[6:] == tuple(name for name in any_band.column_names if name.startswith("any_"))

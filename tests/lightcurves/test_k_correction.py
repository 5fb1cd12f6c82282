import numpy as np
import pytest

from clrseries import InputError, Series
from clrseries.lightcurves.k_correction import _fit, _predict, redshifted
from clrseries.lightcurves.source import luminosity_distance

WAVES = {"g": 4800.0, "r": 6200.0, "i": 7600.0}


def light(days, wave):
    """A source whose light curve and color change slowly."""
    return 100 * np.exp(-0.5 * ((days - 40) / 25) ** 2) * (1 + 0.8 * (6200 - wave) / 6200)


@pytest.fixture(scope="module")
def transient():
    rng = np.random.default_rng(0)
    days = np.sort(rng.uniform(0, 100, 90))
    band = rng.choice(list(WAVES), 90)
    flux = light(days, np.array([WAVES[b] for b in band])) + rng.normal(0, 0.5, 90)
    error = np.where(np.arange(90) == 7, np.nan, 0.5)
    return Series.from_points(
        [days + 58000], [flux], [error], [band], {"object_id": ["sn"], "z": [0.1]}, bands=("g", "r", "i")
    )


def test_a_band_sees_the_wavelength_that_reaches_it(transient):
    moved = redshifted(transient, 0.2, WAVES)
    days = transient.x - transient.x[0]
    np.testing.assert_allclose(moved.x - moved.x[0], days * 1.2 / 1.1, rtol=1e-9)
    factor = 1.2 / 1.1 * (luminosity_distance(np.array([0.1])) / luminosity_distance(np.array([0.2])))[0] ** 2
    wave = np.array([WAVES[b] for b in transient.bands])[transient.band] * 1.1 / 1.2
    truth, good = factor * light(transient.x - 58000, wave), moved.ivar > 0
    assert good.sum() == 89 and moved.table["z"].to_pylist() == [0.2]
    chi = (moved.flux - truth)[good] * np.sqrt(moved.ivar[good])
    assert np.abs(moved.flux - truth)[good].max() < 0.05 * truth.max() and (chi**2).mean() < 2
    uncorrected = factor * light(transient.x - 58000, wave * 1.2 / 1.1)
    assert np.abs(uncorrected - truth)[good].mean() > 3 * np.abs(moved.flux - truth)[good].mean()


def test_the_same_redshift_only_smooths(transient):
    same = redshifted(transient, "z", WAVES)
    good = same.ivar > 0
    assert np.abs(same.flux - transient.flux)[good].max() < 2.5
    assert (same.ivar[good] < transient.ivar[good]).all()  # the variance of the process is added


def test_in_one_band_the_process_is_that_of_scikit_learn():
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern

    rng = np.random.default_rng(1)
    days, wave = np.sort(rng.uniform(0, 90, 40)), np.full(40, 5000.0)
    flux, noise = 5 * np.sin(days / 10) + rng.normal(0, 0.3, 40), np.full(40, 0.09)
    amplitude, scale = process = _fit(days, wave, flux, noise)
    mean, variance = _predict(days, wave, flux, noise, wave, process)
    kernel = ConstantKernel(amplitude, "fixed") * Matern(scale, "fixed", nu=1.5)
    theirs = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None).fit(days[:, None], flux)
    wanted, spread = theirs.predict(days[:, None], return_std=True)
    np.testing.assert_allclose(mean, wanted, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(variance, spread**2, rtol=1e-4, atol=1e-7)
    free = GaussianProcessRegressor(ConstantKernel(10.0) * Matern(20.0, nu=1.5), alpha=noise).fit(days[:, None], flux)
    best = np.exp(free.kernel_.theta)
    assert amplitude == pytest.approx(best[0], rel=0.02) and scale == pytest.approx(best[1], rel=0.02)
    far, wide = _predict(days, wave, flux, noise, wave + 1e6, process)
    np.testing.assert_allclose(far, 0, atol=1e-6)
    np.testing.assert_allclose(wide, amplitude)  # nothing is known so far away


def test_what_is_missing_is_said(transient):
    with pytest.raises(InputError, match="none for band i"):
        redshifted(transient, 0.2, {"g": 4800.0, "r": 6200.0})
    with pytest.raises(InputError, match="object 'sn', column 'flux': has 89 points, more than 50"):
        redshifted(transient, 0.2, WAVES, most=50)
    with pytest.raises(InputError, match="at least"):
        redshifted(transient, 0.0, WAVES)

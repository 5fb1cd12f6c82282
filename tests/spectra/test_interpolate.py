import numpy as np
import pytest

from clrseries import Grid, Series
from clrseries.spectra import Observe, Resample


@pytest.fixture
def spectrum(rng):
    x = np.cumsum(rng.uniform(0.8, 1.2, 800)) + 4000
    return x, np.sin(x / 20) + 2, rng.uniform(10, 100, 800)


def one(x, flux, ivar, grid, method):
    views = Observe([Resample(grid, method)])(Series.from_arrays([x], [flux], [ivar]))
    return views.flux[0, 0].astype(float), views.ivar[0, 0].astype(float)


def test_linear_is_numpys_with_the_variance_of_a_weighted_mean(spectrum):
    x, flux, ivar = spectrum
    grid = Grid.linear(4010, 4700, 0.77)
    view, inverse = one(x, flux, ivar, grid, "linear")
    np.testing.assert_allclose(view, np.interp(grid.centers, x, flux), rtol=1e-6)
    i = np.searchsorted(x, grid.centers)
    part = (grid.centers - x[i - 1]) / (x[i] - x[i - 1])
    np.testing.assert_allclose(1 / inverse, (1 - part) ** 2 / ivar[i - 1] + part**2 / ivar[i], rtol=1e-5)


def test_lanczos_is_the_windowed_sinc():
    x = np.arange(4000.0, 4200.0)
    flux = np.cos((x - 4000) / 3.0) + 3
    grid = Grid.linear(4020.3, 4180, 0.9)
    view, inverse = one(x, flux, np.full(200, 5.0), grid, "lanczos")
    d = grid.centers[:, None] - x[None, :]
    weights = np.where(np.abs(d) < 3, np.sinc(d) * np.sinc(d / 3), 0.0)
    np.testing.assert_allclose(view, (weights @ flux) / weights.sum(1), rtol=2e-6)
    np.testing.assert_allclose(1 / inverse, (weights**2).sum(1) / weights.sum(1) ** 2 / 5.0, rtol=1e-5)
    truth = np.cos((grid.centers - 4000) / 3.0) + 3
    straight, _ = one(x, flux, np.full(200, 5.0), grid, "linear")
    assert np.abs(view - truth).max() < 0.5 * np.abs(straight - truth).max()


@pytest.mark.parametrize("method", ["linear", "lanczos"])
def test_nothing_leaks_and_nothing_is_extrapolated(spectrum, method):
    x, flux, ivar = (a.copy() for a in spectrum)
    ivar[300:310] = 0
    flux[300:310] = np.nan
    grid = Grid.linear(3900, 5000, 1.0)
    view, inverse = one(x, flux, ivar, grid, method)
    assert np.isfinite(view).all() and view.max() < 3.5
    assert (inverse[(grid.centers < x[0]) | (grid.centers > x[-1])] == 0).all()
    assert (inverse[(grid.centers > x[301]) & (grid.centers < x[308])] == 0).all()
    single, single_ivar = one(np.array([4500.0]), [1.0], [1.0], grid, method)
    assert (single_ivar == 0).all() and (single == 0).all()

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clrseries import Grid, Series
from clrseries.spectra import Normalize, Observe, Redshift, Resample, Velocity

from . import reference


def resampled(x, flux, ivar, grid):
    views = Observe([Resample(grid)])(Series.from_arrays([x], [flux], [ivar]))
    return views.flux[0, 0], views.ivar[0, 0]


@pytest.fixture
def spectrum(rng):
    x = np.linspace(3600.0, 9800.0, 4000)
    flux = (1 + 0.3 * np.sin(x / 40) + rng.normal(0, 0.05, len(x))).astype(np.float32)
    return x, flux, rng.uniform(10, 1000, len(x)).astype(np.float32)


GRIDS = {
    "finer": Grid.linear(4000, 6000, 0.37),
    "like": Grid.log(3700, 9500, 69),
    "coarser": Grid.log(3700, 9500, 700),
    "uneven": Grid.from_edges(4000 + 3000 * np.linspace(0, 1, 700) ** 2),
}


@pytest.mark.parametrize("kind", GRIDS)
def test_flux_and_variance_match_the_overlap_matrix(spectrum, kind):
    x, flux, ivar = spectrum
    ours, our_ivar = resampled(x, flux, ivar, GRIDS[kind])
    wanted, wanted_ivar = reference.resample(x, flux, ivar, GRIDS[kind].edges)
    np.testing.assert_allclose(ours, wanted, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(our_ivar, wanted_ivar, rtol=3e-6)


@pytest.mark.parametrize("kind", GRIDS)
def test_flux_matches_spectres(spectrum, kind):
    from spectres.spectral_resampling_numba import spectres_numba

    x, flux, ivar = spectrum
    # spectres takes centers and puts edges half way: a linear grid means the same pixels to both
    grid = (
        GRIDS[kind]
        if kind == "finer"
        else Grid.linear(3700, 9500, {"like": 1.55, "coarser": 11.0, "uneven": 2.3}[kind])
    )
    other, error = spectres_numba(grid.centers, x, flux.astype(float), spec_errs=1 / np.sqrt(ivar.astype(float)))
    ours, our_ivar = resampled(x, flux, ivar, grid)
    np.testing.assert_allclose(ours, other, rtol=1e-6)
    np.testing.assert_allclose(1 / np.sqrt(our_ivar), error, rtol=1e-5)


def test_flux_matches_specutils(spectrum):
    from astropy import units as u
    from specutils import Spectrum
    from specutils.manipulation import FluxConservingResampler

    x, flux, ivar = (a[:600] for a in spectrum)
    grid = Grid.linear(3650, 4450, 2.6)
    other = FluxConservingResampler()(
        Spectrum(spectral_axis=x * u.AA, flux=flux.astype(float) * u.Jy), grid.centers * u.AA
    )
    np.testing.assert_allclose(resampled(x, flux, ivar, grid)[0], other.flux.value, rtol=1e-6)


def test_variance_of_a_mean_is_the_closed_form():
    """k pixels of variance v averaged: v / k (specutils issue 792 is about not getting this)."""
    x = np.arange(4000.5, 4100.0)
    flux, ivar = resampled(x, np.ones(100), np.full(100, 4.0), Grid.linear(4000, 4100, 5.0))
    np.testing.assert_allclose(ivar, 4.0 * 5, rtol=1e-6)
    np.testing.assert_allclose(flux, 1.0, rtol=1e-6)


def test_variance_of_views_matches_scatter_of_noise(rng):
    x, truth = np.linspace(4000, 5000, 800), np.full(800, 2.0)
    many = Series.from_arrays(x, truth + rng.normal(0, 0.1, (4000, 800)), np.full((4000, 800), 100.0))
    views = Observe([Resample(Grid.log(4020, 4980, 130))])(many)
    chi2 = ((views.flux[:, 0] - 2.0) ** 2 * views.ivar[:, 0]).mean()
    assert abs(chi2 - 1) < 0.01


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 300),
    st.integers(1, 200),
    st.floats(-400, 400),
    st.floats(0.05, 20),
    st.integers(0, 2**31 - 1),
)
def test_flux_is_conserved_on_any_pair_of_grids(samples, pixels, offset, step, seed):
    """Total of flux x covered width equals the integral of the input over the same range."""
    rng = np.random.default_rng(seed)
    x = 5000 + np.cumsum(rng.uniform(0.2, 3.0, samples))
    flux = rng.uniform(0.5, 2.0, samples).astype(np.float32)
    grid = Grid.from_edges(5000 + offset + step * np.arange(pixels + 1))
    ours, ivar = resampled(x, flux, np.ones(samples), grid)
    wanted, wanted_ivar = reference.resample(x, flux, np.ones(samples), grid.edges)
    clear = np.abs(reference.overlap_matrix(x, grid.edges).sum(1) - 0.5 * step) > 1e-3 * step
    np.testing.assert_array_equal((ivar > 0)[clear], (wanted_ivar > 0)[clear])
    both = (ivar > 0) & (wanted_ivar > 0)
    np.testing.assert_allclose(ours[both], wanted[both], rtol=2e-6)
    inside = np.all([grid.edges[1:] <= reference.edges_of(x)[-1], grid.edges[:-1] >= reference.edges_of(x)[0]], axis=0)
    total = (ours * np.diff(grid.edges))[inside].sum()
    np.testing.assert_allclose(total, (reference.overlap_matrix(x, grid.edges) @ flux)[inside].sum(), rtol=1e-5)


def test_outside_the_data_there_is_no_flux(spectrum):
    x, measured, known = spectrum
    flux, ivar = resampled(x, measured, known, Grid.linear(3000, 11000, 2))
    centers = Grid.linear(3000, 11000, 2).centers
    outside = (centers < 3590) | (centers > 9810)
    assert (ivar[outside] == 0).all() and (flux[outside] == 0).all()
    assert (ivar[~outside][10:-10] > 0).all()


@pytest.mark.parametrize("poison", [np.nan, np.inf, 1e30])
def test_a_pixel_without_data_never_leaks(spectrum, poison):
    x, flux, ivar = (a.copy() for a in spectrum)
    ivar[1000:1040] = 0
    clean = resampled(x, flux, ivar, GRIDS["like"])
    flux[1000:1040] = poison
    for a, b in zip(clean, resampled(x, flux, ivar, GRIDS["like"]), strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_outlier_leaves_its_neighbors_exact(spectrum):
    x, flux, ivar = (a.copy() for a in spectrum)
    before, _ = resampled(x, flux, ivar, GRIDS["like"])
    flux[500] = 1e10
    after, _ = resampled(x, flux, ivar, GRIDS["like"])
    assert (before != after).sum() <= 3


def test_one_sample_fills_its_own_angstrom():
    flux, ivar = resampled(np.array([5000.0]), np.array([3.0]), np.array([2.0]), Grid.linear(4998, 5002, 0.25))
    inside = np.abs(Grid.linear(4998, 5002, 0.25).centers - 5000) < 0.5
    np.testing.assert_allclose(flux, np.where(inside, 3.0, 0.0), rtol=1e-6)
    np.testing.assert_array_equal(ivar > 0, inside)


def test_redshift_there_and_back(spectrum):
    grid = Grid.log(4000, 7000, 69)
    series = Series.from_arrays([spectrum[0]], [spectrum[1]], [spectrum[2]])
    rest = Observe([Redshift(to=0.0, z=0.0), Resample(grid)])(series)
    moved = Series.from_arrays([spectrum[0] * 1.25], [spectrum[1] / 1.25], [spectrum[2] * 1.25**2], {"z": [0.25]})
    back = Observe([Redshift(to=0.0, z="z"), Resample(grid)])(moved)
    np.testing.assert_allclose(back.flux, rest.flux, rtol=1e-5)
    np.testing.assert_allclose(back.ivar, rest.ivar, rtol=1e-5)


def test_velocity_is_relativistic_doppler(spectrum):
    series = Series.from_arrays([spectrum[0]], [spectrum[1]], [spectrum[2]])
    view = Observe([Velocity(30000.0), Resample(GRIDS["like"]), Normalize()])(series)
    beta = 30000.0 / 299792.458
    assert view.param("stretch")[0, 0] == pytest.approx(np.sqrt((1 + beta) / (1 - beta)))

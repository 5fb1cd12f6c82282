import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy.ndimage import gaussian_filter1d

from clrseries import Grid, InputError, Series, Uniform
from clrseries.kernels.spectra import broaden
from clrseries.spectra import LSF, Curve, Observe, Redshift, Resample, RotationalBroadening, VelocityDispersion
from clrseries.units import SPEED_OF_LIGHT

from . import reference

FWHM = np.sqrt(8 * np.log(2))


def one(x, flux, ivar, steps):
    views = Observe(steps)(Series.from_arrays([x], [flux], [ivar]))
    return views.flux[0, 0].astype(float), views.ivar[0, 0].astype(float)


@pytest.fixture
def spectrum(rng):
    x = np.linspace(3900.0, 6100.0, 1500)
    return x, 1 + rng.normal(0, 0.2, 1500), rng.uniform(10, 100, 1500)


def width_of(flux, positions):
    """Standard deviation of a line, about its mean."""
    mean = (flux * positions).sum() / flux.sum()
    return np.sqrt((flux * (positions - mean) ** 2).sum() / flux.sum())


def test_constant_width_matches_scipy_and_astropy(spectrum):
    from astropy.convolution import Gaussian1DKernel, convolve

    x, flux, ivar = spectrum
    grid = Grid.log(4000, 6000, 100)
    raw, _ = one(x, flux, ivar, [Resample(grid)])
    view, _ = one(x, flux, ivar, [VelocityDispersion(250.0), Resample(grid)])
    inner = slice(20, -20)
    # both ignore that pixels of a log grid differ in width by 0.03 % from one to the next
    np.testing.assert_allclose(view[inner], gaussian_filter1d(raw, 2.5, truncate=6.0)[inner], rtol=1e-3)
    np.testing.assert_allclose(view[inner], convolve(raw, Gaussian1DKernel(2.5, x_size=31))[inner], rtol=1e-3)


def test_on_equal_pixels_it_is_scipy_to_float32(rng):
    x = np.arange(4000.5, 5000.0)
    flux = 1 + rng.normal(0, 0.2, len(x))
    view, _ = one(x, flux, np.ones(len(x)), [LSF(fwhm=2.5 * FWHM), Resample(Grid.linear(4000, 5000, 1.0))])
    wanted = gaussian_filter1d(flux.astype(np.float32).astype(float), 2.5, truncate=5.2)
    np.testing.assert_allclose(view[20:-20], wanted[20:-20], rtol=1e-6)


@pytest.mark.parametrize("curve", ["constant", "rising", "narrow"])
@pytest.mark.parametrize("kind", ["like", "finer", "coarser"])
def test_flux_and_variance_match_the_whole_matrix(spectrum, kind, curve):
    """Noise of a spectrum whose ivar changes smoothly. The variance comes from one matrix from input to output pixels; the kernel never forms it."""
    x, flux, _ = spectrum
    ivar = 50 + 40 * np.sin(x / 150)
    ivar[700:720] = 0
    grid = {
        "like": Grid.log(4000, 6000, 88),
        "finer": Grid.linear(4000, 6000, 0.9),
        "coarser": Grid.log(4000, 6000, 400),
    }[kind]
    lo, hi = {"constant": (1.5, 1.5), "rising": (1.2, 2.0), "narrow": (0.8, 0.8)}[curve]
    width = np.diff(grid.edges)
    sigma = np.interp(grid.centers, [4000, 6000], [lo, hi]) * width  # Angstrom
    steps = [LSF(Curve(grid.centers, grid.centers / sigma / FWHM)), Resample(grid)]
    view, inverse = one(x, flux, ivar, steps)
    wanted, variance = reference.observed(
        x, flux.astype(np.float32), ivar.astype(np.float32), grid.edges, (sigma / width) ** 2
    )
    np.testing.assert_array_equal(inverse > 0, np.isfinite(variance))
    good = inverse > 0
    np.testing.assert_allclose(view[good], wanted[good], rtol=2e-3 if curve == "narrow" else 3e-5)
    # exact but for a few pixels at ends and gaps, where taps are cut off, and for the part of the correlation that
    # reaches beyond the next pixel where an input pixel covers several and the profile is no wider than it
    off = np.abs(variance[good] * inverse[good] - 1)
    assert np.quantile(off, 0.98) < (0.1 if (kind, curve) == ("finer", "narrow") else 0.04), np.quantile(
        off, [0.5, 0.98, 1]
    )
    assert off.max() < 0.6


def test_ivar_of_broadened_noise_is_its_scatter(rng):
    x = np.linspace(4000, 5000, 1000)
    noisy = Series.from_arrays(x, 1 + rng.normal(0, 0.1, (3000, 1000)), np.full((3000, 1000), 100.0))
    views = Observe([VelocityDispersion(120.0), Resample(Grid.log(4020, 4980, 65))])(noisy)
    chi2 = ((views.flux[:, 0] - 1.0) ** 2 * views.ivar[:, 0]).mean()
    assert chi2 == pytest.approx(1.0, abs=0.01)


def test_ivar_of_noise_that_is_rotated_and_broadened_is_its_scatter(rng):
    """Two profiles in turn: what they leave together is known for Gaussians, and rotation is nearly one."""
    x = np.linspace(4000, 5000, 1000)
    noisy = Series.from_arrays(x, 1 + rng.normal(0, 0.1, (2000, 1000)), np.full((2000, 1000), 100.0))
    for vsini, sigma in ((250.0, 120.0), (150.0, 300.0), (400.0, 90.0)):
        views = Observe([RotationalBroadening(vsini), VelocityDispersion(sigma), Resample(Grid.log(4050, 4950, 65))])(
            noisy
        )
        chi2 = ((views.flux[:, 0] - 1.0) ** 2 * views.ivar[:, 0])[:, 20:-20].mean()
        assert chi2 == pytest.approx(1.0, abs=0.08), (vsini, sigma, chi2)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.15, 6.0), st.floats(0.15, 6.0))
def test_widths_add_in_quadrature_even_below_a_pixel(first, second):
    x = np.arange(4000.5, 4300.0)
    grid = Grid.linear(4000, 4300, 1.0)
    line = np.zeros(300)
    line[150] = 1.0
    position = np.arange(300.0)
    once, _ = one(x, line, np.ones(300), [LSF(fwhm=first * FWHM), Resample(grid)])
    assert width_of(once, position) == pytest.approx(first, rel=1e-3, abs=1e-3)
    twice, _ = one(x, np.maximum(once, 0), np.ones(300), [LSF(fwhm=second * FWHM), Resample(grid)])
    assert width_of(twice, position) == pytest.approx(np.hypot(first, second), rel=2e-3)
    assert twice.sum() == pytest.approx(1.0, rel=1e-5)


@njit
def narrow(variance):
    return broaden.narrow_tap(variance)


def test_taps_below_a_pixel_have_the_variance_asked_for():
    k = np.arange(-8, 9)
    for variance in np.linspace(0.001, 0.5, 40).astype(np.float32):
        taps = float(narrow(variance)) ** (k.astype(float) ** 2)
        assert (taps * k**2).sum() / taps.sum() == pytest.approx(float(variance), rel=2e-4)


def test_native_resolution_is_taken_off_in_quadrature():
    x = np.linspace(4900, 5100, 2001)
    native = 3.0 / FWHM
    line = np.exp(-0.5 * ((x - 5000) / native) ** 2)
    grid = Grid.linear(4910, 5090, 0.5)
    view, _ = one(x, line, np.ones(len(x)), [LSF(fwhm=5.0, native_fwhm=3.0), Resample(grid)])
    pixel = 0.5**2 / 12
    assert width_of(view, grid.centers) == pytest.approx(np.sqrt((5.0 / FWHM) ** 2 + pixel), rel=1e-3)
    sharp, _ = one(x, line, np.ones(len(x)), [LSF(fwhm=2.0, native_fwhm=3.0), Resample(grid)])
    plain, _ = one(x, line, np.ones(len(x)), [Resample(grid)])
    np.testing.assert_array_equal(sharp, plain)  # data coarser than the target stay as they are
    # a redshift stretches the data's own FWHM [Angstrom] and leaves a resolving power alone
    grid = Grid.linear(5010, 5190, 0.5)
    moved = [Redshift(to=0.02), LSF(resolution=1000.0, native_fwhm=3.0), Resample(grid)]
    view, _ = one(x, line, np.ones(len(x)), moved)
    assert width_of(view, grid.centers) == pytest.approx(np.sqrt((5100 / 1000 / FWHM) ** 2 + pixel), rel=2e-3)
    moved[1] = LSF(resolution=1000.0, native_resolution=5000 / 3.0)
    view, _ = one(x, line, np.ones(len(x)), moved)
    assert width_of(view, grid.centers) == pytest.approx(np.sqrt((5100 / 1000 / FWHM) ** 2 + pixel), rel=2e-3)


def test_a_drawn_resolution_and_a_dispersion_add_up(spectrum):
    x, flux, ivar = spectrum
    grid = Grid.log(4000, 6000, 60)
    sigma = np.hypot(SPEED_OF_LIGHT / 2000 / FWHM, 90.0)
    both, _ = one(x, flux, ivar, [VelocityDispersion(90.0), LSF(resolution=2000.0), Resample(grid)])
    single, _ = one(x, flux, ivar, [VelocityDispersion(float(sigma)), Resample(grid)])
    np.testing.assert_allclose(both, single, rtol=1e-5)
    drawn = Observe([LSF(resolution=Uniform(500, 2000)), Resample(grid)])
    lsf = drawn.sample(Series.from_arrays(x, np.ones((500, 1500))))[:, 0, drawn.param_names.index("lsf_velocity2")]
    resolution = SPEED_OF_LIGHT / FWHM / np.sqrt(lsf)
    assert 500 <= resolution.min() < 520 and 1980 < resolution.max() <= 2000


def test_masks_do_not_leak():
    x = np.linspace(4000, 5000, 1000)
    ivar = np.ones(1000)
    ivar[490:510] = 0
    flux = np.where(ivar > 0, 1.0, np.nan)
    for steps in (
        [VelocityDispersion(200.0)],
        [RotationalBroadening(200.0)],
        [RotationalBroadening(200.0), VelocityDispersion(200.0)],
    ):
        view, inverse = one(x, flux, ivar, [*steps, Resample(Grid.linear(4001, 4999, 1.0))])
        assert (inverse[492:506] == 0).all() and (inverse > 0).sum() > 970
        np.testing.assert_allclose(view[inverse > 0], 1.0, rtol=1e-5)


@pytest.mark.parametrize("limb", [0.0, 0.6, 1.0])
def test_rotation_matches_the_disc_seen_ring_by_ring(limb):
    """The profile of a line from a disk integrated over its surface, element by element."""
    grid = Grid.log(4800, 5200, 20)
    line = np.zeros(len(grid))
    center = len(grid) // 2
    line[center] = 1.0
    view, _ = one(grid.centers, line, np.ones(len(grid)), [RotationalBroadening(300.0, limb), Resample(grid)])
    u = np.linspace(-1, 1, 4001)
    px, py = np.meshgrid(u, u)
    r2 = px**2 + py**2
    light = np.where(r2 <= 1, 1 - limb * (1 - np.sqrt(np.clip(1 - r2, 0, 1))), 0.0).sum(0)
    velocity = (np.arange(len(grid)) - center) * grid.velocity
    wanted = np.interp(velocity / 300.0, u, light, left=0.0, right=0.0)
    np.testing.assert_allclose(view, wanted / wanted.sum(), atol=2e-4 * wanted.max() / wanted.sum() + 2e-4)
    assert view.sum() == pytest.approx(1.0, rel=1e-5)


def test_arguments_that_make_no_sense():
    with pytest.raises(InputError, match="one of resolution and fwhm"):
        LSF()
    with pytest.raises(InputError, match="not both"):
        LSF(2000.0, native_resolution=3000.0, native_fwhm=1.0)
    with pytest.raises(InputError, match="ascending"):
        Curve([5000, 4000], [1, 2])
    with pytest.raises(InputError, match="as many values"):
        Curve([5000], [1, 2])

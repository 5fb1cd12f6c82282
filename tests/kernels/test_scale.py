import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d, percentile_filter

from clrseries import Grid, InputError, Series
from clrseries.kernels import select
from clrseries.kernels.lanes import no_barrier
from clrseries.spectra import Normalize, Observe, Resample

GRID = Grid.linear(4000, 6000, 1.0)
X = np.arange(4000.5, 6000.0)


@pytest.fixture
def spectra(rng):
    """Thirty spectra on the grid's own pixels, with a slope, a line and gaps."""
    flux = (1 + (X - 4000) / 1500) * (1 - 0.5 * np.exp(-0.5 * ((X - 5000) / 8) ** 2)) + rng.normal(
        0, 0.05, (30, len(X))
    )
    ivar = np.full(flux.shape, 400.0)
    ivar[:, 700:730] = 0
    ivar[rng.random(flux.shape) < 0.02] = 0
    return flux.astype(np.float32), Series.from_arrays(X, flux, ivar), ivar > 0


def normalized(series, *arguments, **named):
    views = Observe([Resample(GRID), Normalize(*arguments, **named)])(series)
    return views.flux[:, 0], views.ivar[:, 0]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-(2.0**99), 2.0**99, width=32), min_size=1, max_size=200), st.floats(0, 1))
def test_percentiles_are_numpys(values, fraction):
    flux = np.array(values, np.float32)
    keys, counts = np.empty(len(flux), np.int32), np.empty(1, np.int32)
    fraction = np.float32(fraction)
    ours = select.good_percentile(flux, np.ones_like(flux), fraction, keys, counts, 0, 1, no_barrier)
    spread = float(np.ptp(flux.astype(float)))
    assert ours == pytest.approx(np.quantile(flux.astype(float), float(fraction)), rel=1e-6, abs=2e-5 * spread + 1e-30)


@pytest.mark.parametrize("by", ["mean", "median", "l2"])
@pytest.mark.parametrize("between", [None, (4800, 5300)])
def test_numbers_are_numpys(spectra, by, between):
    flux, series, good = spectra
    view, ivar = normalized(series, by, between=between)
    inside = np.ones(len(X), bool) if between is None else (X > between[0]) & (X < between[1])
    for i in range(30):
        kept = flux[i][good[i] & inside].astype(float)
        value = {"mean": kept.mean(), "median": np.median(kept), "l2": np.sqrt((kept**2).mean())}[by]
        np.testing.assert_allclose(view[i][good[i]], flux[i][good[i]] / value, rtol=3e-6, atol=1e-6)
        np.testing.assert_allclose(ivar[i][good[i]], 400.0 * value**2, rtol=1e-5)


def test_gaussian_continuum_is_scipys(spectra):
    flux, series, good = spectra
    view, ivar = normalized(series, "continuum", 150.0)
    sigma = 150.0 / np.sqrt(8 * np.log(2))
    for i in range(30):
        filled = np.where(good[i], flux[i], 0.0).astype(float)
        smooth = gaussian_filter1d(filled, sigma, mode="constant") / gaussian_filter1d(
            good[i] * 1.0, sigma, mode="constant"
        )
        np.testing.assert_allclose(view[i][good[i]], (filled / smooth)[good[i]], rtol=5e-3)
        np.testing.assert_allclose(ivar[i][good[i]], 400.0 * smooth[good[i]] ** 2, rtol=1e-2)


def test_gaussian_continuum_weighs_by_ivar():
    heavy = np.where(np.arange(len(X)) % 2, 400.0, 4.0)
    alternating = np.where(np.arange(len(X)) % 2, 2.0, 1.0)
    view, _ = normalized(Series.from_arrays(X, [alternating], [heavy]), "continuum", 100.0)
    assert view[0][500:1500:2].mean() == pytest.approx(1.0 / ((2 * 400 + 4) / 404), rel=1e-3)


@pytest.mark.parametrize("percentile", [50.0, 90.0])
def test_running_percentile_is_scipys(spectra, percentile):
    flux, _, _ = spectra
    series = Series.from_arrays(X, flux, np.full(flux.shape, 400.0))
    view, _ = normalized(series, "percentile", 200.0, percentile)
    for i in range(5):
        running = percentile_filter(flux[i], percentile, size=201, mode="nearest")
        inner = slice(150, -150)
        np.testing.assert_allclose(view[i][inner], (flux[i] / running)[inner], rtol=0.03)
        assert np.median(np.abs(view[i] / (flux[i] / running) - 1)[inner]) < 4e-3


def test_asinh_is_numpys_and_ivar_follows_the_slope(spectra):
    _, series, good = spectra
    plain, ivar = normalized(series)
    pressed, pressed_ivar = normalized(series, asinh=0.7)
    np.testing.assert_allclose(pressed, 0.7 * np.arcsinh(plain / 0.7), rtol=1e-5, atol=1e-7)
    slope = 1 / np.sqrt(1 + (plain / 0.7) ** 2)
    np.testing.assert_allclose(pressed_ivar[good], (ivar / slope**2)[good], rtol=1e-5)


def test_what_cannot_be_divided_is_blanked():
    dark = Series.from_arrays(X, [np.zeros(len(X)), -np.ones(len(X))], [np.ones(len(X))] * 2)
    for by in ("mean", "median", "continuum", "percentile"):
        flux, ivar = normalized(dark, by)
        assert (ivar == 0).all() and (flux == 0).all()


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"by": "best"}, "Normalize: by must be one of"),
        ({"window": 0.0}, "positive width"),
        ({"percentile": 120.0}, "0 to 100"),
        ({"asinh": -1.0}, "at least 0"),
        ({"by": "continuum", "between": (4000, 5000)}, "no meaning"),
        ({"between": (100, 200)}, "no pixel of the grid"),
    ],
)
def test_arguments_that_make_no_sense(spectra, named, message):
    with pytest.raises(InputError, match=message):
        normalized(spectra[1], **named)

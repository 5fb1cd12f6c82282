"""The unit of flux changes no view, apart from the unit."""

from dataclasses import replace

import numpy as np
import pytest

from clrseries import Grid, Series
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.augment import unit_scale
from clrseries.augment.unit_scale import scaled
from clrseries.kernels.unit import LARGEST

from ..lightcurves import every_step as curves
from ..spectra import every_step as spectra

SCALES = [1e-17, 1e-12, 1e-3, 1e5, 1e10]
SPECTRA, CURVES = spectra.compositions(), curves.compositions()


def times(series, factor):
    flux = (series.flux.astype(float) * factor).astype(np.float32)
    return replace(series, flux=flux, ivar=(series.ivar.astype(float) / factor**2).astype(np.float32))


def unit_exponents(series):
    return unit_scale.unit_exponents(series)


def check(before, after, factor):
    """Compare views with their counterparts in another unit."""
    np.testing.assert_array_equal(after.ivar > 0, before.ivar > 0)
    flux, ivar = after.flux.astype(float) / factor, after.ivar.astype(float) * factor**2
    size = np.abs(before.flux).max()
    np.testing.assert_allclose(flux, before.flux, rtol=1e-3, atol=1e-4 * size)
    np.testing.assert_allclose(ivar, before.ivar, rtol=2e-3)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", SPECTRA)
def test_spectra_in_any_unit(name, scale):
    rng = np.random.default_rng(0)
    x = np.linspace(3900.0, 8300, 1100)
    flux = 1 + 0.3 * np.sin(x / 40) + rng.normal(0, 0.01, (3, 1100))
    series = Series.from_arrays(x, flux, np.full((3, 1100), 1e4), table={"z": [0.0, 0.01, 0.02]})
    steps = [step for step in SPECTRA[name] if not isinstance(step, sp.Custom)]
    normalized = isinstance(steps[-1], sp.Normalize)
    observe = sp.Observe(steps)
    check(observe(series, 2), observe(times(series, scale), 2), 1.0 if normalized else scale)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", CURVES)
def test_light_curves_in_any_unit(name, scale):
    """Limits in magnitudes move with the zero point, so that the same source is seen."""
    rng = np.random.default_rng(0)
    time = np.sort(rng.uniform(0, 900, (3, 300)))
    flux = 300 + 40 * np.sin(time / 9) + rng.normal(0, 3, (3, 300))
    band = np.tile(["g", "r"], (3, 150))
    table = {"z": [0.1] * 3, "period": [3.0, 4.0, 5.0]}
    series = Series.from_points(time, flux, np.full((3, 300), 3.0), band, table)
    shift = 2.5 * np.log10(scale)
    steps = [replace(s, zero_point=s.zero_point + shift) if hasattr(s, "zero_point") else s for s in CURVES[name]]
    steps = [replace(s, softening=s.softening * scale) if hasattr(s, "softening") else s for s in steps]
    normalized = isinstance(steps[-1], lc.Normalize)
    before, after = lc.Observe(CURVES[name])(series, 2), lc.Observe(steps)(times(series, scale), 2)
    check(before, after, 1.0 if normalized else scale)


def test_numbers_near_one_are_left_alone():
    for size in (1e-3, 1.0, 1e5):
        assert unit_exponents(Series.from_arrays([4000.0, 4001.0], [[size, -size]])) is None


def test_scaling_changes_no_digit():
    series = Series.from_arrays([4000.0, 4001.0], [[1.1e-17, 2.3e-17]], [[3e33, 7e34]])
    exponents = unit_exponents(series)
    there = scaled(series, exponents)
    assert 0.5 <= np.abs(there.flux).mean() <= 1
    back = scaled(there, -exponents)
    np.testing.assert_array_equal(back.flux, series.flux)
    np.testing.assert_array_equal(back.ivar, series.ivar)


def test_size_is_found_where_most_pixels_are_masked_and_where_flux_is_zero():
    ivar = np.zeros(1000)
    ivar[3] = 1e34
    x = np.arange(4000.0, 5000)
    assert -58 < unit_exponents(Series.from_arrays(x, [np.full(1000, 1e-17)], [ivar]))[0] < -54
    assert -58 < unit_exponents(Series.from_arrays(x, [np.zeros(1000)], [np.full(1000, 1e34)]))[0] < -54
    assert unit_exponents(Series.from_arrays(x, [np.zeros(1000)], [np.zeros(1000)])) is None


def test_an_encoder_takes_an_ivar_that_float32_cannot_hold():
    series = Series.from_arrays(np.arange(4000.0, 4300), np.full(300, 1e-18), np.full(300, 2e38))
    views = sp.Observe([sp.Resample(Grid.linear(4010, 4290, 4.0))])(series)
    assert views.ivar.dtype == np.float64 and views.ivar.max() > LARGEST
    _, ivar = views.torch()
    assert ivar.numpy().dtype == np.float32 and ivar.max() == LARGEST
    np.testing.assert_array_equal(ivar > 0, views.ivar > 0)

"""The preset made from data: resolution, noise and range of the views are those of the data, together."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from clrseries import Grid, InputError, Joint, Series, datasets
from clrseries import spectra as sp
from clrseries.config import composition, to_config
from clrseries.series import concatenate

GRID = Grid.log(4000, 7000, 300)


def instrument(rng, count, start, stop, pixel, snr, *, errors=True, resolution=None, name="A"):
    """Flat noisy spectra as one instrument takes them."""
    wave = np.arange(start, stop, pixel)
    flux = rng.normal(1, 1 / snr, (count, len(wave)))
    ivar = np.full(flux.shape, float(snr) ** 2) * rng.uniform(0.99, 1.01, flux.shape) if errors else None
    table: dict[str, Any] = {"object_id": [f"{name} {k}" for k in range(count)], "instrument": [name] * count}
    if resolution is not None:
        table["resolution"] = [float(resolution)] * count
    return Series.from_arrays(wave, flux, ivar, table)


@pytest.fixture
def two(rng):
    """Forty spectra of a blue spectrograph and ten of a red one."""
    blue = instrument(rng, 40, 3500, 6000, 2.0, 10, resolution=900, name="blue")
    return concatenate([blue, instrument(rng, 10, 5000, 9000, 4.0, 40, errors=False, resolution=2500, name="red")])


def test_views_are_as_the_instruments_of_the_data(two):
    preset = sp.survey.from_series(two, grid=GRID, column="instrument")
    steps: list[Any] = preset.steps()
    assert [type(step).__name__ for step in steps] == ["LSF", "Resample", "Noise", "Crop"]
    table = np.array([getattr(preset, name).values for name in ("resolution", "snr", "blue", "red")]).T
    red = table[:, 1] > 30
    assert red.mean() == 0.5  # each spectrograph equally often, and not each spectrum
    width = lambda wave, r, pixel: wave / np.hypot(wave / r, 2.3548 * pixel / np.sqrt(12))  # noqa: E731
    np.testing.assert_allclose(table[~red, 0], width(5000, 900, 2), rtol=1e-3)
    np.testing.assert_allclose(table[red, 0], width(6000, 2500, 4), rtol=1e-3)
    pixel = np.interp([5000, 6000], GRID.centers, np.diff(GRID.edges))
    wanted = [10 * np.sqrt(pixel[0] / 2.0), 40 * np.sqrt(pixel[1] / 4.0)]
    np.testing.assert_allclose([np.median(table[~red, 1]), np.median(table[red, 1])], wanted, rtol=0.05)
    assert table[~red, 2].max() < 0 and table[red, 2] == pytest.approx(5000 - GRID.centers[0], abs=4)
    assert table[~red, 3] == pytest.approx(GRID.centers[-1] - 6000, abs=4)
    assert to_config(composition(to_config(sp.Observe(steps)))) == to_config(sp.Observe(steps))
    assert "Spectrographs(Grid.log" in repr(preset) and len(repr(preset)) < 200


def test_what_a_view_has_is_that_of_one_spectrum(two):
    preset = sp.survey.from_series(two, grid=GRID, column="instrument")
    whole = Series.from_arrays(np.arange(3600.0, 7600, 1), np.ones((200, 4000)), np.full((200, 4000), 1e6))
    views = sp.Observe(preset.steps())(whole, views=2, seed=0)
    late = GRID.centers[(views.ivar > 0).argmax(-1)] > 4900
    early = GRID.centers[-1] - GRID.centers[len(GRID) - 1 - (views.ivar[..., ::-1] > 0).argmax(-1)] > 900
    assert (late ^ early).all() and 0.4 < late.mean() < 0.6
    scatter = np.array([[view[view > 0].std() for view in both] for both in views.flux])
    assert scatter[late].max() < scatter[~late].min()  # the red one has less noise, in the same view


def test_no_view_loses_what_nearly_all_spectra_have(rng):
    short = instrument(rng, 2, 6500, 7000, 2.0, 20, name="short")
    preset = sp.survey.from_series(concatenate([instrument(rng, 38, 3900, 7100, 2.0, 20), short]), grid=GRID)
    assert max(preset.blue.values) < 100


def test_errors_of_the_calibration_are_those_between_spectra_of_one_object(rng):
    wave, count = np.arange(3900.0, 7100, 2), 150
    bins = (wave - 3900).astype(int) // 500
    factor = np.exp(rng.normal(0, 0.2, (count, bins.max() + 1)))[:, bins]
    names = [f"star {k // 2}" for k in range(count)]
    twice = Series.from_arrays(wave, factor, np.full(factor.shape, 1e6), {"object_id": names})
    preset = sp.survey.from_series(twice, grid=Grid.linear(3900, 7000, 2))
    assert preset.calibration is not None
    assert np.median(preset.calibration.values) == pytest.approx(0.2, rel=0.15)
    assert "FluxCalibrationError" in [type(step).__name__ for step in preset.steps()]
    once = Series.from_arrays(wave, factor, np.full(factor.shape, 1e6))
    assert sp.survey.from_series(once).calibration is None


def test_the_grid_is_what_half_of_the_spectra_cover(two):
    grid = sp.survey.from_series(two).grid
    assert grid.edges[0] == pytest.approx(3500, abs=2) and grid.edges[-1] == pytest.approx(5998, abs=4)


def test_the_resolution_is_guessed_from_the_pixels_where_none_is_told(rng):
    preset = sp.survey.from_series(instrument(rng, 5, 4000, 7000, 5.0, 20), grid=GRID)
    width = np.hypot(2.5, 2.3548 / np.sqrt(12)) * 5.0
    assert preset.resolution.values[0] == pytest.approx(5500 / width, rel=0.01)


def test_what_cannot_be_measured_is_told(rng):
    with pytest.raises(InputError, match="holds light curves"):
        sp.survey.from_series(datasets.simulated_light_curves(2), grid=GRID)
    with pytest.raises(InputError, match="none of 3 spectra has ten pixels"):
        sp.survey.from_series(instrument(rng, 3, 8000, 9000, 4.0, 40), grid=GRID)
    with pytest.raises(InputError, match="grid must be a Grid"):
        sp.survey.from_series(instrument(rng, 3, 4000, 7000, 4.0, 40), grid=GRID.centers)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="resolution.*must hold numbers"):
        sp.survey.from_series(
            instrument(rng, 3, 4000, 7000, 4.0, 40).with_columns({"resolution": ["high"] * 3}), grid=GRID
        )
    with pytest.raises(InputError, match="telescope.*is missing; there are object_id, instrument"):
        sp.survey.from_series(instrument(rng, 3, 4000, 7000, 4.0, 40), grid=GRID, column="telescope")
    wide = instrument(rng, 4, 4000, 9000, 4.0, 40)
    ends = (np.arange(4)[:, None] < 2) == (wide.x.reshape(4, -1) > 6500)  # two of the blue half, two of the red one
    apart = replace(wide, ivar=np.where(ends, wide.ivar.reshape(4, -1), 0).ravel().astype(np.float32))
    with pytest.raises(InputError, match="have no wavelengths in common"):
        sp.survey.from_series(apart)


def test_arguments_of_one_name_are_drawn_together_and_others_are_not():
    steps = [
        sp.LSF(Joint([500.0, 1000.0, 2000.0], "one")),
        sp.Resample(GRID),
        sp.Noise(Joint([10.0, 20.0, 40.0], "one")),
        sp.Crop(Joint([0.0, 100.0, 200.0], "another")),
    ]
    flat = Series.from_arrays(np.arange(3900.0, 7100), np.ones((300, 3200)), np.full((300, 3200), 1e6))
    views = sp.Observe(steps)(flat, views=2, seed=1)
    width, snr, blue = (views.param(name).ravel() for name in ("lsf_velocity2", "snr", "crop_blue"))
    assert np.corrcoef(np.log(width), np.log(snr))[0, 1] < -0.999 and len(np.unique(snr)) == 3
    assert abs(np.corrcoef(snr, blue)[0, 1]) < 0.15
    with pytest.raises(InputError, match="Noise: snr: Joint 'one' has 2 values, and another one of this name has 3"):
        sp.Observe([*steps[:2], sp.Noise(Joint([10.0, 20.0], "one"))])
    with pytest.raises(InputError, match="Joint 'one': values must be finite"):
        Joint([1.0, np.nan], "one")


def test_presets_tell_what_there_is():
    assert "SDSS" in repr(sp.survey) and "from_series" in repr(sp.survey)

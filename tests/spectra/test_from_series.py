"""Steps made from data: resolution, noise and range of the views are those of the data."""

from typing import Any

import numpy as np
import pytest

from clrseries import Grid, InputError, Series, datasets
from clrseries import spectra as sp
from clrseries.config import composition, to_config
from clrseries.series import concatenate

GRID = Grid.log(4000, 7000, 300)


def instrument(rng, count, start, stop, pixel, snr, *, errors=True, resolution=None):
    """Flat noisy spectra as one instrument takes them."""
    wave = np.arange(start, stop, pixel)
    flux = rng.normal(1, 1 / snr, (count, len(wave)))
    ivar = np.full(flux.shape, float(snr) ** 2) * rng.uniform(0.99, 1.01, flux.shape) if errors else None
    table: dict[str, Any] = {"object_id": [f"{start} {k}" for k in range(count)]}
    if resolution is not None:
        table["resolution"] = [float(resolution)] * count
    return Series.from_arrays(wave, flux, ivar, table)


def test_views_are_as_the_instruments_of_the_data(rng):
    blue = instrument(rng, 40, 3500, 6000, 2.0, 10, resolution=900)
    red = instrument(rng, 40, 5000, 9000, 4.0, 40, errors=False, resolution=2500)
    series = concatenate([blue, red])
    steps: list[Any] = sp.steps_like(series, GRID)
    assert [type(step).__name__ for step in steps] == ["LSF", "Resample", "Noise", "Crop"]
    lsf, _, noise, crop = steps
    assert set(lsf.resolution.values) == {900.0, 2500.0}
    pixel = np.interp([5000, 6000], GRID.centers, np.diff(GRID.edges))
    wanted = [10 * np.sqrt(pixel[0] / 2.0), 40 * np.sqrt(pixel[1] / 4.0)]
    np.testing.assert_allclose([noise.snr.values[10], noise.snr.values[-10]], wanted, rtol=0.12)
    assert min(crop.blue.values) < 0 and max(crop.blue.values) == pytest.approx(5000 - GRID.centers[0], abs=4)
    assert max(crop.red.values) == pytest.approx(GRID.centers[-1] - 6000, abs=4)
    whole = Series.from_arrays(np.arange(3600.0, 7600, 1), np.ones((200, 4000)), np.full((200, 4000), 1e6))
    views = sp.Observe(steps)(whole, views=2, seed=0)
    first = GRID.centers[(views.ivar > 0).argmax(-1)].ravel()
    assert abs(np.mean(first > 4900) - 0.5) < 0.1 and first.max() < 5010
    assert to_config(composition(to_config(sp.Observe(steps)))) == to_config(sp.Observe(steps))


def test_the_resolution_is_guessed_from_the_pixels_where_none_is_told(rng):
    steps: list[Any] = sp.steps_like(instrument(rng, 5, 4000, 7000, 5.0, 20), GRID)
    assert steps[0].resolution.values[50] == pytest.approx(5500 / 12.5, rel=0.01)


def test_what_cannot_be_measured_is_told(rng):
    with pytest.raises(InputError, match="holds light curves"):
        sp.steps_like(datasets.simulated_light_curves(2), GRID)
    with pytest.raises(InputError, match="none of 3 spectra has ten pixels"):
        sp.steps_like(instrument(rng, 3, 8000, 9000, 4.0, 40), GRID)

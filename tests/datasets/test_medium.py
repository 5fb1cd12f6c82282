"""Spectra in air are declared once, for every command that takes data."""

import inspect

import numpy as np
import pyarrow as pa
import pytest

import clrseries
from clrseries import InputError, datasets, write_spectra
from clrseries.datasets import open_series
from clrseries.series import Series
from clrseries.units import air_to_vacuum


def test_wavelengths_in_air_are_brought_to_vacuum(tmp_path):
    wave = np.linspace(4000.0, 7000.0, 301)
    write_spectra(Series.from_arrays(wave, np.ones((2, 301))), tmp_path / "s.parquet")
    plain, moved = open_series(tmp_path / "s.parquet"), open_series(tmp_path / "s.parquet", medium="Air")
    np.testing.assert_allclose(moved.x, air_to_vacuum(plain.x), rtol=1e-9)
    assert not np.allclose(moved.x, plain.x, rtol=1e-5, atol=0)


def test_what_has_no_wavelengths_in_air_says_so():
    stars = datasets.simulated_light_curves(2, nights=5)
    points = pa.table({"object_id": ["a"], "time": [[1.0, 2.0]], "flux": [[1.0, 2.0]], "flux_err": [[0.1, 0.1]]})
    for data, message in ((stars, "already"), ("simulated", "already"), (points, "light curves")):
        with pytest.raises(InputError, match=f"medium.*{message}"):
            open_series(data, medium="air")
    with pytest.raises(InputError, match="there is no 'water'"):
        open_series(stars, medium="water")


@pytest.mark.parametrize("name", ["embed", "predict", "finetune", "pretrain", "show_views", "tune"])
def test_every_command_that_takes_data_has_it(name):
    assert "medium" in inspect.signature(getattr(clrseries, name)).parameters

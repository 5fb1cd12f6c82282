import numpy as np
import pytest

from clrseries import Grid, Series
from clrseries import spectra as sp
from clrseries.augment import spacing


def test_a_series_is_looked_at_once(monkeypatch):
    calls: list[tuple] = []

    def recognize(*arguments):
        calls.append(arguments)
        return "found"

    monkeypatch.setattr(spacing, "recognize", recognize)
    series = Series.from_arrays(np.arange(4000.0, 4100.0), np.ones((3, 100)))
    assert spacing.spacing_of(series) == spacing.spacing_of(series) == "found" and len(calls) == 1
    spacing.spacing_of(series.take([0, 1]))
    assert len(calls) == 2


@pytest.mark.parametrize("change", [lambda x: x + 3.0, lambda x: x * 1.01])
def test_wavelengths_that_were_changed_in_place_are_seen(change):
    series = Series.from_arrays(np.arange(4000.0, 5000.0), np.linspace(1, 2, 2000).reshape(2, 1000))
    observe = sp.Observe([sp.Resample(Grid.linear(4200, 4800, 2.0))])
    observe(series)
    series.x[:] = change(series.x)
    fresh = Series.from_arrays(series.x.reshape(2, 1000), series.flux.reshape(2, 1000))
    np.testing.assert_array_equal(observe(series).flux, observe(fresh).flux)

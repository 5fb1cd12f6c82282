"""The periodogram as columns: sines of known period and power, and what a light curve cannot tell."""

import numpy as np
import pytest

from clrseries import InputError, Series
from clrseries import lightcurves as lc
from clrseries.lightcurves.binned_periodogram import EDGES, PERIODOGRAM
from clrseries.lightcurves.periodogram import lomb_scargle
from clrseries.lightcurves.relative_points import relative_points


def rows(series):
    table = lc.with_periodogram(series).table
    return np.stack([table[name].to_numpy() for name in PERIODOGRAM], axis=1)


def curve(time, value):
    return Series.from_points([time], [np.exp(0.1 * value)], [np.full(len(time), 0.005)])


@pytest.mark.parametrize("period", [0.11, 0.4567, 3.21, 41.0, 333.0])
@pytest.mark.parametrize("scatter", [0.0, 1.0])
def test_a_sine_has_its_power_in_the_bin_of_its_period(rng, period, scatter):
    time = np.sort(rng.uniform(0, 1200, 300))
    found = rows(curve(time, np.sqrt(2) * np.sin(2 * np.pi * time / period) + rng.normal(0, 1, 300) * scatter))[0]
    k = int(np.nanargmax(found))
    assert EDGES[k] * (1 - 3 * period / 1200) <= 1 / period <= EDGES[k + 1] * (1 + 3 * period / 1200)
    assert found[k] == pytest.approx(1 / (1 + scatter**2), rel=0.08 if scatter == 0 else 0.2)


def test_a_bin_holds_the_highest_power_between_its_edges(rng):
    time = np.sort(rng.uniform(0, 300, 80))
    series = curve(time, rng.normal(0, 1, 80))
    frequency, power = lomb_scargle(relative_points(series, 0), oversample=40)
    found = rows(series)[0]
    for k in np.flatnonzero(np.isfinite(found)):
        inside = power[(frequency >= EDGES[k]) & (frequency <= EDGES[k + 1])]
        assert found[k] == pytest.approx(inside.max(), rel=0.1, abs=0.01)


def test_what_a_light_curve_cannot_tell_is_null(rng):
    long, short = np.sort(rng.uniform(0, 2000, 100)), np.sort(rng.uniform(0, 50, 100))
    few, dense = np.arange(4.0), np.linspace(0, 5, 1000)
    known = np.isfinite(np.concatenate([rows(curve(time, np.sin(time))) for time in (long, short, few, dense)]))
    time_told = 1 / EDGES
    np.testing.assert_array_equal(known[0], time_told[1:] > 0.1)  # down to ten a day
    np.testing.assert_array_equal(known[1], (time_told[1:] > 0.1) & (time_told[:-1] < short[-1] - short[0]))
    assert not known[2].any()
    np.testing.assert_array_equal(known[3], time_told[:-1] < 5.0)  # all short periods


def test_all_bands_count_together_and_the_level_of_none_does(rng):
    time = np.sort(rng.uniform(0, 100, 90))
    level = np.array([1.0, 30.0, 900.0])[np.arange(90) % 3]
    flux = level * np.exp(0.2 * np.sin(2 * np.pi * time / 0.77))
    series = Series.from_points([time], [flux], [0.01 * flux], [np.array(["g", "r", "i"])[np.arange(90) % 3]])
    found = rows(series)[0]
    assert EDGES[np.nanargmax(found)] < 1 / 0.77 < EDGES[np.nanargmax(found) + 1] and np.nanmax(found) > 0.9


def test_spectra_are_refused(series):
    with pytest.raises(InputError, match="with_periodogram: needs light curves"):
        lc.with_periodogram(series)

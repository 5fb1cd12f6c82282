"""Where rows are missing, nothing is known; uneven pixels keep the widths that their neighbors give them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clrseries import Grid, Series
from clrseries import spectra as sp
from clrseries.augment.gaps import find_gaps, without_wide_pixels


@pytest.mark.parametrize("method", ["conserve", "linear", "lanczos"])
@pytest.mark.parametrize("profile", [[], [sp.LSF(fwhm=8.0)]])
def test_no_information_between_two_arms(method, profile):
    x = np.r_[np.arange(4000.0, 4400), np.arange(4600.0, 5000)]
    series = Series.from_arrays(x, [np.where(x < 4500, 1.0, 3.0)])
    views = sp.Observe([*profile, sp.Resample(Grid.linear(4100, 4900, 5), method)])(series)
    centers = views.grid.centers
    inside = (centers > 4403) & (centers < 4597)
    assert (views.ivar[0, 0, inside] == 0).all()
    known = views.ivar[0, 0] > 0
    assert known[(centers < 4397) | (centers > 4603)].all()
    wanted = np.where(centers < 4500, 1.0, 3.0)
    np.testing.assert_allclose(views.flux[0, 0, known], wanted[known], rtol=1e-5)


@settings(deadline=None)
@given(st.integers(5, 60), st.integers(5, 60), st.floats(0.1, 5.0), st.floats(0.1, 5.0), st.floats(3.5, 50.0))
def test_gap_is_found_whatever_the_steps_of_the_arms(blue, red, fine, coarse, times):
    left = 4000 + fine * np.arange(blue)
    x = np.r_[left, left[-1] + times * max(fine, coarse) + coarse * np.arange(red)]
    gaps = find_gaps(x)
    assert gaps.before.tolist() == [blue - 1]
    np.testing.assert_allclose([gaps.left[0], gaps.right[0]], [fine, coarse], rtol=1e-6)


def test_random_steps_and_growing_steps_are_no_gaps():
    rng = np.random.default_rng(1)
    for x in (
        np.sort(rng.uniform(4000, 5000, 400)),
        np.geomspace(1000, 30000, 900),
        np.array([1.0, 900.0]),
        np.ones(1),
    ):
        assert not len(find_gaps(x).before)


def test_a_series_without_gaps_is_the_same_object():
    series = Series.from_arrays([np.arange(4000.0, 4100), np.arange(7000.0, 9000, 10)], [np.ones(100), np.ones(200)])
    assert without_wide_pixels(series) is series


def test_only_the_spectrum_with_a_gap_changes():
    x = [np.arange(4000.0, 4100), np.r_[4000.0:4050.0, 4080.0:4100.0]]
    series = Series.from_arrays(x, [np.ones(100), np.ones(70)])
    tidy = without_wide_pixels(series)
    assert tidy.offsets.tolist() == [0, 100, 172]
    assert tidy.x[150:152].tolist() == [4050.0, 4079.0]
    assert (np.diff(tidy.x[100:]) > 0).all()
    assert tidy.ivar[150:152].tolist() == [0, 0]
    assert replace(tidy, table=series.table).check() is not None

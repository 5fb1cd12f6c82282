import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clrseries.kernels.input_grid import LINEAR, LOGARITHMIC, OTHER, recognize


def kinds(*grids):
    return recognize(np.concatenate(grids), np.cumsum([0, *map(len, grids)]))


@settings(deadline=None)
@given(st.integers(3, 3000), st.floats(500, 25000), st.floats(0.01, 5))
def test_even_steps_are_linear(samples, start, step):
    made = (start + step * np.arange(samples), np.linspace(start, start + step * (samples - 1), samples))
    found = kinds(*made)
    assert found.kind.tolist() == [LINEAR, LINEAR]
    np.testing.assert_allclose(found.start, start)
    np.testing.assert_allclose(found.step, step, rtol=1e-12 * start / step)


@settings(deadline=None)
@given(st.integers(8, 3000), st.floats(500, 25000), st.floats(1e-5, 0.01))
def test_even_ratios_are_logarithmic(samples, start, step):
    if samples * step > 4:
        samples = max(int(4 / step), 8)
    made = (start * np.exp(step * np.arange(samples)), 10 ** (np.log10(start) + step / np.log(10) * np.arange(samples)))
    found = kinds(*made)
    assert found.kind.tolist() == [LOGARITHMIC, LOGARITHMIC]
    np.testing.assert_allclose(found.step, step, rtol=1e-9)


@pytest.mark.parametrize("moved", [1e-8, 1e-3, 0.5])
def test_one_pixel_off_is_neither(moved):
    for grid, step in ((np.linspace(4000, 9000, 4000), 1.25), (np.geomspace(4000, 9000, 4000), 1.0)):
        grid[1234] += moved * step
        assert kinds(grid).kind.tolist() == [OTHER]


def test_wavelengths_from_a_float32_logarithm_are_no_even_ratios():
    """As SDSS stores them: half a percent of a pixel off."""
    assert kinds(10.0 ** (3.58 + 1e-4 * np.arange(3800)).astype(np.float32).astype(float)).kind.tolist() == [OTHER]


def test_a_grid_that_is_repeated_is_found(rng):
    grid = 4000 + np.cumsum(rng.uniform(0.5, 1.5, 700))
    other = grid.copy()
    other[-1] += 1e-9
    found = kinds(grid, grid, other, other, grid[:-1], grid)
    assert found.same.tolist() == [False, True, False, True, False, False]


def test_what_does_not_ascend_is_not_the_same_as_anything():
    for grid in (
        np.array([4000.0, 3999.0, 3998.0]),
        np.array([4000.0, np.nan, 4002.0]),
        np.array([1.0, 2.0, 2.0, 3.0]),
    ):
        found = kinds(grid, grid)
        assert found.same.tolist() == [False, False] and found.kind.tolist() == [OTHER, OTHER]


def test_short_objects():
    found = kinds(np.array([4000.0]), np.empty(0), np.array([4000.0, 4001.0]))
    assert found.kind.tolist() == [OTHER] * 3 and not found.jumps.any()


def test_jumps():
    even = np.arange(4000.0, 4100.0)
    found = kinds(even, np.r_[even, even + 200], even)
    assert found.jumps.tolist() == [False, True, False]

"""The good points of a curve are moved together in order, and their random numbers stay those of their indices."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numba import njit

from clrseries.kernels.lanes import no_barrier
from clrseries.kernels.lightcurves.compress import compress, count_good, list_good
from clrseries.kernels.lightcurves.scratch import points
from clrseries.kernels.philox import fill_uniform, uniform_at


@njit
def compressed(time, flux, ivar, band, index, counts):
    then = points(len(time))
    return compress(time, flux, ivar, band, index, counts, then, 0, 1, no_barrier), then


@njit
def listed(ivar, index, lanes):
    counts = np.zeros(lanes, np.int32)
    for lane in range(lanes):
        counts[lane] = count_good(ivar, lane, lanes)
    for lane in range(lanes - 1, -1, -1):
        list_good(ivar, counts, index, lane, lanes)
    return counts.sum()


@njit
def deviates(number, key):
    out, single = np.empty(number, np.float32), np.empty(number, np.float32)
    fill_uniform(out, number, key, 103, 1, 2, 0, 1)
    for j in range(number):
        single[j] = uniform_at(np.int32(j), key, 103, 1, 2)
    return out, single


@settings(deadline=None)
@given(arrays(bool, st.integers(1, 90)), st.integers(1, 40))
def test_good_points_are_moved_together_by_any_number_of_lanes(good, lanes):
    n = len(good)
    time, flux = np.arange(n) + 0.5, np.arange(n, dtype=np.float32)
    band = np.arange(n, dtype=np.int8)
    index = np.full(n + 1, -1, np.int32)
    number, then = compressed(time, flux, good.astype(np.float32), band, index, np.zeros(1, np.int32))
    wanted = np.flatnonzero(good)
    assert number == len(wanted)
    np.testing.assert_array_equal(index[:number], wanted)
    for one, values in ((then.time, time), (then.flux, flux), (then.band, band), (then.ivar, np.ones(n))):
        np.testing.assert_array_equal(one[:number], values[wanted])
    index[:] = -1
    assert listed(good.astype(np.float32), index, lanes) == number
    np.testing.assert_array_equal(index[:number], wanted)


def test_a_single_deviate_is_that_of_the_whole_row():
    row, single = deviates(640, np.uint64(2**63 + 12345))
    np.testing.assert_array_equal(row, single)

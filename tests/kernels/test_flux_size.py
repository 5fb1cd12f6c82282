"""The size of the flux of an object is the mean over its evenly spaced good samples."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clrseries.kernels.flux_size import flux_sizes

LOOKED_AT = 64
ROWS = st.lists(st.integers(0, 200), min_size=1, max_size=6)


@settings(deadline=None)
@given(ROWS, st.floats(-30, 30), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_a_size_is_the_mean_of_good_samples(lengths, power, masked, seed):
    rng = np.random.default_rng(seed)
    offsets = np.r_[0, np.cumsum(lengths)]
    flux = (10.0**power * rng.normal(size=offsets[-1])).astype(np.float32)
    ivar = np.where(rng.random(offsets[-1]) < masked, 0, 1).astype(np.float32)
    flux[ivar == 0] = np.nan
    for i, size in enumerate(flux_sizes(flux, ivar, offsets, LOOKED_AT)):
        places = [offsets[i] + lengths[i] * k // LOOKED_AT for k in range(LOOKED_AT if lengths[i] else 0)]
        good = [abs(float(flux[j])) for j in places if ivar[j] > 0]
        assert size == pytest.approx(math.fsum(good) / len(good), rel=1e-14) if good else math.isnan(size)


def test_where_flux_is_zero_the_error_counts():
    sizes = flux_sizes(np.zeros(3, np.float32), np.array([0, 4, 25], np.float32), np.array([0, 3]), LOOKED_AT)
    assert sizes.tolist() == [0.2]

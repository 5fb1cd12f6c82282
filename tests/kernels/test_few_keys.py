"""Neighboring ranks among few keys are those of a sort."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from clrseries.kernels.few_keys import VECTOR, keys_of_ranks
from clrseries.kernels.select import HIGHEST


@njit
def found(keys, number, rank):
    return keys_of_ranks(keys, number, rank)


@settings(deadline=None)
@given(st.lists(st.integers(-(2**31) + 1, 2**31 - 2) | st.integers(-3, 3), min_size=1, max_size=70))
def test_every_rank_is_that_of_a_sort(values):
    number = len(values)
    keys = np.full((number + VECTOR - 1) // VECTOR * VECTOR, HIGHEST, np.int32)
    keys[:number] = values
    wanted = np.sort(keys[:number])
    for rank in range(number):
        low, high = found(keys, np.int32(number), np.int32(rank))
        assert low == wanted[rank]
        assert rank == number - 1 or high == wanted[rank + 1]

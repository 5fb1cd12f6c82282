import numpy as np
import pytest
from numba import njit
from scipy import stats

from clrseries.kernels import elementary, hashing, philox


@njit
def words(c0, c1, c2, c3, k0, k1):
    return philox.philox4x32(c0, c1, c2, c3, k0, k1)


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [  # known answers of the Random123 distribution
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_known_answers(counter, key, answer):
    given = [np.uint32(v) for v in (*counter, *key)]
    assert tuple(int(w) for w in words(*given)) == answer


def deviates(fill, n, key=7, step=1, view=0, epoch=0):
    out = np.full((n + 63) // 64 * 64, np.nan, np.float32)
    fill(out, n, np.uint64(key), step, view, epoch, 0, 1)
    return out[:n]


def test_normal_deviates_are_normal():
    x = deviates(philox.fill_normal, 1 << 20).astype(np.float64)
    assert abs(x.mean()) < 5 / 2**10
    assert abs(x.var() - 1) < 5 * np.sqrt(2) / 2**10
    assert abs(stats.skew(x)) < 5 * np.sqrt(6) / 2**10
    assert abs(stats.kurtosis(x)) < 5 * np.sqrt(24) / 2**10
    assert stats.kstest(x, "norm").pvalue > 1e-3
    for lag in (1, 2, 4, 16, 32, 64):  # the layout repeats every 64 samples
        assert abs(np.mean(x[:-lag] * x[lag:])) < 5 / 2**10


def test_uniform_deviates_are_uniform():
    x = deviates(philox.fill_uniform, 1 << 18).astype(np.float64)
    assert 0 < x.min() and x.max() <= 1
    assert stats.kstest(x, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("name", ["key", "step", "view", "epoch"])
def test_every_part_of_the_address_matters(name):
    a, b = deviates(philox.fill_normal, 4096), deviates(philox.fill_normal, 4096, **{name: 12345})
    assert abs(np.corrcoef(a, b)[0, 1]) < 5 / 64


def test_a_number_does_not_depend_on_how_many_are_asked_for():
    np.testing.assert_array_equal(deviates(philox.fill_normal, 77), deviates(philox.fill_normal, 5000)[:77])


@pytest.mark.parametrize("lanes", [16, 32, 128])
def test_lanes_share_the_work_and_change_nothing(lanes):
    whole, shared = deviates(philox.fill_normal, 1000), np.full(1024, np.nan, np.float32)
    for lane in range(lanes):
        philox.fill_normal(shared, 1000, np.uint64(7), 1, 0, 0, lane, lanes)
    np.testing.assert_allclose(shared[:1000], whole, rtol=1e-6)
    uniform, shared = deviates(philox.fill_uniform, 1000), np.full(1024, np.nan, np.float32)
    for lane in range(lanes):
        philox.fill_uniform(shared, 1000, np.uint64(7), 1, 0, 0, lane, lanes)
    np.testing.assert_array_equal(shared[:1000], uniform)


def test_rows_of_a_batch_and_steps_of_a_row_are_uncorrelated():
    """Neighboring keys, views and streams, as the kernel uses them; far along the counter too."""
    keys = philox.object_keys(np.arange(400, dtype=np.uint64), np.uint64(0))
    rows = np.array([deviates(philox.fill_normal, 1024, key=k) for k in keys])
    across = np.corrcoef(rows)[np.triu_indices(400, 1)]
    assert np.abs(across).max() < 6 / 32
    assert abs(across.std() * 32 - 1) < 0.02
    assert stats.kstest(rows[:, 17], "norm").pvalue > 1e-3  # one sample of every row
    long = deviates(philox.fill_normal, 1 << 24)
    for period in (1 << 12, 1 << 16, 1 << 20, 1 << 23):
        assert abs(np.mean(long[:-period] * long[period:])) < 5 / np.sqrt(len(long) - period)
    assert np.abs(long).max() > 5.0


@njit
def each(x, which):
    out = np.empty(len(x), np.float32)
    for i in range(len(x)):
        out[i] = elementary.log32(x[i]) if which == 0 else elementary.exp32(x[i])
    return out


def test_log_and_exp_to_float32_rounding():
    x = np.logspace(-37, 37, 20001).astype(np.float32)
    np.testing.assert_allclose(each(x, 0), np.log(x.astype(np.float64)), rtol=2e-7, atol=1e-7)
    x = np.linspace(-86, 87, 20001).astype(np.float32)
    np.testing.assert_allclose(each(x, 1), np.exp(x.astype(np.float64)), rtol=3e-7)


def test_strings_hash_apart_and_seeds_give_new_keys():
    names = [f"object {i}" for i in range(20000)]
    text = np.frombuffer("".join(names).encode(), np.uint8)
    ends = np.concatenate([[0], np.cumsum([len(n) for n in names])])
    hashed = hashing.hash_strings(text, ends)
    assert len(set(hashed.tolist())) == len(names)
    first, second = (philox.object_keys(hashed, np.uint64(seed)) for seed in (0, 1))
    assert not (first == second).any()

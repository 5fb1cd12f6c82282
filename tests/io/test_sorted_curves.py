"""Light curves that need no sorting are the same whether they are taken as they are or point by point."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clrseries.io import light_curve_tables
from clrseries.io.light_curve_tables import light_curves_of_table


def both_ways(table, **options):
    """Return the same light curves read with and without the short way, and whether the short way was taken."""
    taken = []
    short = light_curve_tables.sorted_curves

    def watched(*arguments):
        found = short(*arguments)
        taken.append(found is not None)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(light_curve_tables, "sorted_curves", watched)
        one = light_curves_of_table(table, **options)
        patch.setattr(light_curve_tables, "sorted_curves", lambda *arguments: None)
        return one, light_curves_of_table(table, **options), taken == [True]


def same(one, other):
    for name in ("x", "flux", "ivar", "offsets", "band"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name).dtype == getattr(other, name).dtype
    assert one.table.equals(other.table) and one.bands == other.bands and dict(one.dropped) == dict(other.dropped)


POINT = st.tuples(
    st.integers(0, 3),
    st.sampled_from([1.0, -2.5, np.nan, np.inf]),
    st.sampled_from([0.1, 1.0, 0.0, np.nan]),
    st.sampled_from("gr"),
)
GOOD = st.tuples(
    st.integers(0, 9), st.sampled_from([1.0, -2.5, 7.0]), st.sampled_from([0.1, 1.0, 3.0]), st.sampled_from("gri")
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(st.lists(GOOD, min_size=1, max_size=5).map(lambda rows: sorted(rows, key=lambda row: (row[0], row[3]))),
                       st.lists(POINT, max_size=4)), min_size=1, max_size=5),
    st.sampled_from([pa.float32(), pa.float64()]),
    st.booleans(),
)  # fmt: skip
def test_both_ways_agree_on_any_points(objects, kind, one_band):
    from clrseries import InputError

    names = ("time", "flux", "flux_err", "band")
    columns = {name: [[row[k] for row in rows] for rows in objects] for k, name in enumerate(names)}
    table = pa.table(
        {
            "object_id": [f"o{k % 3}" for k in range(len(objects))],
            "z": np.arange(len(objects)) / 7,
            "time": pa.array(columns["time"], pa.list_(pa.float64())),
            "flux": pa.array(columns["flux"], pa.list_(kind)),
            "flux_err": pa.array(columns["flux_err"], pa.list_(kind)),
            "band": ["g"] * len(objects) if one_band else pa.array(columns["band"], pa.list_(pa.string())),
        }
    )
    try:
        one, other, _ = both_ways(table)
    except InputError:
        return
    same(one, other)


def test_ordinary_curves_take_the_short_way_and_are_not_copied(rng):
    time = np.sort(rng.uniform(59000, 59900, (20, 30)), axis=1)
    flux = rng.normal(10, 1, (20, 30)).astype(np.float32)
    lists = {
        "time": list(time),
        "flux": list(flux),
        "flux_err": list(np.full_like(flux, 0.1)),
        "band": [["g", "r", "r"] * 10] * 20,
    }
    table = pa.table(lists)
    one, other, short = both_ways(table)
    assert short
    same(one, other)
    for name, values in (("time", one.x), ("flux", one.flux)):
        assert np.shares_memory(table[name].chunk(0).values.to_numpy(), values)
    chosen, slow, short = both_ways(table, bands=("r", "i", "g"))
    assert short and chosen.bands == ("r", "i", "g")
    same(chosen, slow)


@pytest.mark.parametrize("wrong", ["unsorted", "twice", "negative error", "faint", "no points", "null", "magnitudes"])
def test_whatever_is_not_ordinary_takes_the_long_way(wrong):
    time, flux, error = [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [0.1, 0.1, 0.1]
    options = {}
    if wrong == "unsorted":
        time = [1.0, 3.0, 2.0]
    elif wrong == "twice":
        time, flux = [1.0, 1.0, 2.0], [1.0, 1.0, 2.0]
    elif wrong == "negative error":
        error = [0.1, -0.1, 0.1]
    elif wrong == "faint":
        flux, error = [1e-20, 2e-20, 3e-20], [1e-21, 1e-21, 1e-21]
    elif wrong == "magnitudes":
        options["magnitudes"] = True
    table = pa.table(
        {"time": [time, [1.0]], "flux": [flux, [1.0]], "flux_err": [error, [0.1]], "band": [["g"] * 3, ["g"]]}
    )
    if wrong in ("no points", "null"):
        empty: list[float] | None = [] if wrong == "no points" else None
        table = pa.table(
            {
                "time": [time, empty],
                "flux": [flux, empty],
                "flux_err": [error, empty],
                "band": [["g"] * 3, [] if wrong == "no points" else None],
            }
        )
    one, other, short = both_ways(table, **options)
    assert not short
    same(one, other)

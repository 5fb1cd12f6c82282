"""Rows of points: what is packed, and that a view depends on nothing but its own name and number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clrseries import Grid, InputError, Series
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.config import composition, to_config

from . import every_step

WHOLE = every_step.compositions()["whole"]


@pytest.fixture(scope="module")
def stars():
    return every_step.stars()


@pytest.fixture(scope="module")
def long():
    """One curve of 5000 points, most of them in one of three bands."""
    rng = np.random.default_rng(0)
    band = rng.choice(["a", "b", "c"], 5000, p=[0.9, 0.09, 0.01])
    return Series.from_points(np.arange(5000.0)[None], np.arange(5000.0)[None], np.ones((1, 5000)), [band])


def test_a_crop_is_a_run_of_neighbors_that_begins_anywhere(long):
    views = lc.Observe([lc.Pack(100)])(long, views=200)
    assert (np.diff(views.flux[0]) == 1).all() and (views.ivar > 0).all()
    first = views.flux[0, :, 0]
    assert first.min() < 250 and first.max() > 4650 and abs(first.mean() - 2450) < 400


def test_a_random_row_takes_every_point_alike_and_keeps_their_order(long):
    views = lc.Observe([lc.Pack(100, "random")])(long, views=500)
    assert (np.diff(views.flux[0]) > 0).all() and (views.ivar > 0).all()
    counts = np.histogram(views.flux[0], 10, (0, 5000))[0]
    assert counts.sum() == 50000 and np.abs(counts - 5000).max() < 400


def test_a_stratified_row_shares_its_places_among_the_bands(long):
    views = lc.Observe([lc.Pack(300, "stratified")])(long, views=5)
    rare = int((long.band == 2).sum())
    for band in views.band[0]:
        counts = np.bincount(band, minlength=3)
        assert counts[2] == rare < 100 and counts.sum() == 300 and abs(counts[0] - counts[1]) <= 1
    assert (np.diff(views.flux[0]) > 0).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 130), st.sampled_from(["crop", "random", "stratified"]), st.integers(0, 99))
def test_a_row_is_full_if_there_are_points(length, method, seed):
    stars = every_step.stars()
    views = lc.Observe([lc.Pack(length, method)])(stars, views=2, seed=seed)
    good = np.add.reduceat(stars.ivar > 0, stars.offsets[:-1])
    np.testing.assert_array_equal((views.ivar > 0).sum(-1), np.minimum(good, length)[:, None].repeat(2, 1))


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(4)), st.integers(1, 4), st.integers(1, 3))
def test_a_view_does_not_depend_on_company_threads_or_number_of_views(order, threads, views):
    stars, again = every_step.stars(), lc.Observe(WHOLE)
    reference = again(stars, views=3, seed=1, epoch=2, threads=1)
    other = again(stars.take(order), views=views, seed=1, epoch=2, threads=threads)
    for a, b in zip(reference.inputs, other.inputs, strict=True):
        np.testing.assert_array_equal(a[list(order)][:, :views], b)


def test_seed_epoch_and_view_each_change_a_view(stars):
    again = lc.Observe([lc.DropPoints(0.5), lc.Pack(200)])
    base = again(stars, views=2, seed=1)
    assert (base.ivar[3, 0] != base.ivar[3, 1]).any()
    for other in (again(stars, 2, seed=2), again(stars, 2, seed=1, epoch=1)):
        assert (base.ivar[3] != other.ivar[3]).any()


@pytest.mark.parametrize("name", list(every_step.compositions()))
def test_a_configuration_gives_the_same_views(stars, name):
    again = lc.Observe(every_step.compositions()[name])
    config = to_config(again)
    import yaml

    read = composition(yaml.safe_load(yaml.safe_dump(config)))
    assert isinstance(read, lc.Observe) and repr(read.steps[-1]) == repr(again.steps[-1])
    for a, b in zip(again(stars, 2).inputs, read(stars, 2).inputs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_steps_for_spectra_and_curves_do_not_mix():
    with pytest.raises(InputError, match="Crop are for spectra, and Pack for light curves"):
        composition([{"Crop": {"blue": 3}}, {"Pack": {"length": 8}}])


def test_memory_can_be_used_again_and_an_edited_draw_is_obeyed(stars):
    again = lc.Observe([lc.DropPoints(0.5), lc.Pack(64)])
    out = again(stars)
    same = again(stars, seed=3, out=out)
    assert same.flux is out.flux
    params = again.sample(stars)
    params[..., again.param_names.index("dropped_fraction")] = 0.0
    np.testing.assert_array_equal(again.apply(stars, params).flux, lc.Observe([lc.Pack(64)])(stars).flux)
    with pytest.raises(InputError, match="out holds views of shape"):
        again(stars, views=2, out=out)
    with pytest.raises(InputError, match="take it from sample"):
        again.apply(stars, params[..., 1:])
    with pytest.raises(InputError, match="views must be a whole number of at least 1"):
        again(stars, views=0)


def test_spectra_and_curves_are_told_apart(stars):
    spectra = Series.from_arrays(np.arange(4000.0, 4100), np.ones((1, 100)))
    with pytest.raises(InputError, match="use spectra.Observe"):
        lc.Observe([lc.Pack(8)])(spectra)
    with pytest.raises(InputError, match="use lightcurves.Observe"):
        sp.Observe([sp.Resample(Grid.linear(4000, 4100, 1.0))])(stars)


def test_a_million_points_beside_five():
    series = Series.from_points(
        [np.arange(1e6) * 1e-3, np.arange(5.0)], [np.ones(10**6), np.ones(5)], [np.ones(10**6), np.ones(5)]
    )
    views = lc.Observe([lc.DropPoints(0.2), lc.Pack(64, "random")])(series, threads=2)
    assert (views.ivar[0] > 0).all() and 0 < (views.ivar[1] > 0).sum() <= 5


def test_points_that_cannot_be_used_are_left_out_and_counted(caplog):
    nan, inf = np.nan, np.inf
    rows = [  # owner, time, flux, error, band
        (0, 3.0, 1.0, 0.1, "g"), (0, 1.0, 2.0, 0.1, "r"), (0, 1.0, 2.0, 0.1, "g"), (0, 1.0, 2.0, 0.1, "g"), (0, 1.0, 2.5, 0.1, "g"),
        (1, nan, 1.0, 0.1, "g"), (1, 2.0, inf, 0.1, "g"), (1, 2.0, 1.0, nan, "g"), (1, 2.0, 1.0, -0.1, "g"), (1, 2.0, 1.0, 0.0, "g"),
        (2, 5.0, -1.0, 0.5, "r"),
    ]  # fmt: skip
    names = {"object_id": ["a", "b", "c"]}
    owner, time, flux, error, band = (np.array(column) for column in zip(*rows, strict=True))
    series = Series.from_rows(owner, time, flux, error, band, names, source="x.csv")
    assert series.object_ids == ["a", "c"] and series.x.tolist() == [1.0, 1.0, 1.0, 3.0, 5.0]
    assert (
        series.band is not None
        and series.band.tolist() == [0, 0, 1, 0, 1]
        and series.flux.tolist() == [2.0, 2.5, 2.0, 1.0, -1.0]
    )
    assert series.dropped == {
        "point: time is missing or infinite": 1,
        "point: flux is missing or infinite": 1,
        "point: error is missing or infinite": 1,
        "point: error is not positive": 2,
        "point: is there twice": 1,
        "object: has no usable point": 1,
    }
    assert "x.csv: left out 1 x point: time is missing" in caplog.text
    with pytest.raises(InputError, match="x.csv, column 'flux': no object has a usable point"):
        Series.from_rows(owner[5:10], time[5:10], flux[5:10], error[5:10], band[5:10], names, source="x.csv")
    with pytest.raises(InputError, match="column 'band': holds 'r'; the bands are g"):
        Series.from_rows(owner, time, flux, error, band, names, bands=["g"])


def test_curves_from_arrays_are_checked():
    make = Series.from_points
    with pytest.raises(InputError, match="not sorted"):
        make([[2.0, 1.0]], [[1, 1]], [[1, 1]])
    with pytest.raises(InputError, match="object '1'.*no samples"):
        make([[1.0], []], [[1], []], [[1], []])
    with pytest.raises(InputError, match="object '0', column 'flux_err': has 1 points and time 2"):
        make([[1.0, 2.0]], [[1, 1]], [[1]])
    with pytest.raises(InputError, match="band has 1 rows and time 2"):
        make([[1.0], [2.0]], [[1], [1]], [[1], [1]], [["g"]])
    with pytest.raises(InputError, match="'time': is NaN"):
        make([[np.nan]], [[1]], [[1]])
    from astropy import units as u
    from astropy.time import Time

    one = make([Time([51544.0], format="mjd")], [[1.0]], [[-1.0]])
    assert one.x[0] == 51544.0 and one.ivar[0] == 0 and one.bands == ("",)
    assert make([[24.0] * u.hour], [[1.0]], [[1.0]]).x[0] == 1.0
    assert not (lc.Observe([lc.Pack(4)])(one).ivar > 0).any()  # nothing known gives an empty row


def test_bands_are_renamed_dropped_and_checked(stars):
    moved = stars.with_bands(("R", "B"), {"g": "B", "r": "R"}, drop=True)
    assert moved.bands == ("R", "B") and len(moved.x) == (stars.band < 2).sum()
    assert moved.dropped["point: in another band"] == int((stars.band == 2).sum())
    np.testing.assert_array_equal(moved.band, 1 - stars.band[stars.band < 2])
    with pytest.raises(InputError, match="column 'band': holds 'i'; the bands are g, r: rename it, or drop it"):
        stars.with_bands(("g", "r"))

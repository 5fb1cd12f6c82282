"""Light curves in tables of any library, with any of Arrow's types."""

import gzip

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from astropy.table import Table

from clrseries import InputError, read_light_curves
from clrseries.io.light_curve_tables import light_curves_of_table
from clrseries.series.joined_tables import joined_tables

POINTS = {"object_id": ["a", "a", "b", "b"], "time": [1.0, 2.0, 1.0, 2.0], "flux": [1.0, 2.0, 3.0, 4.0], "flux_err": [0.1] * 4,
          "band": ["g", "r", "g", "r"]}  # fmt: skip
LISTS = {"time": [[1.0, 2.0], [1.0, 2.0]], "flux": [[1.0, 2.0], [3.0, 4.0]], "flux_err": [[0.1, 0.1]] * 2}


@pytest.mark.parametrize("library", [pa.table, pd.DataFrame, pl.DataFrame, Table])
def test_tables_of_any_library(library):
    series = read_light_curves(library(POINTS))
    assert series.object_ids == ["a", "b"] and series.flux.tolist() == [1, 2, 3, 4] and series.bands == ("g", "r")


def test_names_in_text_files_stay_as_written(tmp_path):
    text = "object_id,time,flux,flux_err,band\n007,1,2,.1,1\n7,2,2,.1,2\n"
    (tmp_path / "a.csv").write_text(text)
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(text.encode()))
    for name in ("a.csv", "b.csv.gz"):
        series = read_light_curves(tmp_path / name)
        assert sorted(series.object_ids) == ["007", "7"] and series.bands == ("1", "2")


@pytest.mark.parametrize("name", ["objectId", "oid", "diaObjectId", "TARGETID", "SNID", "source_id"])
def test_usual_names_of_the_object_column(name):
    rows = pa.table({(name if k == "object_id" else k): v for k, v in POINTS.items()})
    assert read_light_curves(rows).object_ids == ["a", "b"]
    ids = [2**60 + 1, 2**60 + 2]
    assert read_light_curves(pa.table({name: ids, **LISTS}), band=None).object_ids == [str(one) for one in ids]


def test_the_argument_object_id_is_honored():
    table = pa.table({"sid": ["s1", "s2"], "object_id": ["x", "y"], **LISTS})
    assert read_light_curves(table, band=None, object_id="sid").object_ids == ["s1", "s2"]
    with pytest.raises(InputError, match="column 'star': is missing"):
        read_light_curves(table, band=None, object_id="star")


def test_columns_that_are_constant_within_objects():
    nan = float("nan")
    more = {
        "z": [nan, nan, 0.1, 0.1],
        "n": [None, None, 1, 1],
        "dec": [1.0, 2.0, 3.0, 3.0],
        "pos": [[1, 2]] * 4,
        "s": [{"x": 1}] * 4,
    }
    table = read_light_curves(pa.table({**POINTS, **more})).table
    assert table.column_names == ["object_id", "z", "n"]
    assert table["n"].to_pylist() == [None, 1]


@pytest.mark.parametrize("kind", [pa.list_, pa.large_list, lambda k: pa.list_(k, 2), pa.list_view, pa.large_list_view])
def test_nested_columns_of_every_kind_of_list(kind):
    struct = pa.struct([("t", pa.float64()), ("y", pa.float64()), ("e", pa.float64())])
    rows = [[{"t": 1.0, "y": 1.0, "e": 0.1}, {"t": 2.0, "y": 2.0, "e": 0.1}]] * 3
    table = pa.table({"object_id": ["z", "a", "b"], "lc": pa.array(rows, kind(struct))}).slice(1)
    series = read_light_curves(table, nested="lc", time="t", flux="y", error="e", band=None)
    assert series.object_ids == ["a", "b"] and series.x.tolist() == [1, 2, 1, 2]


def test_one_band_for_all_points_of_an_object():
    series = read_light_curves(pa.table({"object_id": ["a", "b"], **LISTS, "band": ["g", "r"]}))
    assert np.array_equal(np.asarray(series.band), [0, 0, 1, 1])
    with pytest.raises(InputError, match="for one band, give band=None"):
        read_light_curves(pa.table({"object_id": ["a", "b"], **LISTS}), band="V")
    constant = read_light_curves(pa.table({"object_id": ["a", "b"], **LISTS}), band=None, rename={"": "V"})
    assert constant.bands == ("V",)


def test_null_lists_lose_the_right_object():
    table = pa.table({"object_id": ["a", "b", "c"], "time": [[1.0], [2.0], [3.0]], "flux": [[1.0], None, [3.0]],
                      "flux_err": [[0.1], [0.1], [0.1]]})  # fmt: skip
    series = read_light_curves(table, band=None)
    assert series.object_ids == ["a", "c"] and series.flux.tolist() == [1, 3]


def test_magnitudes_errors_times_and_units_are_recognized():
    dates = pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-01", "2020-01-02"])
    frame = pd.DataFrame({**POINTS, "time": dates}).rename(columns={"flux": "mag", "flux_err": "magerr"})
    series = read_light_curves(frame.assign(mag=20.0))
    assert np.allclose(series.flux, 100) and series.x.tolist()[:2] == [58849.0, 58850.0]
    text = pa.table({**POINTS, "time": ["2020-01-01", "2020-01-02"] * 2, "sigma": [0.5] * 4}).drop_columns(["flux_err"])
    assert np.allclose(read_light_curves(text).ivar, 4)
    fields = [
        pa.field(k, pa.array(v).type, metadata={"unit": {"flux": "mJy", "flux_err": "uJy"}.get(k, "")})
        for k, v in POINTS.items()
    ]
    with_units = pa.table([pa.array(v) for v in {**POINTS, "flux_err": [500.0] * 4}.values()], schema=pa.schema(fields))
    assert np.allclose(read_light_curves(with_units).ivar, 4)


def test_types_that_mean_the_same_are_joined():
    text, category = pa.table({"c": ["A"]}), pa.table({"c": pa.array(["B"]).dictionary_encode()})
    assert joined_tables([text, category, pa.table({"c": pa.array([None])})])["c"].to_pylist() == ["A", "B", None]
    one = pa.table({"x": pa.array([[1.0]], pa.list_(pa.float32())), "n": pa.array([1], pa.int32())})
    two = pa.table({"x": pa.array([[2.0]], pa.large_list(pa.float64())), "n": pa.array([0.5])})
    whole = joined_tables([one, two])
    assert whole["x"].to_pylist() == [[1.0], [2.0]] and whole["n"].to_pylist() == [1.0, 0.5]
    with pytest.raises(InputError, match="column 'c': is string in one table and int64 in another"):
        joined_tables([text, pa.table({"c": [1]})])


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
def test_bands_and_names_of_every_kind_of_text(kind):
    table = pa.table({**POINTS, "band": pa.array(POINTS["band"], pa.string()).cast(kind) if not pa.types.is_dictionary(kind)
                      else pa.array(POINTS["band"]).dictionary_encode()})  # fmt: skip
    assert light_curves_of_table(table).bands == ("g", "r")

"""Arrays of any library give their values, their unit and their mask."""

import array
import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from astropy import units as u
from astropy.table import Column, MaskedColumn
from astropy.time import Time, TimeDelta
from astropy.utils.masked import Masked

from clrseries import InputError
from clrseries.border import numbers, plain, rows_of, texts
from clrseries.units import angstrom, days

masked: Any = np.ma.masked_array
WITHOUT = {  # 1, 2, nothing, 4
    "list": [1, 2, None, 4],
    "masked": masked([1.0, 2.0, -999.0, 4.0], mask=[0, 0, 1, 0]),
    "masked integers": masked([1, 2, -999, 4], mask=[0, 0, 1, 0]),
    "list of masked": [masked(1.0, mask=False), 2.0, np.ma.masked, 4.0],
    "Masked": Masked(np.array([1.0, 2.0, 3.0, 4.0]), mask=[0, 0, 1, 0]),
    "MaskedColumn": MaskedColumn([1, 2, 3, 4], mask=[0, 0, 1, 0]),
    "pandas": pd.Series([1, 2, None, 4]),
    "pandas Int64": pd.Series([1, 2, None, 4], dtype="Int64"),
    "pandas Arrow": pd.Series([1, 2, None, 4], dtype="double[pyarrow]"),
    "pandas category": pd.Series(pd.Categorical([1, 2, None, 4])),
    "polars": pl.Series([1, 2, None, 4]),
    "arrow": pa.array([1, 2, None, 4]),
    "chunked": pa.chunked_array([[1, 2], [None, 4]]),
    "half": pa.array(np.array([1, 2, 3, 4], "f2"), mask=np.array([0, 0, 1, 0], bool)),
    "dictionary": pa.array([1, 2, None, 4]).dictionary_encode(),
    "slice": pa.array([9, 1, 2, None, 4, 9]).slice(1, 4),
}
WHOLE = {  # 1, 2, 3, 4
    "big-endian": np.array([1, 2, 3, 4], ">f4"),
    "big-endian integers": np.array([1, 2, 3, 4], ">i2"),
    "reversed": np.array([4.0, 3.0, 2.0, 1.0])[::-1],
    "torch": torch.tensor([1.0, 2, 3, 4], requires_grad=True),
    "bfloat16": torch.tensor([1.0, 2, 3, 4], dtype=torch.bfloat16),
    "decimal": pa.array([1, 2, 3, 4]).cast(pa.decimal128(22, 1)),
    "column": Column([1, 2, 3, 4]),
    "index": pd.Index([1, 2, 3, 4]),
    "tuple": (1, 2, 3, 4),
    "array of Python": array.array("d", [1, 2, 3, 4]),
}


@pytest.mark.parametrize("kind", WITHOUT)
def test_missing_values_are_nan(kind):
    values, unit = numbers(WITHOUT[kind])
    np.testing.assert_array_equal(values, [1, 2, np.nan, 4])
    assert unit is None


@pytest.mark.parametrize("kind", WHOLE)
def test_values_are_native(kind):
    values, _ = numbers(WHOLE[kind])
    assert values.dtype.isnative and values.dtype.kind == "f"
    np.testing.assert_array_equal(values, [1, 2, 3, 4])


@pytest.mark.parametrize(
    "data",
    [
        np.arange(3.0) * u.mJy,
        Column(np.arange(3.0), unit="mJy"),
        MaskedColumn(np.arange(3.0), unit="mJy"),
        [0 * u.mJy, 1000 * u.uJy, 2 * u.mJy],
        Masked(np.arange(3.0) * u.mJy, mask=[0, 0, 0]),
    ],
)
def test_unit_is_kept(data):
    values, unit = numbers(data)
    assert unit == u.mJy
    np.testing.assert_allclose(values, [0, 1, 2])


def test_large_integers_and_text_stay_as_written():
    assert plain([2**60 + 1, None]).values[0] == 2**60 + 1
    assert texts(["007", 7, b"x"])[0].tolist() == ["007", "7", "x"]
    assert texts(pa.array([2**60 + 1]))[0].tolist() == [str(2**60 + 1)]


@pytest.mark.parametrize(
    "data", [["a", "b"], [1 + 2j], np.zeros(2, [("a", float)]), object(), [datetime.datetime(2020, 1, 1)], [1 * u.m, 2]]
)
def test_what_is_no_array_of_numbers_is_refused(data):
    with pytest.raises(InputError, match="column 'flux'"):
        numbers(data, "flux")


def test_rows_of_one_array_a_matrix_a_list_and_a_column():
    assert rows_of(np.arange(3.0)).single
    lists = [[1.0, 2.0], [3.0]]
    for data in (lists, (np.array(row) for row in lists), pa.array(lists), pd.Series(lists), pl.Series(lists)):
        rows, _, _, single = rows_of(data)
        assert [row.tolist() for row in rows] == lists and not single
    rows, _, unit, _ = rows_of([np.ones(2) * u.mJy, np.ones(1) * u.Jy])
    assert unit == u.mJy and rows[1].tolist() == [1000.0]
    assert len(rows_of(np.ones((2, 3, 5))).values) == 6


@pytest.mark.parametrize("name", Time.FORMATS)
def test_a_time_of_any_format_is_mjd(name):
    time = Time(59000.0 + np.arange(3), format="mjd", scale="utc")
    time.format = name
    np.testing.assert_allclose(days(time), 59000.0 + np.arange(3), rtol=0, atol=1e-9)


def test_dates_are_mjd():
    wanted = [58849.5, 58850.0]
    hours = [datetime.datetime(2020, 1, 1, 12), datetime.datetime(2020, 1, 2)]
    utc = [hour.replace(tzinfo=datetime.UTC) for hour in hours]
    east = [hour.astimezone(datetime.timezone(datetime.timedelta(hours=9))) for hour in utc]
    for data in (hours, utc, east, np.array(hours, "M8[ns]"), pd.Series(hours), pd.Series(utc), pd.DatetimeIndex(east),
                 pa.array(utc), pl.Series(hours), ["2020-01-01T12:00:00", "2020-01-02"]):  # fmt: skip
        np.testing.assert_allclose(days(data), wanted, rtol=0, atol=1e-9)
    assert np.isnan(days(np.array(["NaT"], "M8[s]"))).all()


@pytest.mark.parametrize(
    "time",
    [TimeDelta([1.0], format="jd"), [0.1, 0.5] * u.dimensionless_unscaled, [1.0] * u.m, [1.6e9], [1.6e18], ["soon"]],
)
def test_what_is_no_time_is_refused(time):
    with pytest.raises(InputError, match="column 'time'"):
        days(time)


def test_masked_times_are_nan():
    time = Time(Masked(np.array([59000.0, 59001.0]), mask=[0, 1]), format="mjd")
    np.testing.assert_array_equal(days(time), [59000.0, np.nan])


def test_wavelengths_of_other_units():
    np.testing.assert_allclose(angstrom([2.99792458e14] * u.Hz), 1e4)
    np.testing.assert_allclose(angstrom(np.array([500, 600], ">f4") * u.nm), [5000, 6000])
    with pytest.raises(InputError, match="none of a wavelength"):
        angstrom([1.0] * u.s)

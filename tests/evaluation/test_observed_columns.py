"""What is measured of how objects were observed: by hand, and in the table of nuisance columns."""

import numpy as np
import pyarrow as pa
import pytest

from clrseries import Series
from clrseries.evaluation.embedded_objects import embedded_objects
from clrseries.evaluation.observed_columns import DAYS, POINTS, SNR, observed_columns
from clrseries.evaluation.summary import summary_of


def test_numbers_by_hand():
    time = [[0.0, 1, 2, 6], [0, 3], [5.0], [0, 1, 2]]
    flux = [[1.0, 10, 10, 99], [4, 4], [1.0], [0.0, 0, 0]]
    error = [[1.0, 2, 1, 1], [2, 1], [1.0], [1.0, 2, 3]]
    series = Series.from_points(time, flux, error)
    series.ivar[3] = 0  # the last point of the first curve
    found = observed_columns(series)
    assert found[SNR] == pytest.approx([np.log10(5), np.log10(3), np.nan, np.nan], nan_ok=True)
    assert found[POINTS] == pytest.approx([np.log10(3), np.log10(2), np.nan, np.log10(3)], nan_ok=True)
    assert found[DAYS] == pytest.approx([np.log10(2), np.log10(3), np.nan, np.log10(2)], nan_ok=True)


def test_spectra_without_errors_have_no_ratio(series):
    assert list(observed_columns(series)) == [SNR] and np.isfinite(observed_columns(series)[SNR]).all()
    bare = Series.from_arrays(np.linspace(4000, 5000, 50), np.ones((2, 50)), np.full((2, 50), 4.0))
    assert observed_columns(bare) == {}


def test_an_embedding_that_knows_the_number_of_points_is_told(rng):
    counts = rng.integers(10, 200, 80)
    time, error = [np.sort(rng.uniform(0, 50, n)) for n in counts], [rng.uniform(0.9, 1.1, n) for n in counts]
    series = Series.from_points(time, [np.full(n, 9.0) for n in counts], error)
    knows = np.stack([np.log(counts), np.full(80, 3.0)], axis=1) + rng.normal(0, 0.01, (80, 2))
    table = pa.table({"object_id": series.object_ids, POINTS: [0.0] * 80})
    objects = embedded_objects(knows, table.drop_columns([POINTS]), "e.parquet", series=series)
    assert objects.table.column_names == ["object_id", SNR, POINTS, DAYS]
    told = summary_of(objects, None)["nuisance"]
    assert told[POINTS]["score"] > 0.9 and told[SNR]["score"] < 0.3
    # a column of that name is the user's own
    assert embedded_objects(knows, table, "e.parquet", series=series).table[POINTS].to_pylist() == [0.0] * 80

"""Preprocessing of archives: the same views as in memory, whatever the parts."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clrseries import Grid, InputError, preprocess, read_light_curves, read_spectra
from clrseries.config import composition

from .conftest import curves_table, nested, spectra_table
from .kill import files
from .test_embed import errors

SPECTRA = [
    {"Resample": {"grid": Grid.log(4100, 6800, 600).to_dict()}},
    {"Noise": {"snr": {"Uniform": [20, 40]}}},
    {"Normalize": {"by": "mean"}},
]
CURVES = [
    {"DropPoints": {"fraction": {"Uniform": [0.0, 0.5]}}},
    {"Pack": {"length": 64}},
    {"Normalize": {"by": "band"}},
]


def read(folder, name="dataset"):
    tables = [pq.ParquetFile(path).read() for path in sorted((folder / name).rglob("*.parquet"))]
    return pa.concat_tables(tables)


def test_spectra_are_the_views_in_memory_random_steps_too(archive, small_parts, tmp_path):
    out = preprocess(SPECTRA, archive, tmp_path / "out/", seed=3, progress=False)
    series = read_spectra(archive)
    observe: Any = composition(SPECTRA)
    views, table = observe(series, seed=3), read(out)
    assert table["object_id"].to_pylist() == series.object_ids
    np.testing.assert_allclose(np.stack(table["flux"].to_numpy()), views.flux[:, 0], rtol=1e-6)
    np.testing.assert_allclose(np.stack(table["ivar"].to_numpy()), views.ivar[:, 0], rtol=1e-6)
    again = read_spectra(sorted((out / "dataset").glob("*.parquet")))
    assert again.object_ids == series.object_ids and again.table["ra"].equals(series.table["ra"])
    np.testing.assert_array_equal(again.row(7)[0], observe.grid.centers)
    assert "_healpix_29" in table.column_names


@pytest.mark.parametrize("form", [lambda table: table, nested])
def test_light_curves_are_the_views_in_memory(small_parts, tmp_path, form):
    pq.write_table(form(curves_table(150)), tmp_path / "a.parquet", row_group_size=50)
    out = preprocess(CURVES, tmp_path / "a.parquet", tmp_path / "out/", progress=False)
    pq.write_table(curves_table(150), tmp_path / "plain.parquet")
    series = read_light_curves(tmp_path / "plain.parquet")
    observe: Any = composition(CURVES)
    views = observe(series)
    again = read_light_curves(sorted((out / "dataset").glob("*.parquet")))
    assert again.object_ids == series.object_ids
    for k in range(150):
        there = views.ivar[k, 0] > 0
        time, flux, ivar = again.row(k)
        np.testing.assert_allclose(time, views.time[k, 0][there], rtol=1e-6)
        np.testing.assert_allclose(flux, views.flux[k, 0][there], rtol=1e-6)
        np.testing.assert_allclose(ivar, views.ivar[k, 0][there], rtol=1e-5)


def test_a_hopeless_object_is_named_and_left_out(small_parts, tmp_path):
    table = spectra_table(50)
    ivar = [[0.0] * len(row) if k == 7 else row for k, row in enumerate(table["ivar"].to_pylist())]
    table = table.set_column(table.column_names.index("ivar"), "ivar", pa.array(ivar, pa.list_(pa.float32())))
    pq.write_table(table, tmp_path / "a.parquet")
    out = preprocess(SPECTRA, tmp_path / "a.parquet", tmp_path / "out/", progress=False)
    assert [row["object_id"] for row in errors(out)] == ["s00007"]
    assert read(out)["object_id"].to_pylist() == [f"s{k:05d}" for k in range(50) if k != 7]


def test_a_run_is_continued_with_the_same_steps_and_seed(archive, small_parts, tmp_path):
    out = preprocess(SPECTRA, archive, tmp_path / "out/", progress=False)
    before = files(out)
    (out / "dataset/part-000001.parquet").unlink()
    assert files(preprocess(SPECTRA, archive, out, progress=False)) == before
    with pytest.raises(InputError, match="other arguments"):
        preprocess(SPECTRA, archive, out, seed=1, progress=False)
    with pytest.raises(InputError, match="another model or configuration"):
        preprocess([SPECTRA[0], SPECTRA[2]], archive, out, progress=False)
    with pytest.raises(InputError, match="ends in /"):
        preprocess(SPECTRA, archive, tmp_path / "out.parquet")


def test_a_column_that_no_object_has_is_told_once(archive, small_parts, tmp_path):
    steps = [{"Redshift": {"z": "redshift"}}, *SPECTRA]
    with pytest.raises(InputError, match="redshift"):
        preprocess(steps, archive, tmp_path / "out/", on_error="stop", progress=False)

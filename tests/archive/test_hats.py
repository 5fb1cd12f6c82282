"""Of a HATS catalog the output is a HATS catalog, which the community's own packages open."""

import shutil
import warnings

import hats
import lsdb
import nested_pandas as npd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clrseries import InputError, Memory, embed, load, preprocess, pretrain, read_light_curves, read_spectra
from clrseries.archive.catalog import catalog_of
from clrseries.archive.parts import parts_of, sources_of
from clrseries.datasets import open_series
from clrseries.io.paths import files_of
from clrseries.io.stream import Stream

from .conftest import curves_table, nested, spectra_table
from .test_embed import embeddings
from .test_preprocess import SPECTRA

COUNT = 180


def write_catalog(folder, count=COUNT, partition_rows=30, **more):
    """Write a HATS catalog of light curves with LSDB itself."""
    frame = npd.NestedFrame(nested(curves_table(count)).to_pandas(types_mapper=pd.ArrowDtype))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        catalog = lsdb.from_dataframe(
            frame, ra_column="ra", dec_column="dec", catalog_name="curves", lowest_order=0, highest_order=3,
            drop_empty_siblings=True, partition_rows=partition_rows, margin_threshold=None,
        )  # fmt: skip
        catalog.write_catalog(folder, catalog_name="curves", progress_bar=False, **more)
    return folder


@pytest.fixture(scope="session")
def hats_catalog(tmp_path_factory):
    return write_catalog(tmp_path_factory.mktemp("hats") / "curves")


@pytest.fixture(scope="session")
def in_memory(curve_model, tmp_path_factory):
    """The embeddings by name, from a file that is read at once."""
    path = tmp_path_factory.mktemp("plain") / "plain.parquet"
    pq.write_table(curves_table(COUNT), path)
    series = read_light_curves(path)
    return dict(zip(series.object_ids, curve_model.embed(series), strict=True))


def test_lsdb_and_hats_open_the_embeddings_of_a_catalog(hats_catalog, curve_model, in_memory, tmp_path):
    out = embed(curve_model, hats_catalog, tmp_path / "out/", progress=False)
    before, after = lsdb.open_catalog(hats_catalog), lsdb.open_catalog(out)
    assert after.npartitions == before.npartitions > 8
    assert after.get_healpix_pixels() == before.get_healpix_pixels()
    assert len(after) == len(before) == COUNT
    frame = after.compute()
    assert sorted(frame["object_id"]) == sorted(in_memory)
    found = np.stack([np.asarray(row, np.float32) for row in frame["embedding"]])
    np.testing.assert_allclose(found, [in_memory[name] for name in frame["object_id"]], rtol=1e-5, atol=1e-6)
    assert (frame.index == before.compute().index).all()
    about = hats.read_hats(out).catalog_info  # type: ignore[union-attr]
    assert about.total_rows == COUNT and about.healpix_column == "_healpix_29" and about.healpix_order == 29
    assert (about.ra_column, about.dec_column) == ("ra", "dec")
    near = after.cone_search(ra=frame["ra"].iloc[0], dec=frame["dec"].iloc[0], radius_arcsec=10).compute()
    assert near["object_id"].tolist() == [frame["object_id"].iloc[0]]


def test_embeddings_are_matched_with_the_catalog(hats_catalog, curve_model, tmp_path):
    out = embed(curve_model, hats_catalog, tmp_path / "out/", progress=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there is no margin
        pairs = lsdb.open_catalog(hats_catalog).crossmatch(lsdb.open_catalog(out), radius_arcsec=1, suffixes=("", "_e"))
        pairs = pairs.compute()
    assert len(pairs) == COUNT and (pairs["object_id"] == pairs["object_id_e"]).all()


def test_preprocessed_catalogs_open_too_and_can_be_read_again(hats_catalog, curve_model, tmp_path):
    steps = [{"Pack": {"length": 64}}, {"Normalize": {"by": "band"}}]
    out = preprocess(steps, hats_catalog, tmp_path / "out/", progress=False)
    frame = lsdb.open_catalog(out).compute()
    assert len(frame) == COUNT and min(len(row) for row in frame["flux"]) >= 30
    again = embed(curve_model, out, tmp_path / "again/", progress=False)
    assert len(lsdb.open_catalog(again)) == COUNT


def test_partitions_of_several_files_keep_every_row(hats_catalog, curve_model, in_memory, small_parts, tmp_path):
    source = catalog_of(hats_catalog)
    folder = tmp_path / "split"
    for k, file in enumerate(source.files):
        table = pq.ParquetFile(file).read()
        half = table.num_rows // 2
        for name, rows in (("a", table.slice(0, half)), ("b", table.slice(half))):
            path = folder / source.name_of(k).removesuffix(".parquet") / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(rows, path)
    (folder / "hats.properties").write_text("obs_collection=split\ndataproduct_type=object\nhats_npix_suffix=/\n")
    catalog = catalog_of(folder)
    names = [part.name for part in parts_of(catalog, sources_of(catalog))]
    assert len(set(names)) == len(names) == 2 * len(source.files)
    out = embed(curve_model, folder, tmp_path / "out/", progress=False)
    assert sorted(embeddings(out)[0]) == sorted(in_memory)
    assert len(lsdb.open_catalog(out)) == COUNT and lsdb.open_catalog(out).npartitions == len(source.files)


def broken(catalog, folder):
    """Copy a catalog, and break one of its partitions; return its file and what it holds."""
    shutil.copytree(catalog, folder)
    file = catalog_of(folder).files[2]
    whole = file.read_bytes()
    file.write_bytes(whole[:-100])
    return file, whole


def test_a_partition_that_was_repaired_is_added(hats_catalog, curve_model, tmp_path):
    file, whole = broken(hats_catalog, tmp_path / "curves")
    out = embed(curve_model, tmp_path / "curves", tmp_path / "out/", progress=False)
    (one,) = pq.read_table(out / "errors.parquet").to_pylist()
    assert file.as_posix().endswith(one["file"])
    before = {path: path.stat().st_ino for path in out.rglob("part-*.parquet")}
    file.write_bytes(whole)
    embed(curve_model, tmp_path / "curves", out, progress=False)
    assert len(lsdb.open_catalog(out)) == COUNT and not (out / "errors.parquet").exists()
    after = {path: path.stat().st_ino for path in out.rglob("part-*.parquet")}
    assert len(after) == len(before) + 1 and before.items() <= after.items()


def test_an_interrupted_run_is_a_catalog_of_what_is_there(hats_catalog, curve_model, tmp_path):
    out = embed(curve_model, hats_catalog, tmp_path / "out/", progress=False)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name != ".lock"}
    first = next(out.rglob("part-*.parquet"))
    first.unlink()
    embed(curve_model, hats_catalog, out, progress=False)
    assert {path: path.read_bytes() for path in before} == before
    embed(curve_model, hats_catalog, out, layer="projection", overwrite=True, progress=False)
    kind = lsdb.open_catalog(out).dtypes["embedding"].pyarrow_dtype
    assert kind == pa.list_(pa.float32(), 4)


def test_without_positions_there_is_no_catalog(hats_catalog, curve_model, tmp_path):
    folder = tmp_path / "blind"
    for k, file in enumerate(catalog_of(hats_catalog).files[:2]):
        path = folder / catalog_of(hats_catalog).name_of(k)
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pq.ParquetFile(file).read().drop_columns(["ra", "dec"]), path)
    (folder / "hats.properties").write_text("obs_collection=blind\ndataproduct_type=object\n")
    out = embed(curve_model, folder, tmp_path / "out/", progress=False)
    assert embeddings(out)[0] and not (out / "hats.properties").exists()


def by_name(series):
    return {name: [part.tolist() for part in series.row(k)] for k, name in enumerate(series.object_ids)}


def test_every_reader_takes_a_catalog(hats_catalog, tmp_path):
    pq.write_table(curves_table(COUNT), tmp_path / "plain.parquet")
    wanted = by_name(read_light_curves(tmp_path / "plain.parquet"))
    assert by_name(read_light_curves(hats_catalog)) == by_name(open_series(hats_catalog)) == wanted
    collection = tmp_path / "collection"
    collection.mkdir()
    (collection / "collection.properties").write_text("hats_primary_table_url = curves\n")
    (collection / "curves").symlink_to(hats_catalog)
    with pytest.raises(InputError, match="not within"):
        open_series(collection)
    (collection / "curves").unlink()
    shutil.copytree(hats_catalog, collection / "curves")
    assert by_name(open_series(collection)) == wanted


def test_a_catalog_is_streamed(hats_catalog):
    files = files_of(hats_catalog)
    stream = Stream(files, buffer=40)
    assert len(stream) == COUNT and stream.curves and stream.bands == ("g", "r")
    one = stream.take(np.array([0, 77, 170]))
    assert by_name(one) == {name: by_name(open_series(hats_catalog))[name] for name in one.object_ids}


@pytest.mark.parametrize("stream", [False, True])
def test_training_on_a_catalog(hats_catalog, tmp_path, stream):
    encoder = {"curve_conv": {"size": "tiny", "embedding_dim": 4}}
    made = pretrain(
        hats_catalog,
        tmp_path / "run",
        encoder=encoder,
        epochs=1,
        batch_size=32,
        progress=False,
        memory=Memory(stream=stream),
    )
    assert load(made).bands == ("g", "r")


@pytest.mark.parametrize("stream", [False, True])
def test_training_on_the_output_of_preprocess(tmp_path, stream):
    """Neither its manifest nor its table of errors is taken for data."""
    table = spectra_table(60)
    ivar = [[0.0] * len(row) if k == 7 else row for k, row in enumerate(table["ivar"].to_pylist())]
    pq.write_table(
        table.set_column(table.column_names.index("ivar"), "ivar", pa.array(ivar, pa.list_(pa.float32()))),
        tmp_path / "a.parquet",
    )
    out = preprocess([SPECTRA[0]], tmp_path / "a.parquet", tmp_path / "one_grid/", progress=False)
    assert (out / "errors.parquet").is_file()
    series = open_series(out)
    assert len(series) == 59 and not len(series.failed) and read_spectra(out).object_ids == series.object_ids
    pretrain(out, tmp_path / "run", augment=SPECTRA, encoder={"dense": {"width": 8, "embedding_dim": 4}}, epochs=1, batch_size=16,
             progress=False, memory=Memory(stream=stream))  # fmt: skip

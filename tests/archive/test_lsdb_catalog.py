"""Embedding of LSDB catalogs by `map_partitions`."""

import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from clrseries import InputError, embed_catalog
from clrseries.archive import lsdb_catalog, sent_model

from .conftest import curves_table, spectra_table
from .test_cluster import client as client  # a cluster of two processes
from .test_hats import COUNT
from .test_hats import hats_catalog as hats_catalog
from .test_hats import in_memory as in_memory

with warnings.catch_warnings():  # whatever these say about one another when they are loaded
    warnings.simplefilter("ignore")
    import dask.dataframe
    import lsdb


def check(frame, wanted):
    assert sorted(frame["object_id"]) == sorted(wanted)
    found = np.stack([np.asarray(row, np.float32) for row in frame["embedding"]])
    np.testing.assert_allclose(found, [wanted[name] for name in frame["object_id"]], rtol=1e-5, atol=1e-6)


def test_a_catalog_gets_a_column_of_embeddings_when_it_is_computed(hats_catalog, curve_model, in_memory, monkeypatch):
    catalog = lsdb.open_catalog(hats_catalog)
    with monkeypatch.context() as patch:
        patch.setattr(lsdb_catalog, "embedded_frame", lambda *_: pytest.fail("is not lazy"))
        embed_catalog(catalog, curve_model)
    found = embed_catalog(catalog, curve_model)
    assert isinstance(found, lsdb.catalog.Catalog) and found.npartitions == catalog.npartitions
    assert found.dtypes["embedding"] == pd.ArrowDtype(pa.list_(pa.float32(), 8))
    frame = found.compute()
    assert list(frame.columns) == [*catalog.columns, "embedding"] and len(frame) == COUNT
    check(frame, in_memory)
    (row,) = found.cone_search(frame["ra"].iloc[3], frame["dec"].iloc[3], 1).compute()["object_id"]
    assert row == frame["object_id"].iloc[3]


def test_a_catalog_of_embeddings_is_written_and_opened(hats_catalog, curve_model, in_memory, tmp_path):
    curve_model.save(tmp_path / "model")
    found = embed_catalog(hats_catalog, tmp_path / "model")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found[["object_id", "ra", "dec", "embedding"]].write_catalog(tmp_path / "out", progress_bar=False)
    check(lsdb.open_catalog(tmp_path / "out").compute(), in_memory)


def test_objects_that_cannot_be_embedded_are_null_and_keep_their_rows(spectrum_model, caplog, monkeypatch):
    table = spectra_table(50)
    ivar = [[0.0] * len(row) if k == 7 else row for k, row in enumerate(table["ivar"].to_pylist())]
    flux = [None if k == 30 else row for k, row in enumerate(table["flux"].to_pylist())]
    lists = pa.list_(pa.float32())
    for name, values in (("ivar", ivar), ("flux", flux)):
        table = table.set_column(table.column_names.index(name), name, pa.array(values, lists))
    frame = table.to_pandas(types_mapper=pd.ArrowDtype).set_index(pd.Index([5] * 50))  # an index that repeats
    monkeypatch.setattr(lsdb_catalog, "SLAB_BYTES", table.nbytes // 4)
    found = embed_catalog(dask.dataframe.from_pandas(frame, npartitions=1, sort=False), spectrum_model).compute()
    assert found["embedding"].isna().to_numpy().nonzero()[0].tolist() == [7, 30]
    assert found["object_id"].tolist() == table["object_id"].to_pylist()
    assert "2 of 50 objects of a partition cannot be embedded" in caplog.text
    empty = embed_catalog(dask.dataframe.from_pandas(frame.iloc[:0], npartitions=1), spectrum_model).compute()
    assert len(empty) == 0 and "embedding" in empty


def test_what_is_no_catalog_of_samples_is_refused(curve_model, spectrum_model, hats_catalog, monkeypatch):
    catalog = lsdb.open_catalog(hats_catalog)
    with pytest.raises(InputError, match="must be an LSDB catalog"):
        embed_catalog(curves_table(3), curve_model)
    with pytest.raises(InputError, match="has no nested column of samples.*it has object_id, ra, dec"):
        embed_catalog(catalog[["object_id", "ra", "dec"]], curve_model)
    with pytest.raises(InputError, match="holds light curves, and the model takes spectra"):
        embed_catalog(catalog, spectrum_model)
    with pytest.raises(InputError, match="'embedding': is there already"):
        embed_catalog(embed_catalog(catalog, curve_model), curve_model)
    monkeypatch.setitem(__import__("sys").modules, "lsdb", None)
    with pytest.raises(InputError, match=r"pip install 'clrseries\[cluster\]'"):
        embed_catalog(hats_catalog, curve_model)


def test_a_process_without_the_model_loads_it_once_or_says_what_to_do(curve_model, tmp_path, monkeypatch):
    curve_model.save(tmp_path / "model")
    sent = sent_model.keep(curve_model, tmp_path / "model", "embedding")
    sent_model.forget(sent.hash)
    with sent.work() as first, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sent_model, "load", lambda where: pytest.fail("loads again"))
    with sent.work() as second:
        assert second is first
    sent_model.forget(sent.hash)
    with pytest.raises(InputError, match="did not reach this worker"), sent._replace(where="").work():
        pass
    with pytest.raises(InputError, match="another model"), sent._replace(hash="0").work():
        pass


@pytest.mark.slow
def test_the_model_reaches_every_worker_once(client, hats_catalog, curve_model, in_memory):
    found = embed_catalog(lsdb.open_catalog(hats_catalog), curve_model)  # a Model without a path
    check(found.compute(), in_memory)
    kept = client.run(lambda: len(__import__("clrseries.archive.sent_model", fromlist="a").models))
    assert list(kept.values()) == [1, 1]

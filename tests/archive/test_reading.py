"""Several parts are read at the same time, and come in their order."""

import threading

import numpy as np
import pyarrow.parquet as pq
import pytest

from clrseries import embed
from clrseries.archive import reading
from clrseries.archive.catalog import catalog_of
from clrseries.archive.parts import parts_of, sources_of
from clrseries.archive.reading import read_ahead, together
from clrseries.archive.slabs import slabs

from .conftest import spectra_table
from .test_embed import embeddings


@pytest.fixture
def parts(small_parts, tmp_path):
    """Parts of files whose row groups have one part, and of one whose row groups have several."""
    for name, rows in (("a", 100), ("b", 100), ("c", 350)):
        pq.write_table(spectra_table(700), tmp_path / f"{name}.parquet", row_group_size=rows)
    catalog = catalog_of(tmp_path)
    return parts_of(catalog, sources_of(catalog))


def cores(monkeypatch, count):
    monkeypatch.setattr(reading, "available_cores", lambda: count)


def told(some):
    return [(slab.part.name, slab.series.object_ids, slab.rows, slab.bytes, slab.last) for slab in some]


@pytest.mark.parametrize("count", [1, 8, 12, 64])
def test_slabs_are_those_of_one_thread(parts, monkeypatch, count):
    cores(monkeypatch, count)
    assert told(read_ahead(parts)) == told(slabs(parts))


def test_parts_of_one_row_group_are_read_together(parts):
    runs = list(together(parts))
    assert [part for run in runs for part in run] == parts
    long = [run for run in runs if run[0].files == ("c.parquet",)]
    assert len(long) == 2 and all(len(run) > 2 for run in long)  # one for each row group
    assert all(len(run) == 1 for run in runs if run[0].files != ("c.parquet",))


def test_three_parts_are_read_at_the_same_time(parts, monkeypatch):
    cores(monkeypatch, 12)
    meeting, real = threading.Barrier(3), slabs

    def met(some, medium):
        if some[0] in parts[:3]:
            meeting.wait(timeout=60)
        yield from real(some, medium)

    monkeypatch.setattr(reading, "slabs", met)
    assert told(read_ahead(parts)) == told(slabs(parts))


def test_readers_end_when_nobody_asks_any_more(parts, monkeypatch):
    cores(monkeypatch, 64)
    before = threading.active_count()
    some = read_ahead(parts)
    next(some)
    assert threading.active_count() > before
    some.close()
    assert threading.active_count() == before


def test_the_same_output(parts, spectrum_model, monkeypatch, tmp_path):
    archive = [tmp_path / f"{name}.parquet" for name in "abc"]
    one = embeddings(embed(spectrum_model, archive, tmp_path / "one/", progress=False))
    cores(monkeypatch, 16)
    four = embeddings(embed(spectrum_model, archive, tmp_path / "four/", progress=False))
    assert one[0] == four[0]
    np.testing.assert_array_equal(one[1], four[1])

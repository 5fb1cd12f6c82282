"""The memory of a run is bounded, whatever an archive claims or repeats."""

import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clrseries.archive import job, parts
from clrseries.archive.catalog import catalog_of
from clrseries.archive.embedding import Embedding
from clrseries.archive.part_writer import PartWriter
from clrseries.archive.parts import SLAB_BYTES, parts_of, sources_of
from clrseries.archive.slabs import Lost, slabs
from clrseries.archive.stream import Progress

from .conftest import curves_table, lists, nested, spectra_table

PEAK = """
import sys
from clrseries.commands.cli import main
status = main(sys.argv[1:])
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM:")))
sys.exit(status)
"""


def repeated_spectra(count, pixels=4000):
    """Return spectra on one grid, with one ivar and a flux that repeats: in a file they take next to nothing."""
    levels = np.random.default_rng(0).normal(1, 0.1, 16).astype(np.float32)
    lengths = np.full(count, pixels)
    samples = {
        "wavelength": np.tile(np.linspace(4000, 7000, pixels), count),
        "flux": np.tile(np.repeat(levels, pixels // 16), count),
        "ivar": np.full(count * pixels, 100, np.float32),
    }
    about = {"object_id": [f"{k}" for k in range(count)]}
    return pa.table(about | {name: lists(values, lengths) for name, values in samples.items()})


def slabs_of(path):
    catalog = catalog_of(path)
    return list(slabs(parts_of(catalog, sources_of(catalog))))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the peak of one process")
def test_files_of_repeated_numbers_are_read_in_slabs_of_their_size_in_memory(spectrum_model, tmp_path):
    (tmp_path / "data").mkdir()
    first = tmp_path / "data/0.parquet"
    pq.write_table(repeated_spectra(7500), first, row_group_size=7500, compression="zstd")
    for k in range(1, 5):
        shutil.copy(first, tmp_path / f"data/{k}.parquet")
    assert sum(path.stat().st_size for path in (tmp_path / "data").iterdir()) < 20e6  # of 2.4 GB
    spectrum_model.save(tmp_path / "model")
    words = ["embed", str(tmp_path / "model"), str(tmp_path / "data"), "--output", f"{tmp_path}/out/"]
    done = subprocess.run([sys.executable, "-c", PEAK, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-2]) < 2 << 20, done.stdout  # [KiB]


def test_slabs_are_bounded_in_memory(tmp_path):
    pq.write_table(repeated_spectra(7500), tmp_path / "a.parquet", row_group_size=7500)
    found = slabs_of(tmp_path / "a.parquet")
    assert sum(len(slab.series) for slab in found) == 7500
    assert max(slab.series.flux.nbytes * 4 for slab in found) <= 1.1 * SLAB_BYTES  # wavelength of 8 bytes, flux, ivar


@pytest.mark.parametrize("form", [lambda table: table, nested])
def test_texts_are_written_out_only_where_they_have_room(form, tmp_path):
    table = curves_table(400).append_column("note", pa.array([("a" if k % 2 else "b") * (1 << 20) for k in range(400)]))
    pq.write_table(form(table), tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 2e6  # of 400 MiB
    found = slabs_of(tmp_path / "a.parquet")
    assert len(found) >= 400 // 64
    assert [name for slab in found for name in slab.series.object_ids] == table["object_id"].to_pylist()
    assert {band for slab in found for band in slab.series.bands} == {"g", "r"}
    assert not any(slab.lost for slab in found)


def test_an_object_of_endless_text_is_not_written_out(tmp_path):
    table = curves_table(1, points=400)
    count = len(table["band"][0])
    bands = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array(["g" * (1 << 20)]))
    column = pa.ListArray.from_arrays(pa.array([0, count], pa.int32()), bands)
    pq.write_table(table.set_column(table.column_names.index("band"), "band", column), tmp_path / "a.parquet")
    (slab,) = slabs_of(tmp_path / "a.parquet")
    assert slab.series is None and "an object has 4" in slab.lost[0].reason and "of text" in slab.lost[0].reason


@pytest.mark.parametrize("written", [True, False])
def test_lost_objects_are_not_held_in_memory(spectrum_model, tmp_path, monkeypatch, written):
    """The names of those of a part are, and no more, whether the part has a file or not."""
    monkeypatch.setattr(parts, "PART_ROWS", 10)
    peaks = []
    for count in (6, 24):
        pq.write_table(spectra_table(10 * count), tmp_path / f"{count}.parquet", row_group_size=10)

        def run(waiting, work, folder, medium, stop):
            for part in waiting:
                writer = PartWriter(folder, part.name)
                writer.lost = [Lost(part.name, "a.parquet", f"{part.name} {k}", f"reason {k}") for k in range(5000)]
                if written:
                    writer.write(pa.table({"object_id": ["a"]}))
                yield Progress(10, part.bytes, writer.finish(), [] if written else writer.lost)

        tracemalloc.start()
        work = Embedding(spectrum_model)
        lost = job.process(tmp_path / f"{count}.parquet", work, tmp_path / f"{count}", progress=False, run=run)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert lost == 5000 * count == pq.read_metadata(tmp_path / f"{count}/errors.parquet").num_rows
    assert peaks[1] < 1.5 * peaks[0], peaks
    names = pq.read_table(tmp_path / "24/errors.parquet")["part"].to_pylist()
    assert names == sorted(names)

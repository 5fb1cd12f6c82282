"""Archives on a Dask cluster of real processes: the same output as on one machine, whatever happens to a worker."""

import os
import signal
import threading
import time
import warnings

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clrseries import Grid, InputError, Model, embed, encoders, methods, preprocess
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.archive import cluster as cluster_module
from clrseries.archive import cluster_worker, device_engine
from clrseries.archive.manifest import read_manifest

from .conftest import spectra_table
from .test_embed import embeddings, errors
from .test_hats import COUNT, broken, write_catalog

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import distributed
    import lsdb


class Slow(encoders.CurveConv):
    """An encoder that takes its time, so that a worker can be killed in the middle of a part."""

    def forward(self, *inputs):
        time.sleep(0.1)
        return super().forward(*inputs)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    return write_catalog(tmp_path_factory.mktemp("hats") / "curves", partition_rows=20)


@pytest.fixture(scope="module")
def model():
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(0)
        encoder = Slow(size="tiny", bands=2, embedding_dim=8)
        observe = lc.Observe([lc.Pack(64), lc.Normalize("band")])
        return Model(encoder.eval(), methods.Projector(8, 4).eval(), observe, bands=("g", "r"))


@pytest.fixture(scope="module")
def client():
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def address(client):
    return client.scheduler.address


def kill_one(client, output, victims):
    """Kill a worker in the middle of the job: when a part is there, and the worker has another one in hand."""
    pids = client.run(os.getpid)
    ends = time.monotonic() + 240
    while time.monotonic() < ends and len(list(output.rglob("part-*.parquet"))) < 2:
        time.sleep(0.01)
    busy = {worker: tasks for worker, tasks in client.processing().items() if tasks}
    worker = next(iter(busy))
    victims.append((pids[worker], len(busy[worker])))
    os.kill(pids[worker], signal.SIGKILL)


@pytest.mark.slow
def test_a_worker_that_is_killed_changes_nothing(client, catalog, model, tmp_path):
    whole = embed(model, catalog, tmp_path / "whole/", progress=False)
    out = tmp_path / "out"
    victims: list[tuple[int, int]] = []
    killer = threading.Thread(target=kill_one, args=(client, out, victims))
    killer.start()
    embed(model, catalog, f"{out}/", progress=False, scheduler=address(client))
    killer.join()
    ((pid, tasks),) = victims
    assert tasks and pid not in client.run(os.getpid).values()
    names = [sorted(p.relative_to(f).as_posix() for p in f.rglob("*") if p.is_file()) for f in (whole, out)]
    assert names[0] == names[1]
    (ids, wanted), (again, found) = embeddings(whole), embeddings(out)
    assert ids == again and len(set(ids)) == COUNT
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
    for name in ("manifest.json", "hats.properties", "partition_info.csv"):
        assert (whole / name).read_bytes() == (out / name).read_bytes()
    assert len(lsdb.open_catalog(out)) == COUNT
    assert not any(
        client.run(lambda: bool(__import__("clrseries.archive.cluster_worker", fromlist="a")._jobs)).values()
    )


@pytest.mark.slow
def test_a_run_is_continued_here_or_there(client, archive, spectrum_model, small_parts, tmp_path):
    whole = embed(spectrum_model, archive, tmp_path / "whole/", progress=False)
    out = embed(spectrum_model, archive, tmp_path / "out/", progress=False, scheduler=address(client))
    assert (out / "manifest.json").read_bytes() == (whole / "manifest.json").read_bytes()
    (out / "dataset/part-000001.parquet").unlink()
    embed(spectrum_model, archive, out, progress=False)
    for path in sorted((out / "dataset").iterdir())[2:4]:
        path.unlink()
    embed(spectrum_model, archive, out, progress=False, scheduler=address(client))
    assert embeddings(out)[0] == embeddings(whole)[0]
    np.testing.assert_allclose(embeddings(out)[1], embeddings(whole)[1], rtol=1e-5, atol=1e-6)
    with pytest.raises(InputError, match="other arguments"):
        embed(spectrum_model, archive, out, layer="projection", progress=False, scheduler=address(client))


@pytest.mark.slow
def test_errors_and_steps_of_preprocess_are_those_of_one_machine(client, small_parts, tmp_path):
    table = spectra_table(330)
    ivar = [[0.0] * len(row) if k == 150 else row for k, row in enumerate(table["ivar"].to_pylist())]
    table = table.set_column(table.column_names.index("ivar"), "ivar", pa.array(ivar, pa.list_(pa.float32())))
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=120)
    steps = sp.Observe([sp.Resample(Grid.log(4100, 6800, 200)), sp.Noise(10), sp.Normalize("mean")])
    one = preprocess(steps, tmp_path / "a.parquet", tmp_path / "one/", seed=3, progress=False)
    two = preprocess(
        steps, tmp_path / "a.parquet", tmp_path / "two/", seed=3, progress=False, scheduler=address(client)
    )
    assert errors(one) == errors(two) and errors(one)[0]["object_id"] == "s00150"
    for path in (one / "dataset").iterdir():
        assert pq.read_table(path).equals(pq.read_table(two / "dataset" / path.name))
    with pytest.raises(InputError, match="s00150"):
        preprocess(
            steps,
            tmp_path / "a.parquet",
            tmp_path / "three/",
            on_error="stop",
            progress=False,
            scheduler=address(client),
        )


def test_a_scheduler_that_does_not_answer_is_an_error(archive, spectrum_model, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_module, "CONNECTING", 0.5)
    with pytest.raises(InputError, match="nothing answers at 'tcp://127.0.0.1:9'.*dask scheduler"):
        embed(spectrum_model, archive, tmp_path / "out/", scheduler="tcp://127.0.0.1:9")
    with pytest.raises(InputError, match="is for a folder of output"):
        embed(spectrum_model, archive, tmp_path / "out.parquet", scheduler="local")
    assert not (tmp_path / "out").exists() and read_manifest(tmp_path / "out") is None


def test_without_dask_the_error_says_what_to_install(archive, spectrum_model, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'clrseries\[cluster\]'"):
        embed(spectrum_model, archive, tmp_path / "out/", scheduler="local")


def test_the_file_of_a_scheduler_takes_the_place_of_its_address(
    in_threads, archive, spectrum_model, small_parts, tmp_path
):
    in_threads.write_scheduler_file(tmp_path / "s.json")
    seen = len(in_threads.scheduler_info()["workers"])
    out = embed(spectrum_model, archive, tmp_path / "out/", progress=False, scheduler=str(tmp_path / "s.json"))
    assert len(embeddings(out)[0]) == 330 and seen == 2


def test_a_file_that_is_not_of_a_scheduler_is_an_error(archive, spectrum_model, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_module, "CONNECTING", 0.3)
    for k, content in enumerate((None, "", "{", "[]", "{}", '{"address": 1}')):
        path = tmp_path / f"{k}.json"
        if content is not None:
            path.write_text(content)
        with pytest.raises(InputError, match=f"{k}.json: is no file of a scheduler"):
            embed(spectrum_model, archive, tmp_path / "out/", progress=False, scheduler=str(path))
    assert not (tmp_path / "out").exists()


@pytest.fixture
def in_threads():
    """A cluster within this process, whose tasks can be replaced."""
    with distributed.Client(processes=False, n_workers=2, threads_per_worker=1, dashboard_address=":0") as client:
        yield client


def no_device():
    raise InputError("no CUDA device here")


def failing(names):
    honest = cluster_worker.process_parts

    def process(task):
        if {part.name for part in task.parts} & set(names):
            raise RuntimeError("the GPU has fallen off the bus")
        return honest(task)

    return process


def test_a_part_that_no_worker_can_process_is_named(
    in_threads, archive, spectrum_model, small_parts, tmp_path, monkeypatch
):
    run = {"progress": False, "scheduler": in_threads.scheduler.address}
    with monkeypatch.context() as patch:
        patch.setattr(cluster_worker, "process_parts", failing(["dataset/part-000001.parquet"]))
        out = embed(spectrum_model, archive, tmp_path / "out/", **run)
    (one,) = errors(out)
    assert one["part"] == "dataset/part-000001.parquet" and "RuntimeError: the GPU has fallen" in one["reason"]
    assert [path.name for path in sorted((out / "dataset").iterdir())] == [
        f"part-00000{k}.parquet" for k in (0, 2, 3, 4)
    ]
    every = [f"dataset/part-00000{k}.parquet" for k in range(5)]
    with monkeypatch.context() as patch:
        patch.setattr(cluster_worker, "process_parts", failing(every))
        with pytest.raises(InputError, match="3 parts one after the other cannot be processed on the cluster"):
            embed(spectrum_model, archive, tmp_path / "none/", **run)
    assert (
        len(embeddings(embed(spectrum_model, archive, out, **run))[0]) == 330 and not (out / "errors.parquet").exists()
    )


def test_a_worker_says_what_it_cannot_see(in_threads, archive, spectrum_model, tmp_path, monkeypatch):
    run = {"progress": False, "scheduler": in_threads.scheduler.address}
    with monkeypatch.context() as patch:
        patch.setattr(cluster_worker, "__version__", "0.0.1")
        with pytest.raises(InputError, match="a worker has clrseries 0.0.1.*install the same version"):
            embed(spectrum_model, archive, tmp_path / "out/", **run)
    with monkeypatch.context() as patch:
        patch.setattr(device_engine, "_current_device", no_device)
        with pytest.raises(InputError, match="no CUDA device here"):
            embed(spectrum_model, archive, tmp_path / "out/", device="cuda", **run)
    with monkeypatch.context() as patch:
        patch.setattr(cluster_worker, "read_manifest", lambda folder: None)
        with pytest.raises(InputError, match="output folder that all machines share"):
            embed(spectrum_model, archive, tmp_path / "out/", **run)


def test_a_partition_that_was_repaired_is_added(in_threads, catalog, curve_model, tmp_path):
    file, whole = broken(catalog, tmp_path / "curves")
    run = {"progress": False, "scheduler": in_threads.scheduler.address}
    out = embed(curve_model, tmp_path / "curves", tmp_path / "out/", **run)
    assert len(embeddings(out)[0]) < COUNT and len(errors(out)) == 1
    file.write_bytes(whole)
    embed(curve_model, tmp_path / "curves", out, **run)
    assert len(embeddings(out)[0]) == COUNT and not (out / "errors.parquet").exists()


def test_what_a_lost_worker_writes_does_not_come_into_a_folder_begun_anew(archive, spectrum_model, tmp_path):
    out = embed(spectrum_model, archive, tmp_path / "out/", progress=False)
    old = read_manifest(out)
    assert old is not None
    writer = cluster_worker.Guarded(out, "dataset/part-000000.parquet", old)
    other = cluster_worker.Guarded(out, "dataset/part-000000.parquet", old)
    assert writer.temporary != other.temporary
    before = (out / "dataset/part-000000.parquet").read_bytes()
    writer.write(pa.table({"a": [1.0]}))
    embed(spectrum_model, archive, out, layer="projection", overwrite=True, progress=False)
    after = (out / "dataset/part-000000.parquet").read_bytes()
    with pytest.raises(InputError, match="belongs to another run now"):
        writer.finish()
    assert (out / "dataset/part-000000.parquet").read_bytes() == after != before

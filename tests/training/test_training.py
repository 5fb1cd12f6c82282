"""Training: resuming after a kill, several processes, streaming, stopping, collapse, optimizers, two modalities."""

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
import yaml

from clrseries import InputError, Memory, Optimizer, Partner, Run, Stopping, load, pretrain, write_spectra
from clrseries.config import composition
from clrseries.evaluation.geometry import alignment, collapse, rank_me, uniformity
from clrseries.io.stream import Stream
from clrseries.training.batches import Batches
from clrseries.training.column import Column, column_of
from clrseries.training.lars import LARS
from clrseries.training.launched import launched
from clrseries.training.training_set import TrainingSet

TINY: dict[str, Any] = {"encoder": {"resnet1d": {"width": 8, "embedding_dim": 16}}, "batch_size": 20, "progress": False}


def metrics(run):
    lines = (run / "metrics.csv").read_text().splitlines()
    return [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]


def config(path, plain, **more):
    path.write_text(yaml.safe_dump({"augment": plain, **TINY, **more}))
    return str(path)


def same_weights(one, other):
    mine, theirs = (load(run / "model").encoder.state_dict() for run in (one, other))
    return all(torch.equal(weight, theirs[name]) for name, weight in mine.items())


def cli(*words, **more):
    return [sys.executable, "-m", "clrseries", *map(str, words)]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["simclr", "moco_v2"])
def test_killed_at_some_step_and_resumed_is_as_never_killed(series, plain, tmp_path, method):
    write_spectra(series, tmp_path / "data.parquet")
    how = config(tmp_path / "how.yaml", plain, method=method, epochs=30, seed=3)
    words = ["pretrain", how, "--data", tmp_path / "data.parquet", "--output"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run(cli(*words, tmp_path / "whole"), check=True, env=environment)
    victim = subprocess.Popen(cli(*words, tmp_path / "killed"), env=environment)
    while victim.poll() is None and not (tmp_path / "killed" / "last.ckpt").exists():
        time.sleep(0.05)
    time.sleep(0.1 * np.random.default_rng().random())  # wherever it happens to be
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert not (tmp_path / "killed" / "model").exists(), "it was through before it was killed"
    subprocess.run(cli(*words, tmp_path / "killed", "--resume"), check=True, env=environment)
    assert same_weights(tmp_path / "whole", tmp_path / "killed")
    assert metrics(tmp_path / "whole") == metrics(tmp_path / "killed")


@pytest.mark.slow
def test_two_processes_train_the_same_model(series, plain, tmp_path):
    write_spectra(series, tmp_path / "data.parquet")
    how = config(tmp_path / "how.yaml", plain, epochs=3)
    words = ["pretrain", how, "--data", tmp_path / "data.parquet", "--output"]
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    runs = {
        "one": cli(*words, tmp_path / "one"),
        "two": cli(*words, tmp_path / "two", "--run.devices", 2),
        "torchrun": [*torchrun, *cli(*words, tmp_path / "torchrun")[1:]],
    }
    for command in runs.values():
        done = subprocess.run(command, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    one, two = (load(tmp_path / run / "model") for run in ("one", "two"))
    assert two.notes["loss"] == pytest.approx(one.notes["loss"], rel=1e-3)
    np.testing.assert_allclose(two.embed(series), one.embed(series), rtol=0.02, atol=0.02)
    assert same_weights(tmp_path / "two", tmp_path / "torchrun")


def test_processes_of_torchrun_are_counted(monkeypatch):
    def started(every, here):
        for name, value in (("TORCHELASTIC_RUN_ID", "1"), ("WORLD_SIZE", every), ("LOCAL_WORLD_SIZE", here)):
            monkeypatch.setenv(name, str(value))

    assert launched(2) == (2, 1)
    started(16, 8)
    assert launched(1) == launched(8) == (8, 2) and launched(1).processes == 16
    with pytest.raises(InputError, match="leave out devices"):
        launched(2)
    started(12, 8)
    with pytest.raises(InputError, match="as many on each machine"):
        launched(1)


def test_streaming_sees_every_object_once_and_trains(series, plain, tmp_path):
    write_spectra(series, tmp_path / "all.parquet")
    table = pq.read_table(tmp_path / "all.parquet")
    pq.write_table(table.slice(0, 24), tmp_path / "a.parquet", row_group_size=4)
    pq.write_table(table.slice(24), tmp_path / "b.parquet", row_group_size=5)
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    stream = Stream(paths, buffer=9)
    assert len(stream) == 40 and max(len(chunk) for chunk, _ in zip(stream.chunks(0, 0), range(4), strict=False)) <= 13
    examples = TrainingSet(stream, composition(plain), label=Column("depth"))
    orders = []
    for epoch in (0, 0, 1):
        batches = list(Batches(examples, 8, 2, 1, epoch))
        assert len(batches) == 5
        orders.append(torch.cat([batch.inputs[0][:, 0].sum(1) for batch in batches]))
    assert torch.equal(orders[0], orders[1]) and not torch.equal(orders[0], orders[2])
    seen = [name for series_, rows, _ in zip_rows(examples, 40 // 8) for name in np.array(series_.object_ids)[rows[0]]]
    assert sorted(seen) == sorted(series.object_ids)
    shares = [
        {n for chunk, _ in zip(stream.chunks(0, 0, rank, 2), range(2), strict=False) for n in chunk.object_ids}
        for rank in (0, 1)
    ]
    assert not shares[0] & shares[1]
    memory = Memory(stream=True, buffer=9)
    assert (
        load(pretrain(paths, tmp_path / "run", augment=plain, epochs=2, memory=memory, **TINY)).notes["objects"] == 40
    )
    with pytest.raises(InputError, match="stream reads Parquet files"):
        pretrain(series, tmp_path / "no", augment=plain, memory={"stream": True}, **TINY)
    with pytest.raises(InputError, match="no such file"):
        Stream([tmp_path / "none.parquet"])


def zip_rows(examples, count):
    return [pair for pair, _ in zip(examples.rows(8, 1, 1, 0), range(count), strict=False)]


def test_views_of_a_source_come_from_its_different_rows(series, plain):
    examples = TrainingSet(series, composition(plain), source=Column("kind", ("deep", "shallow")))
    assert examples.objects == 2
    ((_, rows, _),) = list(examples.rows(2, 2, 0, 0))
    kinds = np.array(series.table["kind"].to_pylist())
    assert (
        (kinds[rows[0]] == kinds[rows[1]]).all()
        and (rows[0] != rows[1]).all()
        and set(kinds[rows[0]]) == {"deep", "shallow"}
    )
    ids = Column("object_id", tuple(series.object_ids))
    alone = next(iter(Batches(TrainingSet(series, examples.observe, source=ids), 20)))
    assert not torch.equal(alone.inputs[0][:, 0], alone.inputs[0][:, 1])  # one row each, and two views all the same


def test_collapse_is_said_in_words(rng, caplog, series, plain, tmp_path):
    healthy = rng.normal(size=(200, 16))
    assert collapse(healthy) == "" and "not finite" in collapse(healthy * np.nan)
    assert "nearly the same embedding" in collapse(1 + 1e-3 * healthy)
    line = rng.normal(size=(200, 1)) * rng.normal(size=(1, 16)) + 1e-3 * healthy
    assert "dimensional collapse" in collapse(line)
    pretrain(
        series, tmp_path / "run", augment=plain, method="simsiam", epochs=2, optimizer={"learning_rate": 1e-9}, **TINY
    )
    assert "collapse" not in caplog.text
    flat = series.take([0] * 40)
    pretrain(
        flat, tmp_path / "flat", augment=[plain[0], {"Noise": {"snr": 1e6}}, plain[2]], method="byol", epochs=1, **TINY
    )
    assert "collapse" in caplog.text and "clrseries augment" in caplog.text
    pretrain(series, tmp_path / "wild", augment=plain, optimizer=Optimizer(learning_rate=1e35), epochs=2, **TINY)
    assert "not finite: lower the learning rate" in caplog.text


def test_geometry_has_its_limits(rng):
    same, sphere = np.ones((50, 4)), rng.normal(size=(2000, 64))
    assert alignment(same, same) == 0 and alignment(same, -same) == pytest.approx(4)
    assert uniformity(same) == pytest.approx(0, abs=1e-9) and uniformity(sphere) == pytest.approx(-4, abs=0.15)
    assert rank_me(same) == pytest.approx(1, abs=1e-3) and rank_me(np.eye(8)) == pytest.approx(8, rel=1e-3)


def test_stopping_keeps_the_best(series, plain, tmp_path):
    for criterion in ("uniformity", "rank", "probe"):
        run = tmp_path / criterion
        stopping = Stopping(criterion, patience=2, every=1, probe="depth")
        pretrain(series, run, augment=plain, epochs=40, stopping=stopping, **TINY)
        rows = metrics(run)
        value = {
            "uniformity": [-float(r["alignment"]) - float(r["uniformity"]) for r in rows],
            "rank": [float(r["rank"]) for r in rows],
            "probe": [float(r["probe"]) for r in rows],
        }[criterion]
        assert len(rows) < 40 and int(np.argmax(value)) == len(rows) - 3
    with pytest.raises(InputError, match="needs a column to probe"):
        pretrain(series, tmp_path / "no", augment=plain, stopping="probe", **TINY)
    with pytest.raises(InputError, match="Stopping: criterion must be one of"):
        pretrain(series, tmp_path / "no", augment=plain, stopping="luck", **TINY)


def test_profile_says_where_the_time_goes(series, plain, tmp_path, capsys):
    pretrain(series, tmp_path / "run", augment=plain, epochs=2, run=Run(profile=True), **TINY)
    seconds = json.loads((tmp_path / "run" / "profile.json").read_text())
    assert set(seconds) == {"read", "augment", "wait", "forward", "backward", "step"} and min(seconds.values()) > 0
    assert "views made by the kernel" in capsys.readouterr().out


@pytest.mark.parametrize(
    "more",
    [
        {"optimizer": {"ema": 0.9}},
        {"run": {"precision": "bf16"}},
        {"optimizer": "lars"},
        {"memory": {"accumulate": 2}},
        {"memory": {"chunk": 7}},
        {"optimizer": {"weight_decay": 0.5}},
    ],
)
def test_every_option_changes_the_model_and_resumes(series, plain, tmp_path, more, power_cut):
    usual = {"augment": plain, "epochs": 4, **TINY}
    pretrain(series, tmp_path / "plain", **usual)
    pretrain(series, tmp_path / "whole", **usual, **more)
    assert not same_weights(tmp_path / "plain", tmp_path / "whole")
    with power_cut():
        pretrain(series, tmp_path / "cut", **usual, **more)
    pretrain(series, tmp_path / "cut", **usual, **more, resume=True)
    assert same_weights(tmp_path / "whole", tmp_path / "cut")


def test_lars_is_the_papers_rule(rng):
    weight, bias = (torch.nn.Parameter(torch.tensor(rng.normal(size=s))) for s in ((3, 2), (3,)))
    grad_output = [[torch.tensor(rng.normal(size=s)) for s in ((3, 2), (3,))] for _ in range(3)]
    w, b = weight.detach().numpy().copy(), bias.detach().numpy().copy()
    v, u = np.zeros_like(w), np.zeros_like(b)
    optimizer = LARS([weight, bias], lr=0.3, weight_decay=0.1, momentum=0.8, trust=0.02)
    for of_weight, of_bias in grad_output:
        weight.grad, bias.grad = of_weight.clone(), of_bias.clone()
        optimizer.step()
        g = of_weight.numpy() + 0.1 * w
        v = 0.8 * v + g * 0.02 * np.linalg.norm(w) / np.linalg.norm(g)
        u = 0.8 * u + of_bias.numpy()
        w, b = w - 0.3 * v, b - 0.3 * u
    np.testing.assert_allclose(weight.detach().numpy(), w)
    np.testing.assert_allclose(bias.detach().numpy(), b)


@pytest.mark.parametrize("method", ["supcon", "rank_n_contrast"])
def test_labels_are_used_and_needed(series, plain, tmp_path, method):
    label = {"supcon": "kind", "rank_n_contrast": "depth"}[method]
    model = load(pretrain(series, tmp_path / "a", augment=plain, method=method, label=label, epochs=3, **TINY))
    assert model.notes["label"] == label
    with pytest.raises(InputError, match="give label"):
        pretrain(series, tmp_path / "b", augment=plain, method=method, **TINY)
    with pytest.raises(InputError, match="does not look at labels"):
        pretrain(series, tmp_path / "b", augment=plain, label=label, **TINY)
    with pytest.raises(InputError, match="must hold numbers"):
        column_of("kind", series, classes=False)
    with pytest.raises(InputError, match="'none' is missing"):
        column_of("none", series, classes=True)


def test_a_term_may_be_told_the_class(series, plain, tmp_path):
    series = series.with_columns({"spectrograph": pa.array(["B", "R", "R", None] * 10)})
    models = [
        load(
            pretrain(
                series, tmp_path / str(given), augment=plain, method="simclr", domain="spectrograph", label="kind" if given else None,
                auxiliary=[{"domain_adversarial": {"given_class": given}}], epochs=1, **TINY,
            )
        )
        for given in (True, False)
    ]  # fmt: skip
    assert models[0].notes["label"] == "kind" and "label" not in models[1].notes
    assert not np.allclose(models[0].embed(series), models[1].embed(series))


@pytest.mark.parametrize("method", ["clip", "siglip"])
def test_two_modalities_of_real_supernovae(shared_data, tmp_path, method):
    """Spectra and light curves of the same supernovae: each ends near its own partner."""
    from clrseries import read_light_curves, read_spectra

    spectra = read_spectra(shared_data / "osc_spectra" / "spectra.parquet").take(np.arange(400))
    curves = read_light_curves(shared_data / "osc_lightcurves" / "lightcurves.parquet")
    common = [k for k, band in enumerate(np.diff(curves.offsets)) if band > 5][:300]
    steps = [
        {"Resample": {"grid": {"kind": "log", "start": 4300, "stop": 6700, "velocity": 900}}},
        {"Noise": {"snr": {"LogUniform": [10, 50]}}},
        {"Normalize": {"by": "mean"}},
    ]
    curve_steps = [{"Pack": {"length": 48, "method": "random"}}, {"Normalize": {"by": "object"}}]
    run = tmp_path / "run"
    pretrain(
        spectra,
        run,
        augment=steps,
        method=method,
        partner=Partner(curves.take(common), curve_steps, {"curve_transformer": {"embedding_dim": 16}}),
        epochs=6,
        **TINY,
    )
    loss = load(run / "model").notes["loss"]
    assert loss[-1] < loss[0]
    assert load(run / "partner").embed(curves.take(common[:3])).shape == (3, 16)
    with pytest.raises(InputError, match="give partner"):
        pretrain(spectra, tmp_path / "no", augment=steps, method=method, **TINY)


def test_what_training_refuses(series, plain, tmp_path):
    for more, message in (
        ({"run": {"precision": "8"}}, "precision must be one of"),
        ({"optimizer": "sgd"}, "Optimizer: name must be one of"),
        ({"epochs": 0}, "epochs must be a whole number of at least 1"),
        ({"run": {"devices": 3}}, "multiple of devices"),
        ({"auxiliary": ["mmd"]}, "give domain"),
        ({"auxiliary": [{"mmd": {"given_class": True}}], "domain": "kind"}, "give label"),
        ({"domain": "nothing"}, "is missing"),
        ({"stopping": {"probe": "nothing"}}, "is missing"),
    ):
        with pytest.raises(InputError, match=message):
            pretrain(series, tmp_path / "no", augment=plain, **(TINY | more))
    assert not (tmp_path / "no").exists()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the compiler about itself
def test_compiled_trains_the_same(series, plain, tmp_path):
    losses = [
        load(
            pretrain(series, tmp_path / str(compile), augment=plain, epochs=2, run={"compile": compile}, **TINY)
        ).notes["loss"]
        for compile in (False, True)
    ]
    assert losses[1] == pytest.approx(losses[0], rel=1e-3) and losses[0] != losses[1]

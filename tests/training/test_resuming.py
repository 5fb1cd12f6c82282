"""A run is resumed as it began, or refused in one line that says why."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch

from clrseries import InputError, Series, load, pretrain
from clrseries.commands.cli import main
from clrseries.io.tables import write_table

GRID = {"kind": "log", "start": 4100, "stop": 6900, "velocity": 1500}
USUAL: dict[str, Any] = {
    "augment": [{"Resample": {"grid": GRID}}, {"Noise": {"snr": 20.0}}, {"Normalize": {}}],
    "encoder": {"dense": {"width": 8, "embedding_dim": 4}},
    "method": {"simclr": {"projection_dim": 4}},
    "batch_size": 8,
    "epochs": 2,
    "progress": False,
}


def spectra(count=16, seed=0):
    rng = np.random.default_rng(seed)
    return Series.from_arrays(
        np.linspace(4000, 7000, 101), rng.normal(1, 0.1, (count, 101)), np.full((count, 101), 99.0)
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("resuming") / "run"
    pretrain(spectra(), folder, **USUAL)
    return folder


def content(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


OTHER: list[tuple[str, Any]] = [
    ("encoder", {"dense": {"width": 16, "embedding_dim": 4}}),
    ("encoder", {"dense": {"width": 8, "embedding_dim": 8}}),
    ("encoder", "resnet1d"),
    ("method", "vicreg"),
    ("method", {"simclr": {"projection_dim": 4, "temperature": 0.2}}),
    ("auxiliary", ["reconstruction"]),
    ("augment", [*USUAL["augment"][:1], {"Noise": {"snr": 30.0}}, {"Normalize": {}}]),
    ("optimizer", "lars"),
    ("optimizer", {"learning_rate": 1e-3}),
    ("optimizer", {"ema": 0.9}),
    ("memory", {"accumulate": 2}),
    ("run", {"precision": "bf16"}),
    ("batch_size", 4),
    ("seed", 5),
    ("epochs", 1),
]


@pytest.mark.parametrize("name, value", OTHER)
def test_other_arguments_are_refused_by_name_with_both_values(run, name, value):
    before = content(run)
    with pytest.raises(InputError, match=rf"{name}\S* of the run was .* was given") as error:
        pretrain(spectra(), run, resume=True, **{**USUAL, "epochs": 3, name: value})
    assert "\n" not in str(error.value)
    assert content(run) == before


def test_other_data_are_refused(run):
    for other in (spectra(12), spectra(16, 9)):
        with pytest.raises(InputError, match="data of the run was"):
            pretrain(other, run, resume=True, **{**USUAL, "epochs": 3})


def test_more_epochs_are_noted(tmp_path):
    pretrain(spectra(), tmp_path / "run", **USUAL)
    model = load(pretrain(spectra(), tmp_path / "run", resume=True, **{**USUAL, "epochs": 3}))
    assert model.notes["epochs"] == 3 and model.notes["earlier_epochs"] == [2] and len(model.notes["loss"]) == 3
    lines = (tmp_path / "run" / "metrics.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["epoch", "1", "2", "3"]


def test_the_notes_hold_the_size_of_the_batches_there_were(tmp_path):
    model = load(pretrain(spectra(), tmp_path / "run", **{**USUAL, "batch_size": 64}))
    assert model.notes["batch_size"] == 16


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "other"])
def test_a_damaged_checkpoint_is_refused(run, tmp_path, damage):
    folder = tmp_path / "run"
    shutil.copytree(run, folder)
    path = folder / "last.ckpt"
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "text": b"no checkpoint"}.get(damage, b""))
    if damage == "other":
        torch.save({"weights": torch.ones(3)}, path)
    with pytest.raises(InputError, match=r"last.ckpt: is no .*checkpoint") as error:
        pretrain(spectra(), folder, resume=True, **{**USUAL, "epochs": 3})
    assert "\n" not in str(error.value)


def test_damaged_arguments_are_refused_and_missing_ones_leave_the_check_of_the_network(run, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(run, folder)
    (folder / "arguments.json").write_text("{")
    with pytest.raises(InputError, match=r"arguments.json: cannot be read"):
        pretrain(spectra(), folder, resume=True, **USUAL)
    (folder / "arguments.json").unlink()
    with pytest.raises(InputError, match="of another encoder or method"):
        pretrain(spectra(), folder, resume=True, **{**USUAL, "encoder": {"dense": {"width": 16, "embedding_dim": 4}}})


def test_a_batch_job_with_several_tasks_trains_in_one_process(monkeypatch, tmp_path):
    for name, value in {"NTASKS": "4", "JOB_ID": "1", "JOB_NAME": "train", "PROCID": "0", "LOCALID": "0"}.items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    assert load(pretrain(spectra(), tmp_path / "run", **USUAL)).notes["epochs"] == 2


def test_an_output_that_cannot_be_made_is_one_line_and_status_2(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    write_table(_table(), tmp_path / "s.parquet")
    for bad in ("/proc/x/run", str(tmp_path / "file" / "run")):
        words = [
            "pretrain",
            "--data",
            str(tmp_path / "s.parquet"),
            "--output",
            bad,
            "--epochs",
            "1",
            "--progress",
            "false",
        ]
        assert main(words) == 2
        assert len(capsys.readouterr().err.strip().splitlines()[-1:]) == 1


def _table():
    series = spectra()
    x, flux = np.linspace(4000, 7000, 101), series.flux.reshape(16, 101)
    return pa.table(
        {"object_id": series.object_ids, "wavelength": [x] * 16, "flux": list(flux), "ivar": list(flux * 0 + 9)}
    )


@pytest.mark.parametrize("number, status", [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_the_training_with_its_status_and_says_how_to_continue(tmp_path, number, status):
    write_table(_table(), tmp_path / "s.parquet")
    config = {name: USUAL[name] for name in ("augment", "encoder", "method", "batch_size")} | {"epochs": 100000}
    config["stopping"] = {"every": 100000}
    (tmp_path / "config.yaml").write_text(json.dumps(config))
    root = Path(__file__).parents[2]
    words = ["pretrain", "config.yaml", "--data", "s.parquet", "--output", "run", "--progress", "false"]
    process = subprocess.Popen(
        [sys.executable, "-c", "from clrseries.commands.cli import run; run()", *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )
    while process.poll() is None and not (tmp_path / "run" / "metrics.csv").exists():
        time.sleep(0.05)
    process.send_signal(number)
    try:
        said = process.communicate(timeout=300)[1]
    finally:
        process.kill()
    assert process.returncode == status, said
    assert "--resume" in said.strip().splitlines()[-1] and "Traceback" not in said

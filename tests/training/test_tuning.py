"""Searching for arguments of pretrain: what is kept, resumed and refused."""

import csv
import json
from typing import Any

import pytest
import yaml

from clrseries import InputError, load, pretrain, tune

FIXED: dict[str, Any] = {"encoder": {"resnet1d": {"width": 8, "embedding_dim": 16}}, "batch_size": 20, "epochs": 2}
SPACE: dict[str, Any] = {
    "optimizer.learning_rate": {"log": [1e-4, 1e-2]},
    "method": {"choice": ["simclr", {"vicreg": {"covariance": 2.0}}]},
    "augment.Noise.snr": {"choice": [20.0, {"LogUniform": [5, 50]}]},
    "memory.accumulate": {"int": [1, 2]},
}


def test_the_best_of_some_trials_can_be_trained_again(series, plain, tmp_path):
    fixed = FIXED | {"augment": plain}
    found = tune(series, tmp_path / "t", space=SPACE, fixed=fixed, trials=3, probe="depth", objective="probe")
    assert len(found["trials"]) == 3 and found["value"] == max(row["value"] for row in found["trials"])
    assert len({row["optimizer.learning_rate"] for row in found["trials"]}) == 3
    best = yaml.safe_load((tmp_path / "t" / "best.yaml").read_text())
    assert best == found["arguments"] and best["epochs"] == 2
    assert load(tmp_path / "t" / "best" / "model").notes["metrics"]["probe"] == found["value"]
    again = load(pretrain(series, tmp_path / "again", progress=False, **best))
    assert again.notes["metrics"]["probe"] == found["value"]
    more = tune(
        series, tmp_path / "t", space=SPACE, fixed=fixed, trials=4, probe="depth", objective="probe", resume=True
    )
    assert more["trials"][:3] == found["trials"] and len(more["trials"]) == 4
    rows = list(csv.DictReader((tmp_path / "t" / "trials.csv").read_text().splitlines()))
    assert len(rows) == 4
    for row, trial in zip(rows, more["trials"], strict=True):
        assert trial["method"] in SPACE["method"]["choice"] and trial["augment.Noise.snr"] in (
            20.0,
            {"LogUniform": [5, 50]},
        )
        assert {name: yaml.safe_load(value) for name, value in row.items()} == trial
    for line in (tmp_path / "t" / "study.log").read_text().splitlines():
        json.loads(line, parse_constant=pytest.fail)
    same: dict[str, Any] = {
        "space": SPACE,
        "fixed": fixed,
        "trials": 5,
        "probe": "depth",
        "objective": "probe",
        "resume": True,
    }
    wider = SPACE | {"batch_size": {"choice": [10, 20]}}
    changes: list[tuple[Any, dict[str, Any], str]] = [
        (series, {"space": wider}, "has another space"),
        (series, {"fixed": fixed | {"epochs": 1}}, "has another fixed"),
        (series, {"seed": 1}, "has another seed"),
        (series, {"objective": "rank"}, "has another objective"),
        (series.take(range(39)), {}, "has another data"),
    ]
    for data, change, message in changes:
        with pytest.raises(InputError, match=message):
            tune(data, tmp_path / "t", **(same | change))
    assert len((tmp_path / "t" / "trials.csv").read_text().splitlines()) == 5


def test_what_tuning_refuses(series, plain, tmp_path):
    fixed = FIXED | {"augment": plain}
    usual: dict[str, Any] = {"fixed": fixed, "overwrite": True, "trials": 1}
    refused: list[tuple[dict[str, Any], str]] = [
        ({"objective": "luck"}, "objective: there is no 'luck'"),
        ({"objective": "probe"}, "needs a column"),
        ({"space": {"epochs": {"about": [1, 2]}}}, "space: epochs is written choice"),
        ({"space": {"augment.Tilt.slope": {"uniform": [0, 1]}}}, "no augment with a step Tilt"),
        ({"space": {"optimizer.speed.now": {"uniform": [0, 1]}}}, "write the name of an argument, optimizer.FIELD"),
        ({"space": {"learning_rate": {"uniform": [0, 1]}}}, "space: takes augment, auxiliary.*; got learning_rate"),
        ({"fixed": {"width": 3}}, "fixed: takes augment, auxiliary.*; got width"),
        ({"space": "nothing.yaml"}, "no such file"),
        ({"space": {"epochs": {"int": [1, 2.5]}}}, "int takes two whole numbers"),
        ({"space": {"epochs": {"choice": []}}}, "epochs is written choice"),
        ({"space": {"optimizer.ema": {"uniform": [1, 0]}}}, "low <= high"),
        ({"space": {"optimizer.ema": {"log": [0, 1]}}}, "0 < low <= high"),
        ({"space": {"optimizer.ema": {"unifrom": [0, 1]}}}, "did you mean 'uniform'"),
        ({"space": {"epoch": {"int": [1, 2]}}}, "did you mean 'epochs'"),
        ({"space": {"augment.nois.snr": {"uniform": [1, 2]}}}, "did you mean 'Noise'"),
        ({"trials": 0}, "trials must be a whole number of at least 1"),
        ({"seed": -1}, "seed must be a whole number of at least 0"),
    ]
    for more, message in refused:
        with pytest.raises(InputError, match=message):
            tune(series, tmp_path / "no", **(usual | more))
        assert not (tmp_path / "no").exists()
    with pytest.raises(InputError, match="no study.log"):
        tune(series, tmp_path / "new", fixed=fixed, resume=True)

"""Searching for arguments of pretrain: what is kept, resumed and refused."""

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
    assert len((tmp_path / "t" / "trials.csv").read_text().splitlines()) == 5


def test_what_tuning_refuses(series, plain, tmp_path):
    fixed = FIXED | {"augment": plain}
    for more, message in (
        ({"objective": "luck"}, "objective is one of"),
        ({"objective": "probe"}, "needs a column"),
        ({"space": {"epochs": {"about": [1, 2]}}}, "space: epochs is written choice"),
        ({"space": {"augment.Tilt.slope": {"uniform": [0, 1]}}}, "no augment with a step Tilt"),
        ({"space": {"optimizer.speed.now": {"uniform": [0, 1]}}}, "write the name of an argument, optimizer.FIELD"),
        ({"space": {"learning_rate": {"uniform": [0, 1]}}}, "space: takes augment, auxiliary.*; got learning_rate"),
        ({"fixed": {"width": 3}}, "fixed: takes augment, auxiliary.*; got width"),
        ({"space": "nothing.yaml"}, "no such file"),
    ):
        with pytest.raises(InputError, match=message):
            tune(series, tmp_path / "no", overwrite=True, trials=1, **({"fixed": fixed} | more))
    with pytest.raises(InputError, match="no study.log"):
        tune(series, tmp_path / "new", fixed=fixed, resume=True)

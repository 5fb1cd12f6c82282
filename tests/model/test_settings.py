"""Settings of any number type are saved, the folder of a run is a model, and loading imports no code."""

import json
import sys
from typing import Any

import numpy as np
import pytest

from clrseries import Grid, InputError, Optimizer, Uniform, load, pretrain
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.datasets import simulated_light_curves

SHORT: dict[str, Any] = {"epochs": 1, "batch_size": 16, "progress": False}


def test_numbers_of_numpy_are_saved_as_numbers(tmp_path):
    stars = simulated_light_curves(16, nights=20)
    quarter: Any = np.float32(0.25)
    length: Any = np.int64(32)
    rate: Any = np.float32(0.5**9)
    steps = [lc.DropPoints(quarter), lc.Pack(length), lc.ZeroPoint(Uniform(0, quarter))]
    run = pretrain(
        stars,
        tmp_path / "run",
        augment=[*steps, lc.Normalize("band")],
        encoder={"curve_conv": {"embedding_dim": np.int64(8)}},
        method={"simclr": {"temperature": np.float32(0.25)}},
        optimizer=Optimizer(learning_rate=rate),
        **SHORT,
    )
    config = json.loads((run / "config.json").read_text())
    assert config["augment"][:2] == [{"DropPoints": {"fraction": 0.25}}, {"Pack": {"length": 32}}]
    assert config["notes"]["optimizer"]["learning_rate"] == 0.5**9
    assert load(tmp_path / "run").embed(stars).shape == (16, 8)  # the folder of a run is taken for its model
    with pytest.raises(InputError, match="does not compare two modalities: leave out partner"):
        pretrain(stars, tmp_path / "no", partner=stars, **SHORT)
    with pytest.raises(InputError, match="is a file already, and a folder is to be written"):
        (tmp_path / "file").write_text("")
        pretrain(stars, tmp_path / "file", overwrite=True, **SHORT)


def test_loading_imports_no_function(tmp_path, series, monkeypatch):
    (tmp_path / "trap_of_clrseries.py").write_text("raise AssertionError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    steps = [sp.Resample(Grid.log(4100, 6800, 300)), sp.Normalize()]
    encoder = {"resnet1d": {"width": 8, "embedding_dim": 8}}
    model = load(pretrain(series, tmp_path / "run", augment=steps, encoder=encoder, **SHORT))
    config = json.loads((tmp_path / "run" / "model" / "config.json").read_text())
    config["augment"].insert(1, {"Custom": {"function": "trap_of_clrseries:f"}})
    (tmp_path / "run" / "model" / "config.json").write_text(json.dumps(config))
    again = load(tmp_path / "run" / "model")
    np.testing.assert_array_equal(again.embed(series), model.embed(series))
    assert "trap_of_clrseries" not in sys.modules

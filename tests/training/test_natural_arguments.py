"""What `pretrain` takes: objects as well as their descriptions, and data in every usual form."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
import yaml
from torch import nn

from clrseries import (
    Grid,
    InputError,
    LogUniform,
    Optimizer,
    embed,
    evaluate,
    finetune,
    load,
    predict,
    pretrain,
    show_views,
    write_spectra,
)
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.datasets import open_series, simulated_light_curves
from clrseries.methods import SimCLR

ENCODER = {"resnet1d": {"width": 8, "embedding_dim": 16}}
SHORT: dict[str, Any] = {"epochs": 1, "batch_size": 20, "progress": False}
STEPS = [sp.Resample(Grid.log(4100, 6800, 150)), sp.Noise(LogUniform(10, 50)), sp.Normalize("mean")]


class Mean(nn.Module):
    """The smallest encoder of one's own."""

    embedding_dim = 4

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 4)

    def forward(self, flux: torch.Tensor, ivar: torch.Tensor) -> torch.Tensor:
        return self.linear(torch.stack([flux.mean(-1), ivar.mean(-1).log1p()], -1))


def weights(run):
    return load(run).encoder.state_dict()


def same(one, other):
    return all(torch.equal(weight, other[name]) for name, weight in one.items())


def test_an_augmentation_in_every_form_trains_the_same_model(series, plain, tmp_path):
    (tmp_path / "steps.yaml").write_text(yaml.safe_dump(plain))
    (tmp_path / "train.yaml").write_text(yaml.safe_dump({"epochs": 3, "augment": plain}))
    forms = [
        sp.Observe(STEPS),
        STEPS,
        [STEPS[0], *plain[1:]],
        plain,
        tmp_path / "steps.yaml",
        str(tmp_path / "train.yaml"),
    ]
    made = [
        weights(pretrain(series, tmp_path / str(k), augment=form, encoder=ENCODER, **SHORT))
        for k, form in enumerate(forms)
    ]
    assert all(same(made[0], other) for other in made[1:])
    page = show_views(series, tmp_path / "views.html", augment=STEPS)
    assert "Resample &rarr; Noise &rarr; Normalize" in page.read_text()


def test_an_encoder_of_ones_own_is_trained_saved_and_used(series, tmp_path):
    run = pretrain(series, tmp_path / "run", augment=STEPS, encoder=Mean(), **SHORT)
    with pytest.raises(InputError, match="encoder"):
        load(run)
    model = load(run, encoder=Mean())
    assert model.embed(series).shape == (40, 4) and not same(model.encoder.state_dict(), Mean().state_dict())
    result = finetune(model, series, tmp_path / "out", target="kind", mode="full", epochs=2, progress=False)
    assert 0 <= result["test"]["balanced_accuracy"] <= 1
    for mode in ("scratch", "partial"):
        with pytest.raises(InputError, match="Mean"):
            finetune(model, series, tmp_path / mode, target="kind", mode=mode, epochs=1, progress=False)
    with pytest.raises(InputError, match="needs an attribute embedding_dim, and Linear has none"):
        pretrain(series, tmp_path / "no", augment=STEPS, encoder=nn.Linear(2, 2), **SHORT)


def test_a_method_as_an_object_is_trained(series, tmp_path):
    from clrseries.encoders import build_encoder

    torch.manual_seed(0)
    method = SimCLR(build_encoder(ENCODER, sp.Observe(STEPS)), temperature=0.3)
    model = load(pretrain(series, tmp_path / "run", augment=STEPS, method=method, **SHORT))
    assert model.notes["method"] == "simclr" and model.embed(series).shape == (40, 16)
    with pytest.raises(InputError, match="a Method has its encoder already"):
        pretrain(series, tmp_path / "no", augment=STEPS, method=method, encoder="dense", **SHORT)


def test_settings_in_every_form_are_the_same(series, tmp_path):
    forms: list[Any] = [Optimizer("lars", learning_rate=0.1), {"name": "lars", "learning_rate": 0.1}]
    made = [
        weights(pretrain(series, tmp_path / str(k), augment=STEPS, encoder=ENCODER, optimizer=form, **SHORT))
        for k, form in enumerate(forms)
    ]
    assert same(*made)
    refused: list[tuple[Any, str]] = [
        ({"learning_rat": 0.1}, "optimizer: takes name, learning_rate, weight_decay, ema; got learning_rat"),
        ({"learning_rate": "fast"}, "Optimizer: learning_rate must be a number, got 'fast'"),
        (3, "Optimizer: name must be one of 'adamw', 'lars', got 3"),
    ]
    for wrong, message in refused:
        with pytest.raises(InputError, match=message):
            pretrain(series, tmp_path / "no", augment=STEPS, optimizer=wrong, **SHORT)


def same_series(one, other):
    assert one.object_ids == other.object_ids
    for name in ("x", "flux", "ivar", "offsets"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_data_in_every_form_is_the_same_series(series, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "parts").mkdir()
    write_spectra(series, "whole.parquet")
    write_spectra(series.take(np.arange(15)), "parts/a.parquet")
    write_spectra(series.take(np.arange(15, 40)), "parts/b.parquet")
    table = pq.read_table("whole.parquet")
    frame = table.to_pandas()
    for form in (
        series, "whole.parquet", tmp_path / "whole.parquet", "parts", tmp_path / "parts", "parts/*.parquet", ["parts/a.parquet", "parts/b.parquet"],
        table, frame, pl.from_arrow(table), [frame.iloc[:15], frame.iloc[15:]], [series.take(np.arange(15)), "parts/b.parquet"],
    ):  # fmt: skip
        same_series(open_series(form), series)
    with pytest.raises(InputError, match="holds no file that ends in|no file is called so"):
        open_series("parts/*.fits")
    with pytest.raises(InputError, match="nothing.parquet: no such file"):
        open_series("nothing.parquet")
    with pytest.raises(InputError, match="got int"):
        open_series(3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="the list is empty"):
        open_series([])


def test_a_frame_of_points_is_light_curves(tmp_path):
    frame = pd.DataFrame(
        {
            "object_id": ["a", "a", "b"],
            "time": [1.0, 2.0, 1.5],
            "flux": [1.0, 2.0, 3.0],
            "flux_err": [0.1] * 3,
            "band": ["g", "r", "g"],
        }
    )
    for form in (frame, pl.from_pandas(frame), pa.Table.from_pandas(frame)):
        assert open_series(form).bands == ("g", "r") and open_series(form).object_ids == ["a", "b"]


def test_every_command_takes_the_objects_of_the_one_before(tmp_path):
    stars = simulated_light_curves(40, nights=30)
    observe = lc.Observe([lc.DropPoints(0.3), lc.Pack(48), lc.Normalize("band")])
    encoder = {"curve_conv": {"embedding_dim": 8}}
    model = load(pretrain(stars, tmp_path / "run", augment=observe, encoder=encoder, **SHORT))
    out = embed(model, stars, tmp_path / "e.parquet")
    assert evaluate(out, "class", tmp_path / "report", splits=2)["kind"] == "classes"
    finetune(model, stars, tmp_path / "ft", target="class", epochs=1, progress=False)
    classifier = load(tmp_path / "ft" / "model")
    assert Path(predict(classifier, [stars.take([0, 1]), stars.take([2])], tmp_path / "p.parquet")).exists()
    assert load(model) is model

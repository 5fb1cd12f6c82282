import json
from typing import Any

import numpy as np
import pytest
import torch

from clrseries import InputError, Series, embed, load, pretrain
from clrseries.config import composition
from clrseries.encoders import ENCODERS
from clrseries.io.embeddings import read_embeddings
from clrseries.training.batches import Batches
from clrseries.training.training_set import TrainingSet

TINY: dict[str, Any] = {
    "encoder": {"resnet1d": {"width": 8, "embedding_dim": 16}},
    "method": {"simclr": {"projection_dim": 8}},
    "batch_size": 20,
    "progress": False,
}


@pytest.mark.parametrize("name", ["dense", "resnet1d"])
def test_encoder_sees_flux_and_ivar_but_not_what_lies_under_a_mask(rng, name):
    torch.manual_seed(0)
    encoder = ENCODERS[name](200, 8, 16).eval()
    flux, ivar = torch.tensor(rng.normal(1, 0.1, (2, 5, 200)), dtype=torch.float32).abs()
    base = encoder(flux, ivar)
    assert base.shape == (5, 16) and encoder.embedding_dim == 16
    bluer = flux * torch.linspace(1.2, 0.8, 200)
    assert not torch.allclose(base, encoder(bluer, ivar)) and not torch.allclose(base, encoder(flux, ivar * 3))
    ivar[:, 50:80] = 0
    hidden = flux.clone()
    hidden[:, 50:80] = 99.0
    torch.testing.assert_close(encoder(flux, ivar), encoder(hidden, ivar))


@pytest.mark.parametrize("name", ["dense", "resnet1d"])
def test_the_scale_of_a_spectrum_does_not_matter_whatever_part_is_seen(rng, name):
    torch.manual_seed(0)
    encoder: Any = ENCODERS[name](200, 8, 16).eval()
    flux = torch.tensor(rng.normal(1, 0.1, (5, 200)), dtype=torch.float32) * torch.linspace(1, 3, 200)
    encoder.standardize.fit(flux, torch.ones_like(flux))
    ivar = torch.ones_like(flux)
    ivar[:, 120:] = 0
    torch.testing.assert_close(encoder(flux, ivar), encoder(7 * flux, ivar), rtol=1e-4, atol=1e-4)


def test_batches_depend_on_seed_and_epoch_alone(series, plain):
    examples = TrainingSet(series, composition(plain))
    first, again, later = (list(Batches(examples, 15, 2, 3, epoch)) for epoch in (0, 0, 1))
    assert len(first) == len(Batches(examples, 15)) == 2 and first[0].inputs[0].shape[:2] == (15, 2)
    assert torch.equal(first[1].inputs[0], again[1].inputs[0]) and not torch.equal(
        first[0].inputs[0], later[0].inputs[0]
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    rng = np.random.default_rng(0)
    wave = np.linspace(4000, 7000, 900)
    width = rng.uniform(5, 60, 60)[:, None]
    flux = 1 - 0.7 * np.exp(-0.5 * ((wave - 5200) / width) ** 2)
    data = Series.from_arrays(wave, flux, np.full_like(flux, 1e4), {"width": width[:, 0]})
    run = tmp_path_factory.mktemp("run") / "run"
    steps = [
        {"Resample": {"grid": {"kind": "log", "start": 4100, "stop": 6800, "velocity": 150}}},
        {"Noise": {"snr": {"LogUniform": [10, 50]}}},
        {"Normalize": {"by": "mean"}},
    ]
    pretrain(data, run, augment=steps, epochs=12, **TINY)
    return data, run, steps


def test_training_learns_and_writes_what_it_says(trained):
    data, run, _ = trained
    assert {p.name for p in run.iterdir()} >= {"model", "metrics.csv", "last.ckpt"}
    assert {p.name for p in (run / "model").iterdir()} == {"config.json", "model.safetensors", "README.md"}
    model = load(run / "model")
    loss = model.notes["loss"]
    assert len(loss) == 12 and loss[-1] < 0.8 * loss[0]
    lines = (run / "metrics.csv").read_text().splitlines()
    assert lines[0] == "epoch,loss,alignment,uniformity,rank"
    assert [float(line.split(",")[1]) for line in lines[1:]] == loss
    features = model.embed(data)
    assert features.shape == (60, 16) and features.dtype == np.float32 and np.isfinite(features).all()
    projected = model.embed(data, layer="projection")
    assert projected.shape == (60, 8)
    with torch.no_grad():
        np.testing.assert_allclose(model.projector(torch.tensor(features)).numpy(), projected, rtol=1e-4, atol=1e-5)
    with pytest.raises(InputError, match="there are embedding, projection"):
        model.embed(data, layer="last")
    assert model.notes["objects"] == 60


def test_the_same_seed_gives_the_same_model_and_resuming_changes_nothing(trained, tmp_path, power_cut):
    data, _, steps = trained
    whole = load(pretrain(data, tmp_path / "a", augment=steps, epochs=4, seed=1, **TINY))
    with power_cut():
        pretrain(data, tmp_path / "b", augment=steps, epochs=4, seed=1, **TINY)
    resumed = load(pretrain(data, tmp_path / "b", augment=steps, epochs=4, seed=1, resume=True, **TINY))
    for name, weight in whole.encoder.state_dict().items():
        assert torch.equal(weight, resumed.encoder.state_dict()[name]), name
    other = load(pretrain(data, tmp_path / "c", augment=steps, epochs=4, seed=2, **TINY))
    assert not np.array_equal(whole.embed(data), other.embed(data))
    assert resumed.notes["loss"] == whole.notes["loss"]


def test_pretrain_refuses(trained, series, tmp_path):
    _, run, steps = trained
    with pytest.raises(InputError, match="exists already"):
        pretrain(series, run, augment=steps, **TINY)
    with pytest.raises(InputError, match="no last.ckpt"):
        pretrain(series, tmp_path / "new", augment=steps, resume=True, **TINY)
    with pytest.raises(InputError, match="encoder: there is no 'best'"):
        pretrain(series, tmp_path / "new", augment=steps, **(TINY | {"encoder": "best"}))
    with pytest.raises(InputError, match="at least two objects"):
        pretrain(series.take([0]), tmp_path / "one", augment=steps, **TINY)
    assert not (tmp_path / "one").exists()


def test_embedding_does_not_depend_on_the_company(trained):
    data, run, _ = trained
    model = load(run / "model")
    whole = model.embed(data)
    order = np.array([5, 59, 0])
    np.testing.assert_allclose(model.embed(data.take(order)), whole[order], rtol=1e-4, atol=1e-5)


def test_embed_keeps_columns_and_is_all_or_nothing(trained, series, tmp_path):
    _data, run, _ = trained
    out = embed(run / "model", series, tmp_path / "e.parquet")
    features, table = read_embeddings(out)
    assert features.shape == (40, 16)
    assert table.column_names == ["object_id", "kind", "depth", "z"]
    with pytest.raises(InputError, match="exists already"):
        embed(run / "model", series, out)
    with pytest.raises(InputError, match="column 'embedding': is there already"):
        embed(run / "model", series.with_columns({"embedding": [0.0] * 40}), tmp_path / "g.parquet")
    far = Series.from_arrays(np.linspace(9000, 9900, 50), np.ones((1, 50)), table={"object_id": ["far"]})
    with pytest.raises(InputError, match="object 'far', column 'wavelength': no data"):
        embed(run / "model", far, tmp_path / "f.parquet")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["e.parquet"]


def test_load_says_what_is_wrong(trained, tmp_path):
    _, run, _ = trained
    with pytest.raises(InputError, match="not a model, config.json is missing"):
        load(tmp_path)
    config = json.loads((run / "model" / "config.json").read_text())
    weights = (run / "model" / "model.safetensors").read_bytes()
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").write_bytes(weights[:-50])
    with pytest.raises(InputError, match="not a complete model"):
        load(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(weights)
    (tmp_path / "config.json").write_text(json.dumps(config | {"format": 99}))
    with pytest.raises(InputError, match="format 99"):
        load(tmp_path)


def test_loading_never_unpickles(trained, monkeypatch):
    import pickle

    def refuse(*_, **__):
        raise AssertionError("unpickled")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    monkeypatch.setattr(torch, "load", refuse)
    load(trained[1] / "model")

"""Models that can be passed on: card, hash, pickles, the Hub, ONNX."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from clrseries import Grid, InputError, Model, Uniform, export, load
from clrseries import lightcurves as lc
from clrseries import spectra as sp
from clrseries.encoders import build_encoder
from clrseries.encoders.heads import ClassHead
from clrseries.methods import Projector


def model(curves=False, head=False, encoder="auto"):
    torch.manual_seed(0)
    observe = (
        lc.Observe([lc.Pack(24), lc.Normalize("band")])
        if curves
        else sp.Observe([sp.Resample(Grid.log(4100, 6800, 300)), sp.Noise(Uniform(10, 50)), sp.Normalize()])
    )
    bands = ("B", "R") if curves else ()
    width = {"width": 8} if encoder in ("auto", "dense", "resnet1d") and not curves else {}
    network = build_encoder({encoder: {"embedding_dim": 16} | width}, observe, bands).eval()
    notes = {
        "method": "simclr",
        "objects": 12,
        "seed": 0,
        "metrics": {"rank": 9.5},
        "license": "CC-BY-4.0",
        "data": "ten nights",
    }
    answer = ClassHead(16, ["a", "b", "c"]) if head else None
    return Model(network, Projector(16, 4).eval(), observe, notes, bands, answer, "class" if head else "")


@pytest.mark.parametrize("curves", [False, True])
def test_the_card_says_what_a_stranger_must_know(tmp_path, curves):
    model(curves).save_pretrained(tmp_path / "m")
    card = (tmp_path / "m" / "README.md").read_text()
    for words in (
        "license: cc-by-4.0",
        "ten nights",
        "12 objects",
        "rank: 9.5",
        "`Pack`" if curves else "`Noise` snr Uniform(10, 50)",
    ):
        assert words in card, words
    assert ("Bands: B, R." in card) == curves
    assert load(tmp_path / "m").notes == model(curves).notes


def test_a_head_comes_back(tmp_path, series):
    with_head = model(head=True)
    with_head.save(tmp_path / "m")
    again = Model.from_pretrained(tmp_path / "m")
    assert again.target == "class" and again.head.classes == ["a", "b", "c"]
    np.testing.assert_array_equal(again.predict(series)["probability"], with_head.predict(series)["probability"])


def test_weights_that_are_not_those_of_the_config_are_refused(tmp_path):
    model().save(tmp_path / "m")
    other = model()
    with torch.no_grad():
        other.projector.layers[1].weight += 1
    other.save(tmp_path / "n")
    (tmp_path / "n" / "model.safetensors").replace(tmp_path / "m" / "model.safetensors")
    with pytest.raises(InputError, match="not the file that config.json was written with"):
        load(tmp_path / "m")
    config = json.loads((tmp_path / "n" / "config.json").read_text()) | {"format": 99}
    (tmp_path / "m" / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="written in format 99"):
        load(tmp_path / "m")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "last.ckpt", "model.pkl"])
def test_pickles_are_refused(tmp_path, name):
    class Trap:
        def __reduce__(self):
            return (Path.write_text, (tmp_path / "sprung", "!"))

    torch.save({"w": Trap()}, tmp_path / name)
    for path in (tmp_path, tmp_path / name):
        with pytest.raises(InputError, match="may be a pickle"):
            load(path)
    assert not (tmp_path / "sprung").exists()


def test_to_the_hub_and_back(tmp_path, monkeypatch, series):
    """Against a stand-in for the Hub that keeps files in a folder: no network here."""
    hub = pytest.importorskip("huggingface_hub")
    there = tmp_path / "hub"

    class Api:
        def create_repo(self, name, private, exist_ok):
            (there / name).mkdir(parents=True)
            return f"https://huggingface.co/{name}"

        def upload_folder(self, repo_id, folder_path, allow_patterns):
            for file in allow_patterns:
                (there / repo_id / file).write_bytes((Path(folder_path) / file).read_bytes())

    def snapshot(name, revision, allow_patterns):
        if not (there / name).exists():
            raise hub.errors.LocalEntryNotFoundError("no such repository")
        assert not any(pattern.endswith((".bin", ".pt")) for pattern in allow_patterns)
        return str(there / name)

    monkeypatch.setattr(hub, "HfApi", Api)
    monkeypatch.setattr(hub, "snapshot_download", snapshot)
    assert model().push_to_hub("someone/stars") == "https://huggingface.co/someone/stars"
    np.testing.assert_array_equal(load("someone/stars").embed(series), model().embed(series))
    with pytest.raises(InputError, match="nobody/nothing: neither a folder here nor a model"):
        load("nobody/nothing")


@pytest.mark.slow
@pytest.mark.parametrize("curves", [False, True])
def test_exported_as_onnx_it_gives_the_same(tmp_path, series, curves):
    onnxruntime = pytest.importorskip("onnxruntime")
    known = model(curves, head=True, encoder="auto" if curves else "resnet1d")
    known.save(tmp_path / "m")
    path = export(tmp_path / "m", tmp_path / "m.onnx")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [place.name for place in session.get_inputs()]
    assert names == (["time", "flux", "ivar", "band"] if curves else ["flux", "ivar"])
    assert [place.name for place in session.get_outputs()] == ["embeddings", "answers"]
    if not curves:
        views = known.observe.deterministic()(series)
        found = session.run(None, dict(zip(names, (a[:, 0] for a in views.inputs), strict=True)))
        np.testing.assert_allclose(found[0], known.embed(series), rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(np.exp(found[1]), known.predict(series)["probability"], rtol=1e-3, atol=1e-4)
    with pytest.raises(InputError, match="exists already"):
        export(tmp_path / "m", path)

"""A new network that learns from the labels alone, beside what was pretrained."""

import numpy as np
import pytest
import torch
from sklearn.metrics import balanced_accuracy_score

from clrseries import InputError, Model, Series, embed, evaluate
from clrseries.encoders import ResNet1d
from clrseries.encoders.described import new_like
from clrseries.evaluation import few_label_splits
from clrseries.evaluation.target_sheet import SCRATCH
from clrseries.finetuning.from_scratch import training_like
from clrseries.methods import Projector
from clrseries.spectra import Noise, Normalize, Observe, Resample
from tests.evaluation.test_beside import few_probes


@pytest.fixture(scope="module")
def spectra():
    """80 spectra with a line that is deep or shallow."""
    rng = np.random.default_rng(1)
    wave, kinds = np.linspace(4000, 7000, 400), np.arange(80) % 2
    flux = 1 - (0.2 + 0.5 * kinds[:, None]) * np.exp(-0.5 * ((wave - rng.uniform(5000, 6000, (80, 1))) / 40) ** 2)
    flux += rng.normal(0, 0.03, flux.shape)
    table = {
        "object_id": [f"o{k}" for k in range(80)],
        "class": np.array(["weak", "deep"])[kinds],
        "depth": kinds + 0.5,
    }
    return Series.from_arrays(wave, flux, np.full_like(flux, 1 / 0.03**2), table)


@pytest.fixture(scope="module")
def model(grid):
    torch.manual_seed(0)
    return Model(
        ResNet1d(len(grid), width=8, embedding_dim=8), Projector(8), Observe([Resample(grid), Noise(30), Normalize()])
    )


@pytest.fixture(scope="module")
def embedded(model, spectra, tmp_path_factory):
    path = tmp_path_factory.mktemp("scratch") / "e.parquet"
    embed(model, spectra, path)
    return path


def test_a_new_network_learns_the_same_labels_of_the_first_splits(embedded, model, spectra, tmp_path, monkeypatch):
    monkeypatch.setattr("clrseries.evaluation.few_labels.class_probes", few_probes)
    monkeypatch.setattr("clrseries.evaluation.summary.invariance_curves", lambda *_: [])
    monkeypatch.setattr("clrseries.finetuning.from_scratch.STEPS", 60)
    before, threads = {k: v.clone() for k, v in model.encoder.state_dict().items()}, torch.get_num_threads()
    data = spectra.take(np.arange(2, 80))  # two objects of the embeddings are missing
    summary = evaluate(embedded, "class", tmp_path / "r", data=data, model=model, scratch=True, splits=4, placed="pca")
    rows = [row for row in summary["scores"] if row["features"] == SCRATCH]
    assert [(row["probe"], row["labels"], row["seeds"]) for row in rows] == [("network", n, 3) for n in (10, 30, 56)]
    assert rows[-1]["balanced_accuracy"] > 0.85 > rows[0]["balanced_accuracy_low"]

    kinds = np.array(spectra.table["class"].to_pylist())
    train, found = training_like(model, data), []
    for split in few_label_splits(kinds, labels=[30], seeds=3):
        own, test = split.train[split.train >= 2], split.test[split.test >= 2]
        told = np.array(["deep", "weak"])[train(own - 2, kinds[own])(test - 2).argmax(axis=1)]
        found.append(balanced_accuracy_score(kinds[test], told))
    assert rows[1]["balanced_accuracy"] == pytest.approx(np.mean(found), abs=1e-9)

    assert all(torch.equal(value, before[key]) for key, value in model.encoder.state_dict().items())
    assert torch.get_num_threads() == threads
    page = (tmp_path / "r" / "index.html").read_text()
    assert SCRATCH in page and "Score against labels, probe network" not in page and "--scratch" in page
    assert SCRATCH in " ".join(summary["verdict"][:2])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": None, "data": None}, "scratch: trains a new network"), ({"target": None}, "give --model, --data and --target"),
        ({"data": None}, "needs the data"), ({"target": "depth", "kind": "values"}, "scratch: a new network learns classes, and 'depth' holds values"),
    ],
)  # fmt: skip
def test_what_is_needed_is_told(embedded, model, spectra, tmp_path, change, message):
    given = {"target": "class", "data": spectra, "model": model} | change
    with pytest.raises(InputError, match=message):
        evaluate(embedded, output=tmp_path / "r", scratch=True, **given)
    assert not (tmp_path / "r").exists()


def test_an_encoder_that_does_not_say_its_settings_is_refused(model, spectra):
    class Own(torch.nn.Module):
        embedding_dim = 3

    with pytest.raises(InputError, match="cannot make a new Own"):
        training_like(Model(Own(), model.projector, model.observe), spectra)
    assert not torch.equal(
        new_like(model.encoder).state_dict()["stem.weight"], model.encoder.state_dict()["stem.weight"]
    )

"""Self-training: labels are carried within an object and guessed for others, and nothing of the test is learned from."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from clrseries import InputError, Series, finetune
from clrseries.encoders import ResNet1d
from clrseries.finetuning import finetuning
from clrseries.finetuning.self_training import Labels, chances, with_guesses
from clrseries.grids import Grid
from clrseries.methods import Projector
from clrseries.model import Model
from clrseries.spectra import Normalize, Observe, Resample


@pytest.fixture
def model():
    grid = Grid.log(4100, 6800, velocity=300)
    encoder = ResNet1d(len(grid), width=8, embedding_dim=16).eval()
    return Model(encoder, Projector(16), Observe([Resample(grid), Normalize("mean")]), {})


def lines(kind, names):
    """Spectra with a line whose depth says the class."""
    wave, rng = np.linspace(4000, 7000, 300), np.random.default_rng(0)
    deep = {"strong": 0.8, "weak": 0.1, "rare": 0.4}
    depth = np.array([deep[name] for name in kind])[:, None]
    flux = 1 - depth * np.exp(-0.5 * ((wave - 5200) / 60) ** 2) + rng.normal(0, 0.02, (len(kind), 300))
    return Series.from_arrays(wave, flux, np.full(flux.shape, 2500.0), {"object_id": names})


def test_a_label_goes_to_all_rows_of_an_object_and_the_others_are_guessed_together():
    series = lines(["weak"] * 7, ["a", "b", "a", "c", "c", "d", "e"])
    probability = np.array([[0.1, 0.9], [0.9, 0.1], [0.2, 0.8], [np.nan, np.nan], [0.3, 0.7]])
    found = with_guesses(series, np.array([0, 1]), np.array([0, 1]), np.array([2, 3, 4, 5, 6]), probability)
    assert found.series.object_ids == ["a", "b", "a", "c", "c", "e"]
    assert found.values.tolist() == [0, 1, 0, 0, 0, 1]  # of the two rows of c, one is surer
    assert found.trust[:3].tolist() == [1, 1, 1] and found.trust[3] == found.trust[4] < 1
    assert found.trust[5] == pytest.approx(0.49, abs=0.002)


def test_doubtful_objects_are_drawn_less_often_and_classes_alike():
    labels = Labels(lines(["weak"] * 4, list("abcd")), np.array([0, 0, 0, 1]), np.array([1.0, 1.0, 0.5, 0.5]))
    assert chances(labels, balance=True) == pytest.approx([0.4, 0.4, 0.2, 1.0])
    assert chances(labels, balance=False) == pytest.approx([1.0, 1.0, 0.5, 0.5])


@pytest.mark.parametrize("missing", [None, ""])
def test_guesses_are_learned_from_and_no_object_of_the_test_is(model, tmp_path, monkeypatch, missing):
    true = [["strong", "weak"][(k // 4 if k < 40 else k) % 2] for k in range(120)] + ["rare"] * 3
    names = [f"o{k // 4}" if k < 40 else f"p{k}" for k in range(123)]
    series = lines(true, names)
    kind = [None if k % 4 == 3 and k < 100 else name for k, name in enumerate(true)]
    place = [name if label else missing for name, label in zip(names, kind, strict=True)]  # unknown without a label
    series = series.with_columns({"kind": kind, "true": true, "place": place})
    seen: list[Labels] = []
    trained = finetuning._trained

    def watched(*given: Any) -> Any:
        seen.append(given[3])
        return trained(*given)

    monkeypatch.setattr(finetuning, "_trained", watched)
    splits, known, split = [], [], finetuning.split

    def watched_split(given: Any, *rest: Any) -> Any:
        known.append(given)
        splits.append(split(given, *rest))
        return splits[-1]

    monkeypatch.setattr(finetuning, "split", watched_split)
    settings: dict[str, Any] = {"target": "kind", "labels": 6, "group": "place", "progress": False, "seed": 3}
    made = finetune(model, series, tmp_path / "guess", guess=True, epochs=60, **settings)
    first, second = seen
    assert len(first.series) == made["objects"]["train"] == 12
    assert len(second.series) == 12 + made["objects"]["guessed"] and made["objects"]["guessed"] > 30
    assert "rare" not in second.series.table["true"].to_pylist()  # is left out, and not guessed to be something else
    assert made["left_out"] == {"class 'rare', too few objects": 3}
    whole = len(series) - 3
    assert len({*second.series.object_ids}) < len({*names}) and len(second.series) < whole - made["objects"]["test"]
    right = np.array(second.series.table["true"].to_pylist()) == np.array(["strong", "weak"])[second.values]
    assert right.mean() > 0.75
    _, calibrate, test = splits[0]
    scored = {*known[0].take(np.concatenate([calibrate, test])).object_ids}
    assert scored and not scored & {*second.series.object_ids}
    seen.clear()
    finetune(model, series, tmp_path / "plain", epochs=1, **settings)
    assert len(seen) == 1


def test_what_cannot_be_guessed_is_told(model, tmp_path):
    series = lines(["strong", "weak"] * 20, [f"o{k}" for k in range(40)])
    series = series.with_columns({"kind": ["strong", "weak"] * 20, "depth": np.linspace(0, 1, 40)})
    with pytest.raises(InputError, match="guess: classes are guessed, and 'depth' has values"):
        finetune(model, series, tmp_path / "a", target="depth", guess=True, progress=False)
    with pytest.raises(InputError, match="guess: every object of the training has a 'kind'"):
        finetune(model, series, tmp_path / "b", target="kind", guess=True, progress=False)
    assert not list(tmp_path.iterdir())


def test_a_row_without_data_is_not_guessed(model, tmp_path):
    series = lines(["strong", "weak"] * 20, [f"o{k}" for k in range(40)])
    ivar = series.ivar.reshape(40, -1).copy()
    ivar[36:38] = 0
    kind = [None if k >= 36 else ["strong", "weak"][k % 2] for k in range(40)]
    series = replace(series, ivar=ivar.ravel()).with_columns({"kind": kind})
    made = finetune(model, series, tmp_path / "a", target="kind", guess=True, epochs=1, progress=False)
    assert made["objects"]["guessed"] == 2

"""Models that read columns of the table: trained, saved, loaded, fine-tuned, and used on data that do not have them yet."""

import json
from typing import Any

import numpy as np
import pytest
import torch

from clrseries import InputError, Memory, embed, export, finetune, load, predict, pretrain, write_light_curves
from clrseries import lightcurves as lc
from clrseries.datasets import simulated_light_curves
from clrseries.encoders import ResNet1d, WithColumns, build_encoder
from clrseries.encoders.described import described, from_description
from clrseries.io.tables import read_table
from clrseries.lightcurves.binned_periodogram import PERIODOGRAM
from clrseries.lightcurves.measured import with_measured, without_measured
from clrseries.training import Partner

CONV = {"curve_conv": {"size": "tiny", "embedding_dim": 8}}
FOLDED = [{"Fold": {"period": "period_1"}}, {"Pack": {"length": 64}}, {"Normalize": {"by": "band"}}]


def reading(columns, encoder=CONV):
    return {"with_columns": {"encoder": encoder, "columns": columns, "embedding_dim": 16}}


@pytest.fixture(scope="module")
def stars():
    stars = simulated_light_curves(30, nights=25, classes=("RRLyrae", "Mira"))
    return stars.with_columns({"photoz": np.where(np.arange(30) % 5, np.linspace(0, 1, 30), np.nan)})


@pytest.fixture(scope="module")
def run(stars, tmp_path_factory):
    folder = tmp_path_factory.mktemp("columns") / "run"
    return pretrain(
        stars, folder, encoder=reading(["any_features", "photoz"]), augment=FOLDED, method="supcon", label="class", epochs=1,
        batch_size=16, progress=False,
    )  # fmt: skip


def test_a_saved_model_measures_what_the_table_does_not_have(run, stars, tmp_path):
    model = load(run)
    config = json.loads((run / "config.json").read_text())["encoder"]
    assert config["name"] == "with_columns" and config["encoder"]["name"] == "curve_conv"
    assert config["columns"] == [*lc.feature_names(("any",)), "photoz"]
    found = model.embed(stars)
    measured = lc.with_features(stars, each_band=False)
    np.testing.assert_array_equal(model.embed(measured), found)
    np.testing.assert_allclose(model.embed(stars.take([7, 3])), found[[7, 3]], atol=2e-5)
    moved = stars.with_columns({"photoz": np.full(30, 0.77)})
    assert (np.abs(model.embed(moved) - found).max(1) > 1e-4)[::5].all()  # those that had none before
    table = read_table(embed(run, stars, tmp_path / "e.parquet"))
    np.testing.assert_array_equal(np.stack(table["embedding"].to_pylist()).astype(np.float32), found)
    assert "period_1" not in table.column_names and "photoz" in table.column_names
    renamed = stars.with_columns({"z": np.zeros(30)}).take(range(4))
    with pytest.raises(InputError, match="'photoz': the encoder reads it"):
        model.embed(type(stars)(**{**vars(renamed), "table": renamed.table.drop_columns(["photoz"])}))


def test_it_is_fine_tuned_and_predicts(run, stars, tmp_path):
    scores = finetune(run, stars, tmp_path / "tuned", target="class", epochs=2, progress=False)
    assert scores["objects"]["train"] > 10
    table = read_table(predict(tmp_path / "tuned" / "model", stars, tmp_path / "p.parquet"))
    assert {"class_predicted", "p_Mira"} <= set(table.column_names)
    scratch = finetune(run, stars, tmp_path / "new", target="class", mode="scratch", epochs=1, progress=False)
    assert scratch["mode"] == "scratch" and load(tmp_path / "new" / "model").encoder.columns[-1] == "photoz"


@pytest.mark.parametrize("word", ["features", "periodogram"])
def test_columns_alone_are_a_partner(stars, tmp_path, word):
    other = Partner(stars, augment=FOLDED, encoder=reading(word, None))
    run = pretrain(
        stars, tmp_path / "run", encoder=CONV, augment=FOLDED, method="clip", partner=other, epochs=1, batch_size=16, progress=False
    )  # fmt: skip
    partner = load(run.parent / "partner")
    columns = {"features": lc.feature_names(stars.bands), "periodogram": PERIODOGRAM}[word]
    assert partner.encoder.encoder is None and partner.encoder.columns == tuple(columns)
    assert np.isfinite(partner.embed(stars)).all() and load(run).embed(stars).shape == (30, 8)


@pytest.mark.parametrize("steps", [FOLDED, FOLDED[1:]], ids=["folded", "raw"])
def test_the_periodogram_is_read_beside_a_curve(stars, tmp_path, steps):
    run = pretrain(
        stars, tmp_path / "run", encoder=reading("periodogram"), augment=steps, method="supcon", label="class", epochs=1, batch_size=16, progress=False
    )  # fmt: skip
    found = load(run).embed(stars)
    np.testing.assert_array_equal(load(run).embed(lc.with_periodogram(stars)), found)
    flat = lc.with_periodogram(stars).with_columns({name: np.full(30, 0.5) for name in PERIODOGRAM})
    assert (np.abs(load(run).embed(flat) - found).max(1) > 1e-4).all()
    finetune(run, stars, tmp_path / "tuned", target="class", epochs=1, progress=False)
    table = read_table(predict(tmp_path / "tuned" / "model", stars, tmp_path / "p.parquet"))
    assert "p_Mira" in table.column_names and "periodogram_1" not in table.column_names
    assert export(run, tmp_path / "model.onnx").exists()  # which compares the answers


@pytest.mark.parametrize(("word", "first"), [("features", "log_period_1"), ("periodogram", "periodogram_1")])
def test_a_stream_does_not_measure(stars, tmp_path, word, first):
    write_light_curves(stars, tmp_path / "stars.parquet")
    with pytest.raises(InputError, match=f"column '{first}': the encoder reads it"):
        pretrain(
            tmp_path / "stars.parquet", tmp_path / "run", encoder=reading(word), augment=FOLDED[1:], method="supcon", label="class", epochs=1,
            batch_size=16, memory=Memory(stream=True), progress=False,
        )  # fmt: skip


@pytest.mark.parametrize("inner", [None, ResNet1d(64, width=8, embedding_dim=8)])
def test_a_description_makes_the_same_encoder(inner):
    encoder = WithColumns(inner, ["a", "b"], embedding_dim=16, dropout=0.1)
    again = from_description(json.loads(json.dumps(described(encoder))))
    again.load_state_dict(encoder.state_dict())
    views = [] if inner is None else [torch.rand(3, 64), torch.ones(3, 64)]
    columns = torch.tensor([[0.1, 2.0], [float("nan"), 3.0], [0.5, float("nan")]])
    torch.testing.assert_close(again.eval()(*views, columns), encoder.eval()(*views, columns))


def test_a_module_of_your_own_cannot_be_described():
    own: Any = torch.nn.Linear(2, 2)
    own.embedding_dim = 2
    assert described(own) is None and described(WithColumns(own, ["a"])) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": [["photoz"]]}, "columns must be a moderate number, text or a list"),
        ({"embedding_dim": 17}, "its weights are not those of this encoder"),
        ({"encoder": {"name": "os.system"}}, "name of the encoder is one of"),
        ({"encoder": "resnet1d"}, "encoder of with_columns must be a mapping, got 'resnet1d'"),
        ({"encoder": {"name": "curve_conv", "bands": 2, "command": "rm"}}, "encoder takes .*, got 'command'"),
        ({"dropout": 7.0}, "dropout in"),
    ],
)
def test_a_changed_configuration_is_refused(run, tmp_path, change, message):
    folder = tmp_path / "model"
    folder.mkdir()
    config = json.loads((run / "config.json").read_text())
    config["encoder"] |= change
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors").write_bytes((run / "model.safetensors").read_bytes())
    with pytest.raises(InputError, match=message):
        load(folder)


def test_what_cannot_be_built_is_told(stars):
    observe = lc.Observe([lc.Pack(32)])
    with pytest.raises(InputError, match="with_columns takes columns, embedding_dim, dropout; got colums"):
        build_encoder({"with_columns": {"colums": ["a"]}}, observe, stars.bands)
    with pytest.raises(InputError, match="at least one column"):
        build_encoder("with_columns", observe, stars.bands)
    with pytest.raises(InputError, match="there is no 'with_column'.*with_columns"):
        build_encoder("with_column", observe, stars.bands)
    with pytest.raises(InputError, match="at least one column"):
        build_encoder({"with_columns": {"encoder": CONV}}, observe, stars.bands)


def test_only_what_is_missing_is_measured(stars):
    assert with_measured(stars, ["photoz", "nothing"]) is stars
    told = stars.with_columns({"period_1": np.ones(30)})
    assert with_measured(told, ["period_1"]) is told
    with pytest.raises(InputError, match="'period_1': is there and 'period_2' is not"):
        with_measured(told, ["any_r21"])
    both = with_measured(stars, ["any_r21", "B_r21", "period_2"])
    np.testing.assert_array_equal(both.table["B_r21"], lc.with_features(stars).table["B_r21"])
    np.testing.assert_array_equal(both.table["any_r21"], lc.with_features(stars, each_band=False).table["any_r21"])
    three = with_measured(stars, ["periodogram_7", "any_r21", "period_2"])
    assert three.table["periodogram_7"] == lc.with_periodogram(stars).table["periodogram_7"]
    assert {"any_r21", "period_2"} < set(three.table.column_names)
    assert without_measured(three).table.column_names == stars.table.column_names

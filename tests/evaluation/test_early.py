"""Early classification: what is cut, by hand; and a model that needs the late points learns nothing before."""

import numpy as np
import pytest
import torch
from sklearn.metrics import balanced_accuracy_score
from torch import nn

from clrseries import InputError, Model, Series, datasets, embed, evaluate, methods
from clrseries import lightcurves as lc
from clrseries.encoders.heads import ClassHead
from clrseries.evaluation import early_scores
from clrseries.evaluation.early import _resampled, first_days, first_points


def curves():
    """Sixty curves of 100 days, one point a day; the second class brightens on day 50."""
    time = np.tile(np.arange(100.0), (60, 1))
    flux = np.ones((60, 100))
    flux[30:, 50:] = 3.0
    flux += 0.01 * np.random.default_rng(0).normal(size=flux.shape)
    return Series.from_points(time, flux, np.full((60, 100), 0.01), np.full((60, 100), "g"))


class Brightest(nn.Module):
    """Embed a curve as the direction of (1, highest flux)."""

    embedding_dim = 2

    def forward(self, time, flux, ivar, band):
        high = torch.where(ivar > 0, flux, -torch.inf).amax(1)
        return torch.stack([torch.ones_like(high), high], dim=1)


def model():
    return Model(Brightest(), methods.Projector(2), lc.Observe([lc.Pack(128)]), bands=("g",))


def test_what_is_seen_by_hand():
    time = [0.0, 1, 2, 5, 9]
    series = Series.from_points(
        np.array([time, time]), np.array([[1.0, 2, 9, 9, 9], [9, 9, 9, 9, 9]]), np.ones((2, 5)), np.full((2, 5), "g")
    )
    series.ivar[6] = 0
    assert (first_days(series, 3).ivar > 0).tolist() == [True, True, True, True, False, True, False, True, False, False]
    assert (first_points(series, 2).ivar > 0).tolist() == [
        True,
        True,
        False,
        False,
        False,
        True,
        False,
        True,
        False,
        False,
    ]
    assert (series.ivar > 0).sum() == 9  # the data are as they were


@pytest.mark.parametrize("by", ["days", "points"])
def test_a_class_that_differs_late_is_told_late(by):
    target = np.array(["flat"] * 30 + ["rise"] * 30)
    rows = early_scores(model(), curves(), target, by=by, cuts=[10, 40, 60, 90])
    assert [row["cut"] for row in rows] == [10, 40, 60, 90] and {row["objects"] for row in rows} == {60}
    scores = [row["balanced_accuracy"] for row in rows]
    assert max(scores[:2]) < 0.75 and min(scores[2:]) == 1.0
    assert all(
        row["balanced_accuracy_low"] <= row["balanced_accuracy"] <= row["balanced_accuracy_high"] for row in rows
    )


class Told(nn.Module):
    """Embed a curve as a column that the table has."""

    embedding_dim, columns = 2, ("power_1",)

    def forward(self, time, flux, ivar, band, values):
        return torch.cat([torch.ones_like(values), torch.nan_to_num(values)], dim=1)


def test_a_column_measured_on_whole_curves_tells_nothing():
    told = [0.0] * 30 + [1.0] * 30
    series = curves().with_columns({f"{name}_{k}": told for name in ("period", "power") for k in (1, 2, 3)})
    own = Model(Told(), methods.Projector(2), lc.Observe([lc.Pack(128)]), bands=("g",))
    assert set(own.embed(series)[:, 1].tolist()) == {0.0, 1.0}  # which the model would read
    rows = early_scores(own, series, np.array(["flat"] * 30 + ["rise"] * 30), cuts=[40])
    assert rows[0]["objects"] == 60 and rows[0]["balanced_accuracy"] < 0.75


def test_the_head_answers_where_it_knows_the_classes():
    known = model()
    known.head = ClassHead(2, ["flat", "rise"])
    with torch.no_grad():
        known.head.linear.weight[:] = torch.tensor([[2.0, -1.0], [-2.0, 1.0]])  # rise if the highest flux is above 2
        known.head.linear.bias[:] = 0.0
    rows = early_scores(known, curves(), np.array(["flat"] * 30 + ["rise"] * 30), cuts=[10, 90])
    head = [row["balanced_accuracy"] for row in rows if row["answer"] == "head of the model"]
    assert head == [0.5, 1.0]
    others = early_scores(known, curves(), np.array(["flat"] * 30 + ["flare"] * 30), cuts=[90])
    assert {row["answer"] for row in others} == {"linear probe"}


def test_the_score_is_scikit_learns(rng):
    true, answers = rng.choice(["a", "b", "c"], 200, p=[0.7, 0.2, 0.1]), rng.choice(["a", "b", "c"], 200)
    found = _resampled(answers, true, 0)
    assert found["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(true, answers))
    assert found["balanced_accuracy_low"] < found["balanced_accuracy"] < found["balanced_accuracy_high"]


def test_a_beginning_in_which_no_period_is_found_is_left_out():
    fold = lc.Observe([lc.Fold("period_1"), lc.Pack(128)])
    folded = Model(Brightest(), methods.Projector(2), fold, bands=("any",))
    stars = datasets.simulated_light_curves(60, nights=60)
    target = np.array(["a", "b"] * 30)
    rows = early_scores(folded, stars, target, by="points", cuts=[2, 60])
    assert {row["cut"] for row in rows} == {60.0} and {row["objects"] for row in rows} == {60}
    with pytest.raises(InputError, match="no usable number, which Fold needs"):
        early_scores(folded, first_points(stars, 2), target, by="points", cuts=[2, 60])


def test_spectra_are_refused(series):
    with pytest.raises(InputError, match="takes light curves"):
        early_scores(model(), series, np.array(["a", "b"] * 20))


def test_the_report_shows_it(tmp_path, monkeypatch):
    stars = curves().with_columns({"class": ["flat"] * 30 + ["rise"] * 30})
    embed(model(), stars, tmp_path / "e.parquet")
    monkeypatch.setattr("clrseries.evaluation.target_sheet.few_label_scores", lambda *_, **__: [])
    summary = evaluate(
        tmp_path / "e.parquet", "class", tmp_path / "r", data=stars, model=model(), splits=1, placed="pca"
    )
    assert {row["by"] for row in summary["early"]} == {"days", "points"}
    assert any("beginning of the light curves alone: balanced accuracy" in line for line in summary["verdict"])
    page = (tmp_path / "r" / "index.html").read_text()
    assert "Balanced accuracy against days since the first detection" in page and "points seen" in page
    assert (tmp_path / "r" / "early.csv").read_text().startswith("answer,by,cut,objects,balanced_accuracy")
    hangs = {row["object"] for row in summary["occlusion"]}
    assert len(hangs) == 2 and {stars.table["class"][stars.object_ids.index(one)].as_py() for one in hangs} == {
        "flat",
        "rise",
    }
    assert page.count('<img src="data:image/png;base64,') == 2 and "What answers hang on" in page
    assert (tmp_path / "r" / "occlusion.csv").read_text().startswith("object,answer,whole,start,stop,change")

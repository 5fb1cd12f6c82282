"""Labels such as Ia/91T are scored on every level: the coarser one sums probabilities."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from clrseries import Model, Series, encoders, evaluate, finetune, load, methods, predict
from clrseries import lightcurves as lc
from clrseries.evaluation import early_scores, few_label_scores, few_label_splits
from clrseries.evaluation.hierarchy import level_scores, levels_of, parent_sums
from clrseries.evaluation.retrieval import unit
from clrseries.io.embeddings import with_embeddings
from clrseries.io.tables import write_table

CLASSES = ["II/IIP", "II/IIn", "Ia/91T", "Ia/norm", "Ib/c"]


def parents(names):
    return np.array([name if name == "Ib/c" else name.split("/")[0] for name in names])


@pytest.mark.parametrize(
    ("classes", "levels"),
    [
        (["Ia", "Ib", "Ib/c"], []),
        (["Ia/91T", "Ia/norm"], []),
        (CLASSES, [("II", "Ia", "Ib/c")]),
        (["Ia", "Ia/91T", "Ia/norm", "II"], [("II", "Ia")]),
        (["c/Ib/n", "c/Ib/x", "c/Ic", "t", "c/II"], [("c", "t"), ("c/II", "c/Ib", "c/Ic", "t")]),
    ],
)
def test_parents_have_two_children(classes, levels):
    assert [level.classes for level in levels_of(classes)] == levels


def test_probabilities_are_summed():
    chances = np.array([[0.3, 0.25, 0.2, 0.2, 0.05], [0.1, 0.1, 0.35, 0.06, 0.39]])
    sums = parent_sums(CLASSES, chances)
    assert list(sums) == ["II", "Ia"]
    np.testing.assert_allclose([sums["II"], sums["Ia"]], [[0.55, 0.2], [0.4, 0.41]])
    found = level_scores(np.log(chances), np.array([1, 3]), CLASSES)["level_1"]
    assert found["accuracy"] == 1.0  # though both types are wrong
    assert found["log_loss"] == pytest.approx(-(np.log(0.55) + np.log(0.41)) / 2)


@pytest.mark.filterwarnings("ignore")
def test_probes_are_scored_on_both_levels_as_by_scikit_learn(rng):
    x = unit(rng.normal(size=(400, 5)) + 0.5)
    kinds = np.array(CLASSES)[np.digitize(x[:, 0] + 0.2 * rng.normal(size=400), [0.1, 0.3, 0.5, 0.7])]
    split = few_label_splits(kinds, labels=[None], seeds=1)[0]
    rows = few_label_scores({"e": x}, kinds, [split], directions=["e"], probes=["linear", "ridge"])
    mean, scale = x[split.train].mean(0), np.sqrt(x[split.train].var(0).mean())
    linear = LogisticRegression(class_weight="balanced", max_iter=200, tol=1e-3)
    model = make_pipeline(FunctionTransformer(lambda a: (a - mean) / scale), linear).fit(
        x[split.train], kinds[split.train]
    )
    chances = model.predict_proba(x[split.test])
    names = np.array(["II", "Ia", "Ib/c"])
    sums = np.stack([chances[:, parents(model.classes_) == name].sum(1) for name in names], axis=1)
    true = parents(kinds[split.test])
    row = next(row for row in rows if row["probe"] == "linear")
    wanted = metrics.balanced_accuracy_score(true, names[sums.argmax(1)])
    assert row["level_1_balanced_accuracy"] == pytest.approx(wanted) and wanted > row["balanced_accuracy"]
    assert row["level_1_log_loss"] == pytest.approx(metrics.log_loss(true, sums, labels=names))
    ridge = next(row for row in rows if row["probe"] == "ridge")
    assert np.isnan(ridge["level_1_log_loss"]) and ridge["level_1_accuracy"] > 0.5


def test_the_report_tells_of_both_levels(tmp_path, rng):
    points = rng.normal(size=(90, 6)).astype(np.float32)
    kinds = np.array(["Ia/91T", "Ia/norm", "II"] * 30)
    points[kinds == "II", 0] += 9
    write_table(with_embeddings(pa.table({"class": kinds}), points), tmp_path / "e.parquet")
    summary = evaluate(tmp_path / "e.parquet", "class", tmp_path / "r", splits=2, placed="pca")
    best = max((r for r in summary["scores"] if r["features"] == "embedding"), key=lambda r: r["level_1_macro_f1"])
    assert best["level_1_macro_f1"] > 0.9 > best["macro_f1"]
    assert "of the coarser classes (level 1)" in summary["verdict"][0]
    assert "level 1 balanced accuracy" in (tmp_path / "r" / "index.html").read_text()
    assert "level_1_macro_f1" in (tmp_path / "r" / "scores.csv").read_text().splitlines()[0]


def test_a_model_answers_on_both_levels_and_early(tmp_path, rng):
    """Two shapes that differ from the start, and two kinds of each that differ by the brightness at the end."""
    time = np.tile(np.arange(0.0, 80, 2), (60, 1))
    kinds = np.array(["rise/faint", "rise/bright", "fall/faint", "fall/bright"] * 15)
    way = np.where(np.char.startswith(kinds, "rise"), 1.0, -1.0)[:, None]
    late = np.where(np.char.endswith(kinds, "bright"), 60.0, 0.0)[:, None] * (time > 60)
    flux = 100 + way * time + late + rng.normal(0, 0.5, time.shape)
    stars = Series.from_points(time, flux, np.ones_like(flux), None, {"class": kinds})
    torch.manual_seed(0)
    encoder = encoders.CurveConv(size="tiny", bands=1, embedding_dim=16)
    model = Model(encoder, methods.Projector(16), lc.Observe([lc.Pack(48), lc.Normalize("object")]), {}, stars.bands)
    metrics_ = finetune(model, stars, tmp_path / "out", target="class", epochs=60, progress=False)
    coarse = metrics_["test"]["level_1"]
    assert coarse["accuracy"] >= metrics_["test"]["accuracy"] and list(coarse["confusion"]) == ["fall", "rise"]
    table = pq.read_table(predict(tmp_path / "out" / "model", stars, tmp_path / "p.parquet"))
    both = [np.array(table[f"p_rise/{kind}"]) for kind in ("faint", "bright")]
    np.testing.assert_allclose(np.array(table["p_rise/*"]), both[0] + both[1], atol=1e-6)
    np.testing.assert_allclose(np.array(table["p_rise/*"]) + np.array(table["p_fall/*"]), 1, atol=1e-5)
    rows = {row["answer"]: row for row in early_scores(load(tmp_path / "out" / "model"), stars, kinds, cuts=[40])}
    assert rows["linear probe, level 1"]["balanced_accuracy"] > 0.9 > rows["linear probe"]["balanced_accuracy"]
    assert rows["head of the model, level 1"]["balanced_accuracy"] >= rows["head of the model"]["balanced_accuracy"]

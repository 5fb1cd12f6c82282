"""Embeddings beside other embeddings of the same objects: who is better, how sure that is, and whose neighbors are shared."""

import json

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from clrseries import InputError, evaluate
from clrseries.evaluation.beside_sheet import beside_sheet, paired_difference
from clrseries.evaluation.embedded_objects import embedded_objects
from clrseries.evaluation.few_labels import EMBEDDING
from clrseries.evaluation.other_embeddings import other_embeddings, short_names
from clrseries.evaluation.target_sheet import target_of
from clrseries.evaluation.verdict import in_words
from clrseries.io.embeddings import with_embeddings
from clrseries.io.tables import write_table
from clrseries.plain_data import strict
from clrseries.report.beside_table import beside_table


def written(path, ids, embeddings, **columns):
    path.parent.mkdir(exist_ok=True)
    table = pa.table({"object_id": ids, **columns} if ids is not None else columns)
    write_table(with_embeddings(table, np.asarray(embeddings, np.float32)), path)
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Embeddings of 240 objects, the same in another order and scale, noise, and embeddings that lack objects."""
    rng = np.random.default_rng(5)
    folder = tmp_path_factory.mktemp("beside")
    kinds = np.arange(240) % 3
    x = np.eye(6)[kinds] + 0.35 * rng.normal(size=(240, 6))
    marked = np.hstack([x, 3.0 * (np.arange(240)[:, None] % 2)])
    ids = [f"SN{k}" for k in range(240)]
    columns = {"class": np.array(["Ia", "Ib", "II"])[kinds].tolist(), "instrument": ["LRIS", "Kast"] * 120}
    written(folder / "x.parquet", ids, x, **columns)
    order = rng.permutation(240)
    written(folder / "same.parquet", [ids[k] for k in order], 4.0 * x[order])
    written(folder / "noise.parquet", ids, rng.normal(size=(240, 4)))
    written(folder / "marked.parquet", ids, marked)
    half = x[:130].copy()
    half[:10] = np.nan  # null in the file
    written(folder / "half.parquet", ids[:130], half)
    return folder


@pytest.fixture(scope="module")
def summary(place):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clrseries.evaluation.few_labels.class_probes", few_probes)
        others = [place / f"{name}.parquet" for name in ("same", "noise", "marked", "half")]
        return evaluate(place / "x.parquet", "class", place / "r", beside=others, splits=5, placed="pca")


def few_probes(directions):
    """Without the network, which takes most of the time."""
    from clrseries.evaluation.probe_models import class_probes

    return class_probes(directions) | {"mlp": class_probes(directions)["ridge"]}


def test_embeddings_beside_themselves_are_as_good(summary):
    one, shared = summary["beside"]["same"], summary["overlap"]["same"]
    assert shared["overlap"] == 1.0 and shared["chance"] == pytest.approx(10 / 239)
    better = one["better"]
    assert better["difference"] == better["scatter"] == 0.0 and better["p_value"] == 1.0 and better["splits"] == 5
    assert better["score"] == better["other_score"] > 0.8 and better["labels"] == 168
    own = [row for row in summary["scores"] if row["features"] == EMBEDDING and row["probe"] == "linear"][-1]
    assert better["score"] == pytest.approx(own["balanced_accuracy"])  # the splits are those of the curves
    assert one["missing"] == 0 and one["nuisance"]["instrument"] == {
        key: value for key, value in summary["nuisance"]["instrument"].items() if key != "fixed"
    }
    rows = {(row["features"], row["probe"], row["labels"]): row for row in summary["scores"]}
    for (features, probe, labels), row in rows.items():
        if features == EMBEDDING:
            assert {**rows["same", probe, labels], "features": EMBEDDING} == row


def test_noise_is_worse_and_that_is_sure(summary):
    better, shared = summary["beside"]["noise"]["better"], summary["overlap"]["noise"]
    assert better["difference"] == pytest.approx(better["score"] - better["other_score"]) and better["p_value"] < 0.01
    assert better["difference"] > 0.3 and shared["overlap"] == pytest.approx(10 / 239, abs=0.02)
    words = " ".join(summary["verdict"])
    assert "Better than noise: balanced accuracy 0." in words and "No clear difference from same: " in words
    assert "the best baseline" not in words


def test_what_the_other_tells_of_the_instrument(summary):
    own, marked = summary["nuisance"]["instrument"], summary["beside"]["marked"]["nuisance"]["instrument"]
    assert own["verdict"] == "not better than chance" and marked["score"] > 0.99
    assert any("From marked: can be predicted (1.00)." in line for line in summary["verdict"])


def test_objects_that_the_other_lacks_are_counted(summary):
    one = summary["beside"]["half"]
    assert (one["objects"], one["missing"], summary["overlap"]["half"]["objects"]) == (120, 120, 120)
    assert summary["overlap"]["half"]["overlap"] == 1.0
    assert one["better"]["difference"] == 0 and one["better"]["labels"] == 84  # compared where both are
    assert any(line.startswith("No clear difference from half") and "both have" in line for line in summary["verdict"])
    most = {row["features"]: row for row in summary["scores"] if row["probe"] == "linear" and row["labels"] == 168}
    assert most["half"]["balanced_accuracy"] < most["same"]["balanced_accuracy"] - 0.1  # the curves are of all objects
    assert any("120 of 240 objects have no embedding in" in note and "half" in note for note in summary["notes"])


def test_the_page_and_the_numbers_tell_it(summary, place):
    page = (place / "r" / "index.html").read_text()
    assert "Other embeddings" in page and "--beside" in page and "half.parquet" in page
    assert json.loads((place / "r" / "summary.json").read_text()) == summary


def test_without_a_target_there_are_still_neighbors_and_nuisance(place):
    found = evaluate(
        place / "x.parquet", output=place / "bare", beside=str(place / "marked.parquet"), splits=1, placed="pca"
    )
    assert "better" not in found["beside"]["marked"] and 0.04 < found["overlap"]["marked"]["overlap"] < 1
    assert "Other embeddings" in (place / "bare" / "index.html").read_text()


def test_a_single_split_tells_nothing(summary):
    one = summary["beside"]["noise"]
    found = strict(paired_difference([0.9], [0.5]))
    assert found == {"difference": pytest.approx(0.4), "scatter": None, "p_value": None}
    words = in_words(summary | {"beside": {"noise": one | {"better": one["better"] | found}}})
    assert any("Beside noise: balanced accuracy" in line and "one split does not tell" in line for line in words)


def test_the_difference_is_the_corrected_t_test(rng):
    first, second = rng.normal(0.8, 0.02, 10), rng.normal(0.79, 0.02, 10)
    found, apart = paired_difference(first, second), first - second
    assert found["difference"] == pytest.approx(apart.mean()) and found["scatter"] == pytest.approx(apart.std(ddof=1))
    plain = stats.ttest_1samp(apart, 0)
    corrected = plain.statistic * np.sqrt(0.1 / (0.1 + 0.3 / 0.7))
    assert found["p_value"] == pytest.approx(2 * stats.t.sf(abs(corrected), 9)) and found["p_value"] > plain.pvalue


def test_rows_of_one_object_are_matched_in_their_order(tmp_path):
    table, own = pa.table({"object_id": ["a", "b", "a", "c"]}), np.ones((4, 2))
    other = written(tmp_path / "o.parquet", ["a", "a", "b"], [[1, 0], [0, 2], [3, 4]])
    found = other_embeddings([other], own, table, "e.parquet")["o"].points
    assert found[:3] == pytest.approx(np.array([[1, 0], [0.6, 0.8], [0, 1]]), abs=1e-6) and np.isnan(found[3]).all()


def test_splits_without_a_score_do_not_count(tmp_path, rng):
    """R2 is not defined where all scored values are the same."""
    ids, values = [f"o{k}" for k in range(40)], np.where(np.arange(40) < 37, 0.0, 1.0)
    x, table = rng.normal(size=(40, 3)).astype(np.float32), pa.table({"object_id": ids, "v": values})
    files = [written(tmp_path / "all.parquet", ids, x), written(tmp_path / "zeros.parquet", ids[:30], x[:30])]
    objects = embedded_objects(x, table, "x", others=other_embeddings(files, x, table, "x"))
    found = beside_sheet(objects, (), target_of(objects, "v", "values"), splits=10)
    assert "better" not in found["zeros"]
    better = found["all"]["better"]
    assert 2 <= better["splits"] < 10 and np.isfinite(better["score"]) and better["p_value"] == 1.0


def test_an_infinite_number_is_no_embedding(tmp_path):
    ids, numbers = ["a", "b", "c"], [[1.0, 0.0], [np.inf, 1.0], [0.0, 2.0]]
    write_table(pa.table({"object_id": ids, "embedding": numbers}), tmp_path / "o.parquet")
    found = other_embeddings([tmp_path / "o.parquet"], np.eye(3), pa.table({"object_id": ids}), "e.parquet")["o"]
    assert np.isnan(found.points).all(axis=1).tolist() == [False, True, False]


def test_a_file_may_be_called_like_a_heading():
    other = {"embeddings": "nuisance.parquet", "dimensions": 2, "objects": 3, "missing": 0, "retrieval": {}}
    own = {"snr": {"score": 0.5, "score_name": "r2", "chance": 0.0}}
    page = beside_table(
        {"beside": {"nuisance": other | {"nuisance": {"snr": {"score": 0.25}}}}, "overlap": {}, "nuisance": own, "retrieval": {}}
    )  # fmt: skip
    assert "<td>snr, R2 (chance 0.00)</td><td>0.500</td><td>0.250</td>" in page


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["b/e.parquet", "c/e.parquet"], ["b/e", "c/e"]), (["b/e.parquet", "c/f"], ["e", "f"]), (["b/embedding.parquet"], ["b/embedding"]),
        (["/b/e.parquet", "/b/e"], ["/b/e.parquet", "/b/e"]),
    ],
)  # fmt: skip
def test_names_are_short_and_distinct(paths, names):
    assert short_names(paths) == names


def test_what_cannot_be_compared_is_told(place, tmp_path):
    strange = written(tmp_path / "strange.parquet", ["A", "B", "C"], np.eye(3))
    lost = written(tmp_path / "lost.parquet", ["A", "B", "SN1"], [[1, 0], [0, 1], [np.nan, 1]])
    nameless = written(tmp_path / "nameless.parquet", None, np.eye(3), flag=[1, 2, 3])
    own = place / "x.parquet"
    for beside, message in (
        ([strange], r"strange\.parquet has no embedding of an object of .*x\.parquet: their object_id are 'A', .* and 'SN0'"),
        ([lost], r"lost\.parquet has no embedding of an object of .*x\.parquet"),
        ([nameless], r"nameless\.parquet, column 'object_id': is missing"),
        ([place / "noise.parquet"] * 2, "noise.parquet is given twice"),
        (["none.parquet"], "none.parquet"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=message):
            evaluate(own, "class", tmp_path / "r", beside=beside)
    with pytest.raises(InputError, match=r"nameless\.parquet, column 'object_id'"):
        evaluate(nameless, output=tmp_path / "r", beside=own)
    assert not (tmp_path / "r").exists()

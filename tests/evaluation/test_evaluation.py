import json

import numpy as np
import pyarrow as pa
import pytest

from clrseries import InputError, evaluate
from clrseries.evaluation import probe_classes, probe_values, retrieve
from clrseries.evaluation.retrieval import centered, unit
from clrseries.evaluation.spectrum_baselines import continuum_pixels, median_pixels, pca, shifted_retrieval
from clrseries.io.tables import write_table


def test_retrieval_by_hand():
    gallery = np.array([[1.0, 0], [0, 1], [1, 1], [-1, 0]])
    result = retrieve(np.array([[2.0, 0.1], [0.1, 3], [1, 0]]), gallery, np.array([0, 0, 3]))
    assert result.ranks.tolist() == [1, 3, 4]
    assert result.summary() == {"top1": 1 / 3, "top5": 1.0, "median_rank": 3.0, "queries": 3}


def test_a_representation_that_says_nothing_is_not_rewarded():
    assert retrieve(np.ones((5, 3)), np.ones((50, 3)), np.arange(5)).top(1) == 0


def test_centring_removes_what_an_instrument_adds(rng):
    truth = rng.normal(size=(40, 6))
    shifted = truth + 20 * rng.normal(size=6)
    assert retrieve(shifted, truth, np.arange(40)).top(1) < 0.2
    assert retrieve(centered(shifted), centered(truth), np.arange(40)).top(1) == 1


def test_shifts_are_searched(rng):
    gallery = rng.normal(size=(30, 200)).astype(np.float32)
    moved = np.roll(gallery, 3, axis=1)
    assert shifted_retrieval(moved, gallery, np.arange(30), reach=4).top(1) == 1
    assert shifted_retrieval(moved, gallery, np.arange(30), reach=2).top(1) < 0.3


def test_probes_find_what_is_linear_and_nothing_in_noise(rng):
    x = rng.normal(size=(400, 8))
    y = x @ rng.normal(size=8)
    rows = probe_values(x, np.where(np.arange(400) < 5, np.nan, y))
    assert [r["labels"] for r in rows] == [20, 100, 277]
    assert rows[-1]["ridge_r2"] > 0.999 and rows[0]["ridge_r2"] < rows[-1]["ridge_r2"]
    assert probe_values(x, rng.normal(size=400))[-1]["ridge_r2"] < 0.1
    kinds = np.where(y > 0, "up", "down").tolist()
    kinds[0] = None
    rows = probe_classes(x, kinds)
    assert rows[-1]["linear"] > 0.93 and rows[0]["linear"] < rows[-1]["linear"]
    assert abs(probe_classes(x, rng.permutation([*kinds[1:], "up"]).tolist())[-1]["linear"] - 0.5) < 0.1


def test_pixels_and_components(series, grid):
    for make in (median_pixels, continuum_pixels):
        pixels = make(series, grid)
        assert pixels.shape == (40, len(grid)) and np.isfinite(pixels).all()
    assert [p.shape for p in pca(pixels, pixels[:3], size=5)] == [(40, 5), (3, 5)]


@pytest.fixture
def embedded(tmp_path, rng):
    features = rng.normal(size=(300, 4)).astype(np.float32)
    table = pa.table(
        {
            "object_id": [str(i) for i in range(300)],
            "kind": ["a" if f > 0 else "b" for f in features[:, 0]],
            "value": unit(features)[:, 1].astype(float),  # of the direction, which is what is probed
            "one": ["same"] * 300,
            "rare": [1.0] * 3 + [None] * 297,
            "embedding": pa.FixedSizeListArray.from_arrays(features.ravel(), 4),
        }
    )
    write_table(table, tmp_path / "e.parquet")
    return tmp_path / "e.parquet"


@pytest.mark.filterwarnings("ignore")  # umap's own
@pytest.mark.parametrize(("target", "score"), [("kind", "balanced_accuracy"), ("value", "r2")])
def test_evaluate_writes_a_page_that_needs_no_network(embedded, tmp_path, target, score):
    summary = evaluate(embedded, target, tmp_path / "report", splits=3)
    row = [r for r in summary["scores"] if r["features"] == "embedding" and r["probe"] in ("linear", "ridge")][-1]
    assert row[score] > 0.9 and row["labels"] == 210
    assert json.loads((tmp_path / "report" / "summary.json").read_text()) == summary
    page = (tmp_path / "report" / "index.html").read_text()
    assert "clrseries evaluate" in page and '<script src="http' not in page and '<link href="http' not in page
    with pytest.raises(InputError, match="exists already"):
        evaluate(embedded, target, tmp_path / "report")


@pytest.mark.parametrize(
    ("target", "message"),
    [("none", "column 'none': is missing"), ("one", "single class"), ("rare", "has 3 labeled objects")],
)
def test_evaluate_refuses(embedded, tmp_path, target, message):
    with pytest.raises(InputError, match=message):
        evaluate(embedded, target, tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_evaluate_wants_embeddings(tmp_path):
    write_table(pa.table({"object_id": ["a"]}), tmp_path / "x.parquet")
    with pytest.raises(InputError, match="column 'embedding': is missing"):
        evaluate(tmp_path / "x.parquet", "kind", tmp_path / "r")

"""What to label next: better than labels at random, and the draw is that of k-means++ on the gradients."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score

from clrseries import InputError, evaluate
from clrseries.evaluation import next_labels
from clrseries.evaluation.next_labels import _far_apart
from clrseries.evaluation.retrieval import unit
from clrseries.io.embeddings import with_embeddings
from clrseries.io.tables import write_table


def clusters(rng, sizes=(400, 400, 40, 40, 30)):
    """Five classes, three of them rare."""
    centers = rng.normal(size=(len(sizes), 16))
    kinds = np.repeat(np.arange(len(sizes)), sizes)
    return unit(centers[kinds] + 0.5 * rng.normal(size=(len(kinds), 16))), np.array([f"c{k}" for k in kinds])


def test_it_beats_labels_at_random(rng):
    x, y = clusters(rng)

    def score(labeled, test):
        return balanced_accuracy_score(y[test], LogisticRegression(C=10).fit(x[labeled], y[labeled]).predict(x[test]))

    chosen, drawn = [], []
    for seed in range(8):
        order = np.random.default_rng(seed).permutation(len(y))
        test, labeled, rest = order[:300], order[300:315], order[315:]
        found = next_labels(x, y[labeled], labeled, rest, count=20, seed=seed)
        assert len(set(found.rows.tolist())) == 20 and set(found.rows) <= set(rest)
        chosen.append(score(np.concatenate([labeled, found.rows]), test))
        drawn.append(score(np.concatenate([labeled, rest[:20]]), test))
    assert np.mean(chosen) > np.mean(drawn) + 0.05


def test_distances_are_those_of_the_gradients(rng):
    """Gradients of the cross entropy of a linear layer, formed by hand; the draws are those of k-means++ on them."""
    chances = rng.dirichlet(np.ones(3), 40)
    error, x = chances - np.eye(3)[chances.argmax(1)], rng.normal(size=(40, 5))
    gradients = (error[:, :, None] * np.hstack([x, np.ones((40, 1))])[:, None, :]).reshape(40, -1)
    draw, wanted = np.random.default_rng(7), [int(np.linalg.norm(gradients, axis=1).argmax())]
    apart = np.square(gradients).sum(1)  # the first draw also shuns what the probe is sure about
    while len(wanted) < 10:
        apart = np.minimum(apart, np.square(gradients - gradients[wanted[-1]]).sum(1))
        apart[wanted] = 0
        wanted.append(int(draw.choice(40, p=apart / apart.sum())))
    assert _far_apart(error, x, 10, 7).tolist() == wanted


def test_values_go_farthest_first(rng):
    x = unit(rng.normal(size=(50, 4)))
    found = next_labels(x, np.array([0.0, 1.0]), np.array([3, 8]), np.setdiff1d(np.arange(50), [3, 8]), count=48)
    near = [3, 8]
    for row, apart in zip(found.rows.tolist(), found.uncertainty.tolist(), strict=True):
        distance = np.linalg.norm(x[:, None] - x[near], axis=2).min(1)
        assert distance.max() == pytest.approx(distance[row], abs=1e-6) == pytest.approx(apart, abs=1e-6)
        near.append(row)
    assert sorted(near) == list(range(50)) and np.isnan(found.predicted).all()


def test_objects_are_chosen_once_and_never_if_they_have_a_label(rng):
    x, groups = rng.normal(size=(30, 4)), np.repeat(np.arange(10), 3)
    found = next_labels(x, np.array(["a", "b"]), np.array([0, 3]), np.arange(4, 30), groups)
    assert sorted(groups[found.rows].tolist()) == list(range(2, 10))
    assert ((found.uncertainty >= 0) & (found.uncertainty <= 1)).all()
    with pytest.raises(InputError, match="two classes"):
        next_labels(x, np.array(["a", "a"]), np.array([0, 3]), np.arange(4, 30))
    assert len(next_labels(x, np.array(["a", "b"]), np.array([0, 3]), np.arange(0)).rows) == 0


@pytest.mark.parametrize("target", ["class", "value"])
def test_the_report_lists_them(rng, tmp_path, monkeypatch, target):
    x, y = clusters(rng, (30, 30, 10))
    known = np.arange(70) % 2 == 0
    table = pa.table({
        "object_id": [f"s{k}" for k in range(70)], "class": np.where(known, y, "").tolist(), "value": np.where(known, x[:, 0], np.nan),
    })  # fmt: skip
    write_table(with_embeddings(table, x.astype(np.float32)), tmp_path / "e.parquet")
    monkeypatch.setattr("clrseries.evaluation.target_sheet.few_label_scores", lambda *_, **__: [])
    summary = evaluate(tmp_path / "e.parquet", target, tmp_path / "r", splits=1, placed="pca")
    assert len(summary["next_labels"]) == 25 and all(int(one["object"][1:]) % 2 for one in summary["next_labels"])
    assert "What to label next" in (tmp_path / "r" / "index.html").read_text()
    assert (tmp_path / "r" / "next_labels.csv").read_text().startswith("object,row,predicted,uncertainty\ns")

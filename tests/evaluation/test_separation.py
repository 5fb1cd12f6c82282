"""What a target explains of the embeddings, objects of other classes put among the largest, and searches, against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, silhouette_score

from clrseries.evaluation import anomaly_scores, separation, variance_explained
from clrseries.evaluation.geometry import collapse
from clrseries.evaluation.injected_classes import injected_sheet
from clrseries.evaluation.retrieval import unit
from clrseries.evaluation.search_sheet import search_sheet
from clrseries.evaluation.sheets import shape
from clrseries.evaluation.splits import repeated_rows
from clrseries.evaluation.verdict import in_words


def test_the_silhouette_is_scikit_learns_and_values_have_none(rng):
    kinds = rng.integers(0, 3, 200)
    x = np.eye(5)[kinds] * 3 + rng.normal(size=(200, 5))
    names = np.array(["Ia", "Ib", "II"])[kinds]
    found = separation(x * rng.uniform(1, 9, (200, 1)), names)  # lengths do not matter
    assert found["silhouette"] == pytest.approx(silhouette_score(unit(x), kinds, metric="cosine"))
    assert found["variance"] == pytest.approx(variance_explained(x, names)) and found["variance"] > 0.3
    shuffled = separation(x, rng.permutation(names))
    assert abs(shuffled["silhouette"]) < 0.05 and abs(shuffled["variance"]) < 0.05
    assert separation(x, x[:, 0]).keys() == {"variance"}
    assert separation(x, np.full(200, "Ia")).keys() == {"variance"}


def test_a_class_that_lies_apart_is_found_and_one_that_does_not_is_not(rng):
    x = np.eye(6)[0] + 0.1 * rng.normal(size=(130, 6))
    names = np.array(["Ia"] * 100 + ["odd"] * 15 + ["same"] * 15)
    x[100:115] = -np.eye(6)[3] + 0.1 * rng.normal(size=(15, 6))
    odd, same = injected_sheet(x, names, np.arange(130))
    assert (
        (odd["injected"], odd["among"], odd["objects"]) == ("odd", "Ia", 5)
        and odd["forest"] > 0.99
        and odd["knn"] > 0.9
    )
    assert same["injected"] == "same" and 0.2 < same["forest"] < 0.8
    rows = np.arange(105)  # five of a hundred: all are put in, in every draw
    area = roc_auc_score(names[rows] == "odd", anomaly_scores(x[rows], "mahalanobis"))
    assert injected_sheet(x[rows], names[rows], rows)[0]["mahalanobis"] == pytest.approx(area)
    assert not injected_sheet(x[85:115], names[85:115], np.arange(30))  # fifteen are too few


def test_rows_of_one_object_are_one_object_among_others(rng):
    x = np.eye(6)[0] + 0.1 * rng.normal(size=(60, 6))
    names = np.array(["Ia"] * 40 + ["II"] * 20)
    (found,) = injected_sheet(x, names, np.r_[np.arange(40), np.full(20, 99)])
    assert found["objects"] == 1


def test_alignment_is_the_mean_squared_distance_of_two_rows_of_an_object(rng):
    groups = np.array([0, 1, 0, 2, 0, 2])
    x = rng.normal(size=(6, 4))
    y = unit(x)
    by_hand = np.mean([np.square(y[0] - y[2]).sum(), np.square(y[3] - y[5]).sum()])
    assert shape(x, groups)[0]["alignment"] == pytest.approx(by_hand)
    assert "alignment" not in shape(x, np.arange(6))[0] and not len(repeated_rows(np.arange(6))[0])


def test_searches_are_brute_force_without_the_row_itself(rng):
    x = unit(rng.normal(size=(40, 5)))
    rows = search_sheet(x, [f"s{k}" for k in range(40)])
    assert len(rows) == 10
    for one in rows:
        cosine = x @ x[one["row"]]
        cosine[one["row"]] = -2
        assert one["neighbor_rows"] == np.argsort(-cosine)[:5].tolist() and one["neighbors"][0] == f"s{cosine.argmax()}"
        assert one["cosines"] == pytest.approx(np.sort(cosine)[::-1][:5], abs=1e-5)
    assert len(search_sheet(x[:3], list("abc"))[0]["neighbors"]) == 2


def test_all_zeros_are_a_collapse_without_words_about_hubs():
    assert collapse(np.zeros((30, 8))).startswith("collapse: all 30 objects")
    words = in_words({"collapse": "collapse", "geometry": {"rank": 1.0, "hubness": 9.0}, "objects": 3, "dimensions": 2})
    assert not any("hubness" in line for line in words)
    assert any("hubness 9" in line for line in in_words({"geometry": {"hubness": 9.0}, "objects": 3, "dimensions": 2}))

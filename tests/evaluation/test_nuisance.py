"""What an embedding still tells of the instrument: against scikit-learn's permutation test, by hand, and on what is built in."""

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import permutation_test_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from clrseries.evaluation import duplicates, few_label_splits, leaks, predictability, retrieve_across
from clrseries.evaluation.leaks import Duplicates
from clrseries.evaluation.nuisance import _parts, _permuted, variance_explained
from clrseries.evaluation.retrieval import unit


@pytest.mark.filterwarnings("ignore")
def test_the_permutation_test_is_that_of_scikit_learn(rng):
    x = rng.normal(size=(150, 4))
    kinds = np.where(x[:, 0] + 2.5 * rng.normal(size=150) > 0, "LRIS", "Kast")
    found = predictability(x, kinds, permutations=99)
    directions = unit(x)
    pairs = [(split.train, split.test) for split in few_label_splits(kinds, labels=[None], seeds=3)]
    scale = np.sqrt(directions.var(0).mean())
    peer = make_pipeline(FunctionTransformer(lambda a: a / scale), RidgeClassifier(class_weight="balanced"))
    score, null, p_value = permutation_test_score(
        peer, directions, kinds, cv=pairs, n_permutations=99, scoring="balanced_accuracy", random_state=1
    )
    assert found["model"] == "ridge" and found["score"] == pytest.approx(score, abs=0.01)
    assert 0.5 - 0.02 < null.mean() < found["chance"] < 0.58  # ours is of the better of two models
    assert p_value - 0.05 < found["p_value"] < 2 * p_value + 0.12  # the better of two: at most twice, but for scatter


def test_what_is_built_in_is_found_and_noise_is_not(rng):
    x = rng.normal(size=(400, 6))
    survey = rng.permutation(np.array(["DESI", "SDSS", "WEAVE"])[np.arange(400) % 3])
    none = predictability(x, survey, permutations=39)
    assert none["p_value"] > 0.05 and none["verdict"] == "not better than chance" and abs(none["variance"]) < 0.01
    moved = x + 3 * (survey == "DESI")[:, None]
    some = predictability(moved, survey, permutations=39)
    assert some["p_value"] == 1 / 40 and some["verdict"] == "can be predicted" and some["variance"] > 0.2
    snr = predictability(x, unit(x)[:, 1] * 10, permutations=19)
    assert snr["score_name"] == "r2" and snr["score"] > 0.9 and snr["p_value"] == 0.05
    assert abs(predictability(x, rng.normal(size=400), permutations=19)["score"]) < 0.2


@pytest.mark.slow
def test_p_values_are_uniform_where_there_is_nothing(rng):
    values = [
        predictability(rng.normal(size=(40, 3)), np.array(["a", "b"] * 20), seeds=1, permutations=19)["p_value"]
        for _ in range(40)
    ]
    assert 0.35 < np.mean(values) < 0.75 and np.mean(np.array(values) <= 0.1) < 0.25


def test_a_column_of_objects_is_permuted_by_object(rng):
    """Six rows an object and two surveys, unrelated: rows permuted one by one would make this look certain."""
    objects = np.repeat(np.arange(30), 6)
    x = rng.normal(size=(30, 5))[objects] + 0.05 * rng.normal(size=(180, 5))
    p = [
        predictability(x, rng.permutation(np.array(["a", "b"] * 15))[objects], objects, permutations=19, seed=s)[
            "p_value"
        ]
        for s in range(6)
    ]
    assert np.median(p) > 0.1


def test_what_follows_from_the_target_alone_is_chance_with_it_held_fixed(rng):
    """Kast saw mostly supernovae Ia and LRIS mostly II. One embedding has the class alone, another the instrument too."""
    kinds = rng.permutation(np.array(["Ia", "II"] * 150))
    instrument = np.where(rng.random(300) < np.where(kinds == "Ia", 0.85, 0.15), "Kast", "LRIS")
    clean = 0.3 * rng.normal(size=(300, 5)) + 2 * np.eye(5)[(kinds == "Ia").astype(int)]
    plain, fixed = (predictability(clean, instrument, held=held, permutations=39) for held in (None, kinds))
    assert plain["p_value"] == 1 / 40 and plain["excess"] > 0.5
    assert fixed["score"] == plain["score"] and fixed["p_value"] > 0.05 and abs(fixed["score"] - fixed["chance"]) < 0.06
    marked = predictability(
        clean + 0.8 * np.eye(5)[3] * (instrument == "Kast")[:, None], instrument, held=kinds, permutations=39
    )
    assert marked["p_value"] == 1 / 40 and marked["verdict"] == "can be predicted"
    redshift = rng.uniform(size=300)
    seen = np.where(rng.random(300) < redshift**2, "far", "near")
    x = np.stack([np.cos(redshift), np.sin(redshift)], axis=1) + 0.01 * rng.normal(size=(300, 2))
    assert predictability(x, seen, permutations=19)["p_value"] == 0.05
    assert predictability(x, seen, held=redshift, permutations=19)["p_value"] > 0.05


def test_a_column_is_permuted_within_parts_and_objects_stay_together(rng):
    groups = np.repeat(np.arange(20), 3)
    parts, y = (groups % 4).astype(int), np.array([f"k{g % 7}" for g in groups])
    mixed = _permuted(y, groups, parts, rng)
    assert (mixed != y).any() and all(len(set(mixed[groups == g])) == 1 for g in range(20))
    for part in range(4):
        assert sorted(mixed[parts == part]) == sorted(y[parts == part])
    by_row = _permuted(np.arange(60), groups, parts, rng)
    assert all(sorted(by_row[parts == p]) == np.flatnonzero(parts == p).tolist() for p in range(4))
    assert np.bincount(_parts(rng.normal(size=105))).tolist() == [11, 10] * 5


def test_variance_explained_by_hand(rng):
    x = unit(np.array([[1.0, 0.1], [1, -0.1], [-1, 0.1], [-1, -0.1]] * 10))
    kinds = np.array(["e", "e", "w", "w"] * 10)
    between = np.square(x[:, 0].mean() - np.array([x[kinds == k, 0].mean() for k in kinds])).sum()
    total = np.square(x - x.mean(0)).sum()
    assert variance_explained(x, kinds) == pytest.approx(1 - (1 - between / total) * 39 / 38)


def test_retrieval_across_instruments_by_hand():
    features = np.array([[1, 0], [0, 1], [1, 0.1], [0.9, 0.2], [-1, 0], [0.1, 1]], float)
    objects = np.array([0, 1, 0, 2, 2, 1])
    instruments = np.array(["A", "A", "B", "B", "A", "B"])
    found = retrieve_across(features, objects, instruments)
    # 0 -> 2 first; 1 -> 5 first; 2 -> 0 first; 3 (0.98 to 0, 0.22 to 1, -0.98 to 4): third; 4: 2, 3, 5 by -0.995, -0.976, -0.1: second
    # 5 -> 1 first
    assert found["queries"] == 6 and found["top1"] == 4 / 6 and found["candidates"] == 3
    assert found["mrr"] == pytest.approx((4 + 1 / 3 + 1 / 2) / 6) and found["median_rank"] == 1
    assert found["chance_top1"] == pytest.approx(1 / 3)
    assert found["chance_mrr"] == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)


def test_chance_of_several_counterparts_as_simulated(rng):
    from clrseries.evaluation.across import _chance

    ranks = [1 + np.sort(rng.permutation(12)[:3])[0] for _ in range(20000)]
    assert _chance(3, 12) == pytest.approx(np.mean(1 / np.array(ranks)), abs=0.01)


def test_nothing_to_retrieve():
    assert retrieve_across(np.eye(3), np.arange(3), np.array(["A", "B", "A"])) == {"queries": 0}
    assert retrieve_across(np.ones((4, 2)), np.array([0, 0, 1, 1]), np.array(["A", "B"] * 2))["top1"] == 0  # collapsed


def test_duplicates_are_all_pairs(rng):
    x = rng.normal(size=(2100, 8))
    x[5], x[2050] = 1.0001 * x[1999], x[7]
    names = np.arange(2100)
    found = duplicates(x, names)
    assert {(5, 1999), (7, 2050)} == set(zip(found.first.tolist(), found.second.tolist(), strict=True))
    assert found.telling and found.count == 2 and found.cosine == pytest.approx([1, 1])
    names[1999] = 5
    assert duplicates(x, names).count == 1
    u = unit(x)
    cosine = u @ u.T - 2 * np.eye(2100)
    assert duplicates(x, threshold=0.9).count == (cosine > 0.9).sum() // 2
    assert not duplicates(np.ones((50, 3))).telling
    rows = np.array([7, 3, 2050, 5])
    some = duplicates(x, np.arange(2100)).among(rows)
    assert (some.first.tolist(), some.second.tolist(), some.count) == ([0], [2], 1)


def test_leaks_of_a_split_by_row(rng):
    objects = np.repeat(np.arange(30), 2)
    kinds = np.array(["a", "b"] * 15)[objects]
    x = rng.normal(size=(60, 8))
    x[11] = x[40]
    twice = duplicates(x, objects)
    by_row, by_object = (few_label_splits(kinds, g, labels=[None], seeds=20) for g in (None, objects))
    assert leaks(by_object, objects, twice)["shared_objects"] == 0
    assert leaks(by_row, objects, twice)["shared_objects"] > 0.4
    assert leaks(by_row, objects, twice)["near_duplicates"] > 0
    nothing = Duplicates(*(np.empty(0, int),) * 2, np.empty(0), 0, 0.999, 0.0)
    assert leaks(by_row, objects, nothing)["near_duplicates"] == 0

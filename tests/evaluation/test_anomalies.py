"""Anomalies and suspected labels against scikit-learn and what was put in."""

import numpy as np
import pytest
from sklearn.covariance import LedoitWolf
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

from clrseries import InputError
from clrseries.evaluation import anomalies, anomaly_scores, injected_auc, suspected_mislabels
from clrseries.evaluation.anomalies import METHODS, nearest
from clrseries.evaluation.retrieval import unit


@pytest.fixture
def strange(rng):
    """300 directions near one of three, and ten elsewhere."""
    x = np.eye(8)[rng.integers(0, 3, 310)] + 0.15 * rng.normal(size=(310, 8))
    x[300:] = -np.eye(8)[rng.integers(3, 8, 10)] + 0.15 * rng.normal(size=(10, 8))
    return x, np.arange(310) >= 300


def test_scores_are_those_of_scikit_learn(strange):
    x = unit(strange[0])
    apart = NearestNeighbors(n_neighbors=11).fit(x).kneighbors(x)[0][:, 1:].mean(1)
    assert anomaly_scores(strange[0], "knn") == pytest.approx(apart, abs=2e-3)
    fitted = LedoitWolf().fit(x)
    by_hand = np.einsum("nd,de,ne->n", x - x.mean(0), np.linalg.inv(fitted.covariance_), x - x.mean(0)) ** 0.5
    assert anomaly_scores(strange[0], "mahalanobis") == pytest.approx(by_hand)
    forest = -IsolationForest(n_estimators=200, random_state=3).fit(x).score_samples(x)
    assert anomaly_scores(strange[0], "forest", seed=3) == pytest.approx(forest)


@pytest.mark.parametrize("method", METHODS)
def test_what_was_injected_is_found(strange, method):
    x, injected = strange
    auc = injected_auc(x, injected, method)
    assert auc == pytest.approx(roc_auc_score(injected, anomaly_scores(x, method))) and auc > 0.95


def test_the_list_is_ranked_with_normal_neighbors_beside_it(strange, rng):
    x, injected = strange
    found = anomalies(x, count=10)
    assert injected[found.rows].mean() >= 0.9 and (np.diff(found.score) <= 0).all() and set(found.each) == set(METHODS)
    assert found.neighbors.shape == (10, 3) and not injected[found.neighbors].any()
    u = unit(x)
    assert (
        u[found.rows[0]] @ u[found.neighbors[0]].T == np.sort(u[found.rows[0]] @ u[found.neighbors[0]].T)[::-1]
    ).all()
    with pytest.raises(InputError, match="at least 3"):
        anomaly_scores(x[:2])


def test_an_object_that_was_observed_often_does_not_hide_behind_itself(strange, rng):
    x = strange[0]
    often = x[305] + 0.01 * rng.normal(size=(20, 8))
    x, objects = np.concatenate([x, often]), np.concatenate([np.arange(310), np.full(20, 305)])
    hidden, found = anomaly_scores(x), anomaly_scores(x, objects=objects)
    assert hidden[305] < np.median(hidden) and found[305] > np.quantile(found[:300], 0.99)
    # by hand: the ten nearest rows of other objects
    u = unit(x)
    apart = np.sort(
        np.linalg.norm(u[:305] - u[305], axis=1).tolist() + np.linalg.norm(u[306:310] - u[305], axis=1).tolist()
    )
    assert found[305] == pytest.approx(apart[:10].mean(), abs=1e-4)
    listed = anomalies(x, count=40, objects=objects)
    assert (objects[listed.neighbors] != objects[listed.rows][:, None]).all()
    with pytest.raises(InputError, match="all rows are of one"):
        anomaly_scores(x, objects=np.zeros(len(x), int))


def test_nearest_is_brute_force(rng):
    x = unit(rng.normal(size=(2300, 5)))
    itself = np.arange(len(x))
    distance, rows = nearest(x, x, 4, apart=(itself, itself))
    peer = NearestNeighbors(n_neighbors=5, algorithm="kd_tree").fit(x).kneighbors(x)
    assert (rows == peer[1][:, 1:]).mean() > 0.999 and distance == pytest.approx(peer[0][:, 1:], abs=2e-3)


@pytest.mark.filterwarnings("ignore")
def test_labels_that_were_exchanged_are_suspected(rng):
    kinds = rng.integers(0, 3, 300)
    x = np.eye(6)[kinds] + 0.2 * rng.normal(size=(300, 6))
    names = np.array(["Ia", "Ib", "II"])
    given = names[kinds]
    assert len(suspected_mislabels(x, given).rows) <= 3
    exchanged = rng.permutation(300)[:12]
    given[exchanged] = names[(kinds[exchanged] + 1) % 3]
    found = suspected_mislabels(x, given)
    assert set(exchanged) >= set(found.rows) and len(found.rows) >= 8  # those that are certain; none that is right
    assert (found.suggested == names[kinds[found.rows]])[:10].all() and (found.given == given[found.rows]).all()
    assert (np.diff(found.margin) <= 0).all()
    with pytest.raises(InputError, match="two classes"):
        suspected_mislabels(x, np.array(["a"] * 300))

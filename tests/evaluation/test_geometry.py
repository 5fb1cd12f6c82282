"""Isotropy, hubs and shared neighbors: against closed forms, scikit-learn and brute force."""

import numpy as np
import pytest
from scipy.stats import skew
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import NearestNeighbors

from clrseries import InputError
from clrseries.evaluation import hubness, iso_score, mean_cosine, neighborhood_overlap
from clrseries.evaluation.sheets import overlap_sheet, shape


@pytest.mark.parametrize("k", [1, 3, 7, 12])
def test_iso_score_where_k_of_n_dimensions_share_the_variance(rng, k):
    corners = np.vstack([np.eye(12)[:k], -np.eye(12)[:k]])
    turned = corners @ np.linalg.qr(rng.normal(size=(12, 12)))[0] + 5.0  # neither axes nor place matter
    assert iso_score(turned) == pytest.approx((k - 1) / 11, abs=1e-9)


def test_iso_score_by_the_steps_of_the_paper(rng):
    x = rng.normal(size=(200, 6)) * [3, 2, 1, 1, 0.5, 0.1]
    values = np.linalg.eigvalsh(np.cov(x.T))
    scaled = np.sqrt(6) * values / np.sqrt((values**2).sum())
    defect = np.linalg.norm(scaled - 1) / np.sqrt(2 * (6 - np.sqrt(6)))
    phi = (6 - defect**2 * (6 - np.sqrt(6))) ** 2 / 36
    assert iso_score(x) == pytest.approx((6 * phi - 1) / 5)


def test_mean_cosine_is_that_of_all_pairs(rng):
    x = rng.normal(size=(60, 5)) + 1
    pairs = cosine_similarity(x)[~np.eye(60, dtype=bool)]
    assert mean_cosine(x) == pytest.approx(pairs.mean())
    assert mean_cosine(np.ones((4, 3))) == pytest.approx(1.0)


def test_hubness_is_that_of_scikit_learns_neighbors(rng):
    x = rng.normal(size=(300, 40))
    rows = NearestNeighbors(n_neighbors=10, metric="cosine").fit(x).kneighbors(return_distance=False)
    assert hubness(x) == pytest.approx(skew(np.bincount(rows.ravel(), minlength=300)), abs=1e-6)
    assert hubness(x + 0.7) > hubness(x) + 0.5  # in a cone, what is near its axis is near to all
    with pytest.raises(InputError, match="more than 10 objects"):
        hubness(x[:10])


def test_shared_neighbors_by_brute_force(rng):
    x = rng.normal(size=(80, 6))
    y = x[:, :3] + 0.1 * rng.normal(size=(80, 3))
    near = lambda z: np.argsort(-(cosine_similarity(z) - 2 * np.eye(80)), axis=1)[:, :5]  # noqa: E731
    shared = np.mean([len(set(a) & set(b)) / 5 for a, b in zip(near(x), near(y), strict=True)])
    assert neighborhood_overlap(x, y, 5) == pytest.approx(shared)
    chance = neighborhood_overlap(rng.normal(size=(400, 8)), rng.normal(size=(400, 8)))
    assert chance == pytest.approx(10 / 399, abs=0.01)
    with pytest.raises(InputError, match="80 and 79 rows"):
        neighborhood_overlap(x, y[1:])


def test_sheets_leave_out_what_is_missing(rng):
    x = rng.normal(size=(60, 4))
    other = x * [1, 10, 100, 1000] + 7
    other[:20] = np.nan
    other[25, 0] = np.nan
    found = overlap_sheet(x, {"scaled": other, "few": np.full((60, 2), np.nan)})
    assert found.keys() == {"scaled"} and found["scaled"]["objects"] == 40 and found["scaled"]["overlap"] > 0.8
    assert "hubness" not in shape(x[:8])[0] and "hubness" in shape(x)[0]

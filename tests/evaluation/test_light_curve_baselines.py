"""Features of light curves without learning, against scipy; and scores from few labels."""

import numpy as np
import pytest

from clrseries.datasets import simulated_light_curves
from clrseries.evaluation import balanced_scores, folded_pca, hand_features, labeled_rows


@pytest.fixture(scope="module")
def stars():
    return simulated_light_curves(96, nights=40)


def test_hand_made_features_are_what_they_are_called(stars):
    rows = hand_features(stars)
    assert rows.shape == (96, 26) and np.isfinite(rows).all()
    from scipy.stats import kurtosis, skew

    x, flux, ivar = stars.row(5)
    own = stars.band[stars.offsets[5] : stars.offsets[6]] == 1
    m = 25 - 2.5 * np.log10(np.maximum(flux[own].astype(float), 1e-3))
    error = 1.0857 / (np.maximum(flux[own], 1e-3) * np.sqrt(ivar[own].astype(float)))
    wanted = [m.mean(), m.std(), skew(m), kurtosis(m, fisher=False), *np.percentile(m, [1, 5, 25, 50, 75, 95, 99])]
    np.testing.assert_allclose(rows[5, 13:24], wanted, rtol=1e-4)
    assert rows[5, 25] == pytest.approx(error.mean(), rel=1e-4)
    assert len(x) > 10 and folded_pca(stars, "period", size=4).shape == (96, 4)


def test_labels_are_drawn_from_the_pool_alone():
    target, pool = np.array(["a", "b"] * 50), np.arange(20, 100)
    rows = labeled_rows(target, pool, 7, 0)
    assert len(rows) == 14 and rows.min() >= 20 and (target[rows] == "a").sum() == 7
    assert not np.array_equal(rows, labeled_rows(target, pool, 7, 1))
    from sklearn.neighbors import KNeighborsClassifier

    features = (target == "a").astype(float)[:, None] + np.random.default_rng(0).normal(0, 0.01, (100, 1))
    mean, scatter = balanced_scores({"knn": KNeighborsClassifier(3)}, features, target, pool, np.arange(20), 7, 3)[
        "knn"
    ]
    assert mean == 1.0 and scatter == 0.0

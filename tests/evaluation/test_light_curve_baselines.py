"""Features of light curves without learning, against the package and the curves that they came from; scores from few labels."""

import numpy as np
import pytest

from clrseries import InputError, Series
from clrseries.datasets import simulated_light_curves
from clrseries.evaluation import balanced_scores, feature_classifiers, labeled_rows, light_curve_features
from clrseries.lightcurves import feature_names, with_features


@pytest.fixture(scope="module")
def stars():
    return simulated_light_curves(96, nights=40)


def test_features_are_those_of_their_package_in_magnitudes(stars):
    import light_curve

    rows, names = light_curve_features(stars), feature_names(stars.bands)
    assert rows.shape == (96, len(names)) and np.isfinite(rows).all()
    time, flux, _ = stars.row(5)
    own = stars.band[stars.offsets[5] : stars.offsets[6]] == 1
    magnitude = 25 - 2.5 * np.log10(flux[own].astype(float))
    wanted = light_curve.Extractor(light_curve.Skew(), light_curve.StandardDeviation(), light_curve.Eta())
    found = [rows[5, names.index(f"R_{name}")] for name in ("skew", "standard_deviation", "eta")]
    np.testing.assert_allclose(found, wanted(time[own], magnitude, np.ones(own.sum())), rtol=0.02)
    median = rows[5, names.index("B_median")] - rows[5, names.index("R_median")]
    assert rows[5, names.index("B_minus_R")] == pytest.approx(median, abs=1e-5)


def test_fourier_terms_at_the_period_are_those_that_were_put_in():
    time = np.sort(np.random.default_rng(0).uniform(0, 60, 200))
    phase = 2 * np.pi * time / 3.7
    magnitude = 15.0 + 0.4 * np.cos(phase - 0.3) + 0.1 * np.cos(2 * phase - 0.6 - 1.1)  # phi21 as cosines: -1.1
    flux = 10 ** (-0.4 * (magnitude - 25))
    series = Series.from_points([time], [flux], [0.01 * flux])
    row = dict(zip(feature_names(series.bands), light_curve_features(series)[0].tolist(), strict=True))
    assert 10 ** row["log_period_1"] == pytest.approx(3.7, rel=1e-3)
    assert row["fourier_amplitude"] == pytest.approx(0.4, rel=0.02) and row["r21"] == pytest.approx(0.25, rel=0.05)
    assert np.arctan2(row["sin_phi21"], row["cos_phi21"]) == pytest.approx(-1.1, abs=0.05)


def test_a_band_without_points_is_missing_and_classifiers_take_that(stars):
    lacking = stars.with_bands(("B", "I", "R"))
    rows = light_curve_features(lacking)
    assert np.isnan(rows[:, feature_names(lacking.bands).index("I_skew")]).all()
    kinds = np.array(stars.table["class"].to_pylist())
    for model in feature_classifiers().values():
        assert (model.fit(rows[:60], kinds[:60]).predict(rows[60:]) == kinds[60:]).mean() > 0.7
    with pytest.raises(InputError, match="holds spectra"):
        with_features(Series.from_arrays([4000.0, 4001.0], [1.0, 1.0]))


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

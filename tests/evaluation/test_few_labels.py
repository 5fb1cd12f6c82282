"""The few-label protocol against scikit-learn, call by call, and what its splits must keep."""

import numpy as np
import pytest
from sklearn import metrics
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifierCV, RidgeCV
from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from clrseries import InputError
from clrseries.evaluation import (
    balanced_scores,
    few_label_scores,
    few_label_splits,
    groups_of,
    label_budgets,
    labeled_rows,
    probe_classes,
    probe_values,
    residual_scores,
)
from clrseries.evaluation.few_labels import CHANCE
from clrseries.evaluation.retrieval import unit
from clrseries.evaluation.scores import class_scores


@pytest.fixture
def problem(rng):
    x = unit(rng.normal(size=(240, 6)) + 0.5)
    y = x @ rng.normal(size=6) + 0.1 * rng.normal(size=240)
    kinds = np.array(["low", "mid", "top"])[np.digitize(y, np.quantile(y, [0.5, 0.8]))]
    return x, y, kinds


def rows_of(rows, way, probe):
    return [row for row in rows if row["features"] == way and row["probe"] == probe]


@pytest.mark.filterwarnings("ignore")
def test_class_probes_score_as_scikit_learn_does(problem):
    x, _, kinds = problem
    splits = few_label_splits(kinds, labels=[30, None], seeds=3)
    rows = few_label_scores({"e": x, "f": x}, kinds, splits, directions=["e"])

    def peer(probe, directions, train):
        mean, scale = x[train].mean(0), np.sqrt(x[train].var(0).mean())
        overall = FunctionTransformer(lambda a: (a - mean) / scale)
        scaler = overall if directions else make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
        model = {
            "linear": LogisticRegression(class_weight="balanced", max_iter=200, tol=1e-3),
            "knn": KNeighborsClassifier(5, metric="cosine" if directions else "minkowski"),
            "ridge": RidgeClassifierCV(np.logspace(-3, 5, 17), class_weight="balanced"),
            "mlp": MLPClassifier((64,), alpha=0.01, max_iter=200, tol=1e-3, random_state=0),
        }[probe]
        return model if directions and probe == "knn" else make_pipeline(scaler, model)

    for way in ("e", "f"):
        for probe in ("linear", "knn", "ridge", "mlp"):
            row = rows_of(rows, way, probe)[1]
            found = []
            for split in (s for s in splits if s.labels == row["labels"]):
                model = peer(probe, way == "e", split.train).fit(x[split.train], kinds[split.train])
                true, told = kinds[split.test], model.predict(x[split.test])
                found.append(
                    {
                        "balanced_accuracy": metrics.balanced_accuracy_score(true, told),
                        "accuracy": metrics.accuracy_score(true, told),
                        "macro_f1": metrics.f1_score(true, told, average="macro"),
                        "confusion": metrics.confusion_matrix(true, told),
                        "log_loss": metrics.log_loss(true, model.predict_proba(x[split.test]))
                        if probe != "ridge"
                        else np.nan,
                    }
                )
            for name in ("balanced_accuracy", "accuracy", "macro_f1", "log_loss"):
                each = [one[name] for one in found]
                assert row[name] == pytest.approx(np.mean(each), nan_ok=True), (way, probe, name)
                assert row[f"{name}_sd"] == pytest.approx(np.std(each), nan_ok=True)
                assert row[f"{name}_low"] == pytest.approx(np.percentile(each, 16), nan_ok=True)
            assert row["confusion"] == sum(one["confusion"] for one in found).tolist()
    assert rows_of(rows, CHANCE, "constant")[0]["balanced_accuracy"] == pytest.approx(1 / 3)


def test_value_probes_score_as_scikit_learn_does(problem):
    x, y, _ = problem
    splits = few_label_splits(y, labels=[50], seeds=4)
    rows = few_label_scores({"e": x, "f": x}, y, splits, directions=["e"], probes=["linear", "knn", "ridge"])
    overall = StandardScaler(
        with_std=False
    )  # least squares and, for one scale, the choice of alpha do not mind a factor
    for way, probe, model in (
        ("e", "linear", make_pipeline(overall, LinearRegression())),
        ("e", "knn", KNeighborsRegressor(5, metric="cosine")),
        ("f", "ridge", make_pipeline(StandardScaler(), RidgeCV(np.logspace(-3, 5, 17)))),
        ("f", "knn", make_pipeline(StandardScaler(), KNeighborsRegressor(5))),
    ):
        found = []
        for split in splits:
            told = model.fit(x[split.train], y[split.train]).predict(x[split.test])
            found.append([metrics.r2_score(y[split.test], told), metrics.mean_absolute_error(y[split.test], told)])
        row = rows_of(rows, way, probe)[0]
        assert [row["r2"], row["mae"]] == pytest.approx(np.mean(found, axis=0).tolist())
    assert rows_of(rows, CHANCE, "constant")[0]["r2"] < 0.01


def test_splits_are_those_of_scikit_learn(problem):
    _, y, kinds = problem
    split = few_label_splits(kinds, labels=[40], seeds=2)[1]
    pool, test = next(StratifiedShuffleSplit(1, train_size=168, test_size=72, random_state=1).split(kinds, kinds))
    assert split.test.tolist() == sorted(test) and set(split.train) <= set(pool)
    some, _ = next(
        StratifiedShuffleSplit(1, train_size=40, test_size=128, random_state=1).split(
            np.sort(pool), kinds[np.sort(pool)]
        )
    )
    assert split.train.tolist() == sorted(np.sort(pool)[some])
    split = few_label_splits(y, labels=[None], seeds=1)[0]
    assert split.test.tolist() == sorted(
        next(ShuffleSplit(1, train_size=168, test_size=72, random_state=0).split(y))[1]
    )


def test_every_class_has_its_share(problem):
    kinds = problem[2]
    for split in few_label_splits(kinds, seeds=5):
        share = [(kinds[split.train] == name).mean() for name in ("low", "mid", "top")]
        assert share == pytest.approx([0.5, 0.3, 0.2], abs=0.06)


@pytest.mark.parametrize("classes", [True, False])
def test_rows_of_one_object_stay_together(rng, classes):
    objects = rng.integers(0, 60, 300)
    target = np.array(["a", "b"])[objects % 2] if classes else rng.normal(size=300)
    splits = few_label_splits(target, groups_of(objects.tolist(), 300), labels=[10, None], seeds=6)
    for split in splits:
        assert not set(objects[split.train]) & set(objects[split.test])
        assert len(set(objects[split.train])) == split.labels
        for rows in (split.train, split.test):  # all rows of an object go with it
            assert len(rows) == np.isin(objects, objects[rows]).sum()
    count = len(set(objects))
    assert {split.labels for split in splits} == {10, count - round(0.3 * count)}


def test_an_embedding_that_names_the_object_is_not_rewarded_when_rows_stay_together(rng):
    objects = np.repeat(np.arange(40), 6)
    x = unit(rng.normal(size=(40, 8)))[objects] + 0.01 * rng.normal(size=(240, 8))
    kinds = np.array(["a", "b"])[rng.integers(0, 2, 40)][objects]

    def score(groups):
        splits = few_label_splits(kinds, groups, labels=[None], seeds=8)
        return few_label_scores({"x": x}, kinds, splits, directions="x", probes=["knn"])[0]["balanced_accuracy"]

    assert score(None) > 0.85 and score(objects) < 0.7


def test_rows_without_a_group_stand_alone():
    assert groups_of(["a", None, "a", float("nan"), "", "b"], 6).tolist() == [0, 1, 0, 2, 3, 4]


def test_budgets_are_on_a_log_scale():
    assert label_budgets(5000) == [10, 30, 100, 300, 1000, 3000, 5000]
    assert label_budgets(12, classes=3) == [12] and label_budgets(100, classes=20) == [30, 100]


def test_too_few_objects():
    with pytest.raises(InputError, match="3 objects are too few"):
        few_label_splits(np.array(["a", "b", "a"]))


def test_scores_of_values_by_hand():
    true = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    found = np.array([0.1, 1.1, 2.2, 3.1, 9.0])
    scores = residual_scores(found, true)
    assert scores["bias"] == pytest.approx(0.1) and scores["sigma_nmad"] == pytest.approx(0, abs=1e-12)
    assert residual_scores(found, true, outlier=1.0)["outlier_rate"] == 0.2
    assert scores["r2"] == pytest.approx(metrics.r2_score(true, found))
    dz = (found - true) / (1 + true)
    assert residual_scores(found, true, redshift=True)["bias"] == pytest.approx(np.median(dz))
    assert residual_scores(found, true, redshift=True)["outlier_rate"] == 0.2  # 1.0; the others are at most 0.1
    assert np.isnan(residual_scores(found, np.ones(5))["r2"])


def test_macro_f1_counts_a_class_that_was_only_predicted():
    chances = np.log(np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]]))
    found = class_scores(chances, np.array([0, 1, 0]), ["a", "b", "c"])
    assert found["macro_f1"] == pytest.approx(metrics.f1_score([0, 1, 0], [0, 1, 2], average="macro", zero_division=0))


def test_the_demonstrations_keep_their_numbers(rng):
    """Splits by row and draws by class, as they were before there was one loop."""
    x, y = rng.normal(size=(90, 5)), rng.normal(size=90)
    y = y + 2 * x[:, 0]
    order = np.random.default_rng(3).permutation(90)
    ridge = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-3, 5, 17)))
    each = []
    for seed in range(4):
        order = np.random.default_rng(seed).permutation(90)
        train, test = order[27:][:20], order[:27]
        each.append(metrics.r2_score(y[test], ridge.fit(x[train], y[train]).predict(x[test])))
    assert probe_values(x, y, [20], splits=4)[0]["ridge_r2"] == pytest.approx(np.mean(each))
    kinds = np.where(y > 0, "u", "d")
    assert probe_classes(x, kinds.tolist(), [20, None], splits=4)[0]["labels"] == 20
    near = KNeighborsClassifier(1)
    pool, held_out = order[27:], order[:27]
    each = []
    for seed in range(3):
        own = labeled_rows(kinds, pool, 4, seed)
        each.append(metrics.balanced_accuracy_score(kinds[held_out], near.fit(x[own], kinds[own]).predict(x[held_out])))
    found = balanced_scores({"": near}, x, kinds, pool, held_out, 4, 3)[""]
    assert found == pytest.approx((np.mean(each), np.std(each)))

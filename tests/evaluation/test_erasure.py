"""What is taken out of embeddings: against the covariance that it must end, with scikit-learn's probes, and as a model."""

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from clrseries import InputError, datasets, finetune, forget, load, pretrain
from clrseries.evaluation import erasure, unit


@pytest.fixture
def made(rng):
    """Unit embeddings (400, 12) of two types, seen by three instruments that prefer one of them."""
    kind = rng.integers(0, 2, 400)
    instrument = np.where(rng.random(400) < 0.7, kind, rng.integers(0, 3, 400))
    points = 0.35 * rng.normal(size=(400, 12))
    points[:, 0] += 2.0 * kind
    points[:, 1] += 1.5 * (instrument == 1)
    points[:, 2] += 1.5 * (instrument == 2)
    return points, np.array(["Kast", "LRIS", "EFOSC"])[instrument], np.array(["Ia", "II"])[kind]


def accuracy(points, target):
    half = len(points) // 2
    model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=2000).fit(points[:half], target[:half])
    said = model.predict(points[half:])
    return np.mean([(said == target[half:])[target[half:] == name].mean() for name in np.unique(target)])


def test_the_covariance_with_what_does_not_follow_is_gone(made):
    points, instrument, kind = made
    found = erasure(points, instrument, given=kind).applied(points)
    told = (instrument[:, None] == np.unique(instrument)).astype(float)
    for name in np.unique(kind):
        told[kind == name] -= told[kind == name].mean(0)
    before, after = (np.abs((one - one.mean(0)).T @ told / 400).max() for one in (unit(points), found))
    assert after < 2e-3 * before / 1e-1 and after < 0.05 * before
    matrix = erasure(points, instrument, given=kind).matrix
    np.testing.assert_allclose(matrix @ matrix, matrix, atol=1e-8)
    assert np.linalg.matrix_rank(matrix, tol=1e-6) == 2


def test_no_linear_probe_tells_the_instrument_and_the_type_stays(made):
    points, instrument, kind = made
    half = slice(0, 200)  # found on some objects, it holds for others
    given = erasure(points[half], instrument[half], given=kind[half]).applied(points)
    follows = accuracy(np.eye(2)[(kind == "II").astype(int)], instrument)  # from the type alone
    assert accuracy(unit(points), instrument) > follows + 0.2 > accuracy(given, instrument) + 0.1
    assert accuracy(given, kind) > accuracy(unit(points), kind) - 0.05
    near = erasure(points[half], instrument[half]).applied(points)
    assert accuracy(near, instrument) < accuracy(unit(points), instrument) - 0.1
    everything = erasure(points[half], instrument[half], given=np.full(200, "")).applied(points)
    assert (
        accuracy(near, kind) > accuracy(everything, kind) + 0.05
    )  # which takes the types that instruments prefer as well


def test_a_model_forgets_and_is_saved(tmp_path):
    stars = datasets.simulated_light_curves(60, nights=25, classes=("RRLyrae", "Mira"))
    stars = stars.with_columns({"telescope": ["north", "south"] * 30, "nothing": [None] * 60})
    encoder = {"curve_conv": {"size": "tiny", "embedding_dim": 8}}
    run = pretrain(stars, tmp_path / "run", encoder=encoder, epochs=1, batch_size=16, progress=False)
    model = load(forget(run, stars, tmp_path / "forgot", column="telescope", given="class"))
    wanted = erasure(
        load(run).embed(stars), np.array(["north", "south"] * 30), np.array(stars.table["class"].to_pylist())
    )
    np.testing.assert_allclose(model.embed(stars), wanted.applied(load(run).embed(stars)), atol=1e-5)
    assert model.head is None and model.notes["forgotten"]["column"] == "telescope"
    read = {"with_columns": {"encoder": encoder, "columns": ["period_1"], "embedding_dim": 8}}
    labeled: dict[str, Any] = {"method": "supcon", "label": "class", "epochs": 1, "batch_size": 16, "progress": False}
    columns = pretrain(stars, tmp_path / "columns", encoder=read, **labeled)
    around = forget(columns, stars, tmp_path / "around", column="telescope")
    for mode in ("scratch", "frozen"):
        tuned = finetune(around, stars, tmp_path / mode, target="class", mode=mode, epochs=1, progress=False)
        assert tuned["mode"] == mode and load(tmp_path / mode / "model").encoder.columns == ("period_1",)
    twice = load(forget(model, stars, tmp_path / "twice", column="class"))
    assert twice.embed(stars.take(range(3))).shape == (3, 8)
    with pytest.raises(InputError, match="column 'camera' is missing"):
        forget(run, stars, tmp_path / "no", column="camera")
    with pytest.raises(InputError, match="'nothing'"):
        forget(run, stars, tmp_path / "no", column="nothing")
    with pytest.raises(InputError, match="two classes with 8 rows"):
        forget(run, stars.take(range(10)), tmp_path / "no", column="telescope")

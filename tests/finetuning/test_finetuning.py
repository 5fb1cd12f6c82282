"""Fine-tuning: every mode learns what it says it does, probabilities are calibrated, rare classes count, predictions come out."""

import copy
import json
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from scipy.stats import norm

from clrseries import InputError, Model, Series, finetune, load, predict, pretrain
from clrseries.config import composition
from clrseries.encoders.heads import ClassHead, MixtureHead, crps, half_width, median
from clrseries.encoders.prediction_sets import least_probability, prediction_sets
from clrseries.evaluation.scores import calibration_error, class_scores, redshift_scores, set_scores, value_scores
from clrseries.finetuning import fit_temperature
from clrseries.finetuning.lora import adapt, merge
from clrseries.finetuning.split import split


@pytest.fixture(scope="module")
def lines():
    """120 spectra with a line whose depth and place say class and redshift."""
    rng = np.random.default_rng(1)
    wave = np.linspace(4000, 7000, 600)
    kind = np.array(["strong", "weak", "weak", "weak"] * 30)
    z = rng.uniform(0, 0.08, 120)
    depth = np.where(kind == "strong", 0.7, 0.2)
    flux = 1 - depth[:, None] * np.exp(-0.5 * ((wave - 5200 * (1 + z[:, None])) / 40) ** 2)
    flux += rng.normal(0, 0.03, flux.shape)
    table = {"object_id": [f"o{i // 2}" for i in range(120)], "class": kind, "z": z, "number": np.arange(120)}
    return Series.from_arrays(wave, flux, np.full_like(flux, 1 / 0.03**2), table)


@pytest.fixture(scope="module")
def run(lines, tmp_path_factory):
    steps = [
        {"Resample": {"grid": {"kind": "log", "start": 4100, "stop": 6800, "velocity": 300}}},
        {"Noise": {"snr": {"LogUniform": [10, 50]}}},
        {"Normalize": {"by": "mean"}},
    ]
    folder = tmp_path_factory.mktemp("pre") / "run"
    pretrain(
        lines,
        folder,
        augment=steps,
        encoder={"resnet1d": {"width": 8, "embedding_dim": 16}},
        batch_size=40,
        epochs=15,
        progress=False,
    )
    return folder


def weights(path):
    return load(path).encoder.state_dict()


@pytest.mark.parametrize("mode", ["frozen", "partial", "lora", "full", "scratch"])
def test_each_mode_learns_a_class_and_changes_what_it_may(lines, run, tmp_path, mode):
    result = finetune(run / "model", lines, tmp_path / "out", target="class", mode=mode, epochs=20, progress=False)
    assert result == json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert result["test"]["balanced_accuracy"] > 0.75
    assert sum(result["objects"].values()) == 120
    before, after = weights(run / "model"), weights(tmp_path / "out" / "model")
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    if mode == "frozen":
        assert not changed
    elif mode == "partial":
        assert changed and all(name.startswith(("head", "body.1")) for name in changed)
    elif mode == "lora":
        assert {"stem.weight", "head.1.weight"} <= changed and not any("norm" in name for name in changed)
    else:
        assert "stem.weight" in changed and before.keys() == after.keys()


def test_a_redshift_gets_a_distribution(lines, run, tmp_path):
    result = finetune(run / "model", lines, tmp_path / "out", target="z", mode="full", epochs=60, progress=False)
    scores = result["test"]
    assert scores["r2"] > 0.5 and 0.4 < scores["within_one_sigma"] < 0.97 and scores["sigma_nmad"] < 0.02
    predict(tmp_path / "out" / "model", lines, tmp_path / "z.parquet")
    table = pq.read_table(tmp_path / "z.parquet")
    assert table.column_names == ["object_id", "class", "z", "number", "repetition", "z_predicted", "z_sigma"]
    assert np.corrcoef(table["z"], table["z_predicted"])[0, 1] > 0.7 and min(table["z_sigma"].to_pylist()) > 0
    mixture = load(tmp_path / "out" / "model").predict(lines)["mixture"]
    np.testing.assert_allclose(np.exp(mixture[:, 0]).sum(1), 1, rtol=1e-5)


def test_classes_come_with_probabilities(lines, run, tmp_path):
    finetune(run / "model", lines, tmp_path / "out", target="class", mode="frozen", epochs=5, progress=False)
    predict(tmp_path / "out" / "model", lines, tmp_path / "c.parquet")
    table = pq.read_table(tmp_path / "c.parquet")
    probability = np.stack(table["class_probability"].to_pylist())
    classes = json.loads(table.schema.field("class_probability").metadata[b"classes"])
    for k, name in enumerate(classes):
        assert table[f"p_{name}"].to_pylist() == probability[:, k].tolist()
    np.testing.assert_allclose(probability.sum(1), 1, rtol=1e-5)
    assert table["class_predicted"].to_pylist() == [classes[k] for k in probability.argmax(1)]
    with pytest.raises(InputError, match="exists already"):
        predict(tmp_path / "out" / "model", lines, tmp_path / "c.parquet")
    with pytest.raises(InputError, match="embeds and does not predict"):
        predict(run / "model", lines, tmp_path / "d.parquet")


def test_balance_helps_the_rare_class(lines, run, tmp_path):
    rare = lines.take([i for i in range(120) if i % 4 or i < 40])
    found = {}
    for balance in (True, False):
        result = finetune(
            run / "model",
            rare,
            tmp_path / str(balance),
            target="class",
            mode="frozen",
            epochs=3,
            balance=balance,
            progress=False,
        )
        confusion = result["test"]["confusion"]["strong"]
        found[balance] = confusion["strong"] / sum(confusion.values())
    assert found[True] >= found[False]


def test_labels_group_and_seed_are_heard(lines):
    number = (np.array(lines.table["class"].to_pylist()) == "weak").astype(int)
    train, calibrate, test = split(lines, number, "object_id", 0.3, 0, 0)
    names = np.array(lines.object_ids)
    for one, other in ((train, calibrate), (train, test), (calibrate, test)):
        assert not set(names[one]) & set(names[other])
    assert len(train) + len(calibrate) + len(test) == 120 and abs(len(test) - 36) <= 4
    few, _, same = split(lines, number, "object_id", 0.3, 4, 0)
    assert np.bincount(number[few]).tolist() == [4, 4] and np.array_equal(test, same)
    assert not np.array_equal(test, split(lines, number, "object_id", 0.3, 0, 1)[2])
    with pytest.raises(InputError, match="is missing"):
        split(lines, number, "nothing", 0.3, 0, 0)


def test_low_rank_terms_begin_at_nothing_and_merge(rng):
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Conv1d(2, 4, 3), torch.nn.Flatten(), torch.nn.Linear(4 * 6, 5))
    original, x = copy.deepcopy(network), torch.randn(3, 2, 8)
    terms = adapt(network, 2)
    torch.testing.assert_close(network(x), original(x))
    assert all(p.requires_grad for p in terms) and sum(p.requires_grad for p in network.parameters()) == len(terms) == 4
    optimizer = torch.optim.SGD(terms, 0.1)
    for _ in range(3):
        optimizer.zero_grad()
        network(x).square().sum().backward()
        optimizer.step()
    tuned = network(x).detach()
    merge(network)
    torch.testing.assert_close(network(x), tuned)
    assert network.state_dict().keys() == original.state_dict().keys() and not torch.allclose(tuned, original(x))
    step = (network.get_parameter("2.weight") - original.get_parameter("2.weight")).detach()
    assert torch.linalg.matrix_rank(step, tol=1e-5) == 2


def test_mixture_is_a_density_with_the_right_quantiles(rng):
    torch.manual_seed(0)
    head = MixtureHead(4, 3)
    head.standardize(torch.tensor([1.0, 2.0, 5.0]))
    outputs = head(torch.randn(2, 4))
    grid = torch.linspace(-60, 60, 40001)
    density = torch.exp(-head.loss(outputs[:1].expand(len(grid), 3, 3), grid)).detach().double()
    step = 120 / 40000
    assert float(density.sum() * step) == pytest.approx(1, rel=1e-3)
    cumulated = density.cumsum(0) * step
    low, high = (float(grid[torch.searchsorted(cumulated, norm.cdf(one))]) for one in (-1.0, 1.0))
    assert half_width(outputs)[0].item() == pytest.approx((high - low) / 2, abs=3 * step)
    steps = (grid > 1.7).double()
    wanted = float(((cumulated - steps) ** 2).sum() * step)  # the definition, as an integral over the cumulated density
    assert crps(outputs[:1], torch.tensor([1.7]))[0].item() == pytest.approx(wanted, rel=2e-3)
    below = float((density * (grid < median(outputs)[0].detach())).sum() * step)
    assert below == pytest.approx(0.5, abs=2e-3)


def test_scores_have_their_closed_forms(rng):
    log = np.log(np.array([[0.8, 0.2], [0.6, 0.4], [0.3, 0.7], [0.9, 0.1]]))
    scores = class_scores(log, np.array([0, 1, 1, 0]), ["a", "b"])
    assert scores["accuracy"] == 0.75 and scores["balanced_accuracy"] == 0.75
    assert scores["confusion"] == {"a": {"a": 2, "b": 0}, "b": {"a": 1, "b": 1}}
    assert scores["log_loss"] == pytest.approx(-np.log([0.8, 0.4, 0.7, 0.9]).mean())
    assert scores["calibration_error"] == pytest.approx((0.2 + 0.6 + 0.3 + 0.1) / 4)
    sure = np.log(np.tile([0.7, 0.3], (10000, 1)))
    assert calibration_error(sure, (rng.random(10000) > 0.7).astype(int)) < 0.02
    true = rng.uniform(0, 1, 20000)
    found = true + (1 + true) * rng.normal(0, 0.01, 20000)
    found[:400] += 1
    both = redshift_scores(found, true)
    assert both["sigma_nmad"] == pytest.approx(0.01, rel=0.06) and both["outlier_rate"] == pytest.approx(0.02)
    assert value_scores(true, true + 1, true, true)["r2"] == 1


def test_the_temperature_undoes_overconfidence(rng):
    head = ClassHead(2, ["a", "b"])
    with torch.no_grad():
        head.linear.weight.copy_(torch.tensor([[3.0, 0.0], [-3.0, 0.0]]))
        head.linear.bias.zero_()
    x = torch.tensor(rng.normal(size=(4000, 2)), dtype=torch.float32)
    true = torch.tensor(rng.random(4000)) > torch.sigmoid(2 * x[:, 0])  # the head says sigmoid(6 x)
    fit_temperature(head, x, true.long(), torch.ones(4000))
    assert float(head.temperature) == pytest.approx(3.0, rel=0.15)


def test_a_redshift_is_not_learned_from_views_at_another(lines, run, tmp_path):
    model = load(run / "model")
    steps = [
        {"Velocity": {"v": {"Uniform": [-9000, 9000]}}},
        *json.loads((run / "model" / "config.json").read_text())["augment"],
    ]
    moving = Model(model.encoder, model.projector, composition(steps), model.notes)
    moving.save(tmp_path / "moving")
    more: dict[str, Any] = {"target": "z", "epochs": 1, "progress": False}
    with pytest.raises(InputError, match=r"views that Velocity has moved .*--without Velocity"):
        finetune(tmp_path / "moving", lines, tmp_path / "out", **more)
    with pytest.raises(InputError, match="there is no step 'Rotate'"):
        finetune(tmp_path / "moving", lines, tmp_path / "out", without=["Rotate"], **more)
    finetune(tmp_path / "moving", lines, tmp_path / "out", without=["Velocity"], **more)
    assert len(load(tmp_path / "out" / "model").observe.steps) == 3


def test_what_finetuning_refuses(lines, run, tmp_path):
    usual: dict[str, Any] = {"target": "class", "progress": False}
    refused: list[tuple[dict[str, Any], str]] = [
        ({"mode": "half"}, "mode: there is no 'half'; there are frozen"),
        ({"target": "nothing"}, "'nothing' is missing"),
        ({"held_out": 1.5}, "held_out must be between"),
        ({"group": "nothing"}, "is missing"),
    ]
    for more, message in refused:
        with pytest.raises(InputError, match=message):
            finetune(run / "model", lines, tmp_path / "out", **(usual | more))
    assert not (tmp_path / "out").exists()


def test_sets_of_classes_hold_the_true_one_as_often_as_they_say(rng):
    """The mean over draws of objects to calibrate on is k / (n + 1), whatever the probabilities are worth."""
    covered, n = [], 29
    for _ in range(400):
        logits, true = rng.normal(size=(n + 200, 4)), rng.integers(0, 4, n + 200)
        logits[np.arange(n + 200), true] += rng.normal(1, 1, n + 200)
        chance = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        least = least_probability(chance[:n], true[:n])
        assert least == sorted(chance[np.arange(n), true[:n]])[-27]  # ceil(30 * 0.9) = 27
        covered.append((chance[n:] >= least)[np.arange(200), true[n:]].mean())
    assert np.mean(covered) == pytest.approx(27 / 30, abs=3 * np.std(covered) / 20)
    assert least_probability(chance[:8], true[:8]) is None and least_probability(chance[:9], true[:9]) is not None
    sets = prediction_sets(np.array([[0.5, 0.45, 0.05], [0.34, 0.33, 0.33], [np.nan] * 3]), 0.4)
    assert sets.tolist() == [[True, True, False], [True, False, False], [False] * 3]
    assert set_scores(sets[:2], np.array([1, 2])) == {"coverage": 0.5, "mean_size": 1.5, "single": 0.5}


def test_predictions_have_sets_and_tell_what_is_unlike(lines, run, tmp_path):
    metrics = finetune(run / "model", lines, tmp_path / "out", target="class", mode="frozen", epochs=20, progress=False)
    sets = metrics["test"]["set_90"]
    assert sets["coverage"] >= 0.7 and 1 <= sets["mean_size"] <= 2
    model = load(tmp_path / "out" / "model")
    found = model.predict(lines)
    assert (found["set_90"] == prediction_sets(found["probability"], model.head.least_probability)).all()
    assert 0.3 < np.median(found["unlike"]) < 0.7
    wave = np.linspace(4000, 7000, 600)
    strange = Series.from_arrays(wave, np.tile(1 + 5 * np.sin(wave / 90), (3, 1)), np.full((3, 600), 1e3))
    assert (model.predict(strange)["unlike"] > 0.99).all()
    predict(tmp_path / "out" / "model", lines, tmp_path / "p.parquet")
    table = pq.read_table(tmp_path / "p.parquet")
    assert table.column_names[-2:] == ["class_set_90", "unlike"]
    first = np.array(model.head.classes)[found["set_90"][0]].tolist()
    assert table["class_set_90"][0].as_py() == first and "90 % set" in str(predict(tmp_path / "out" / "model", lines))


def test_a_class_head_without_these_is_still_read():
    old = ClassHead(4, ["a", "b"])
    assert old.settings == {"embedding_dim": 4, "classes": ["a", "b"]}
    assert set(old.state_dict()) == {"linear.weight", "linear.bias", "temperature"}
    new = ClassHead(**ClassHead(4, ["a", "b"], known=True, least_probability=0.2).settings)
    assert new.known is not None and new.least_probability == 0.2 and new.answers(torch.ones(3, 4)).shape == (3, 3)


def test_rare_gross_errors_do_not_widen_the_uncertainty_of_all(rng):
    """One in twenty values is far off: the temperature still makes half the width that of the others."""
    head = MixtureHead(1, 1)
    with torch.no_grad():
        head.linear.weight.zero_()
        head.linear.bias.copy_(torch.tensor([0.0, 0.0, 2.0]))
    values = torch.from_numpy(np.where(rng.random(4000) < 0.05, 30.0, rng.normal(0, 0.5, 4000))).float()
    fit_temperature(head, torch.zeros(4000, 1), values, torch.ones(4000))
    width = half_width(head(torch.zeros(1, 1)))[0].item()
    assert 0.45 < width < 0.7
    within = (values.abs() < width).double().mean().item()
    assert 0.6 < within < 0.8

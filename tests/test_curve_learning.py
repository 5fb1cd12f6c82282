"""From light curves to embeddings, probes, baselines and the demonstration."""

import json

import numpy as np
import pytest

from clrseries import InputError, load, plot_views, pretrain, show_views, write_curves
from clrseries.cli import main
from clrseries.datasets import simulated_curves
from clrseries.evaluation.curve_baselines import balanced_scores, folded_pca, hand_features, labelled
from clrseries.monitor import Fold, Level, Monitor, Pack
from clrseries.report import variables as demonstration
from clrseries.report.curves import said_of_curve

SHORT = {"embedding": 16, "method": {"simclr": {"projection": 8}}, "batch_size": 32, "progress": False}


@pytest.fixture(scope="module")
def stars():
    return simulated_curves(96, nights=40)


@pytest.fixture(scope="module")
def trained(stars, tmp_path_factory):
    return pretrain(stars, tmp_path_factory.mktemp("curves") / "run", epochs=3, **SHORT)


def test_simulated_curves_say_so_and_each_stands_for_itself(stars):
    assert all(stars.table["simulated"].to_pylist()) and all(name.startswith("simulated") for name in stars.object_ids)
    assert np.unique(stars.table["class"].to_pylist(), return_counts=True)[1].tolist() == [24] * 4
    assert np.array_equal(simulated_curves(5, nights=40).x, stars.take(np.arange(5)).x)
    assert not np.array_equal(simulated_curves(5, nights=40, seed=1).flux, stars.take(np.arange(5)).flux)
    (sn,) = simulated_curves(1, classes=["Supernova"]).table["period"].to_pylist()
    assert sn is None
    with pytest.raises(InputError, match="knows RRLyrae, Cepheid"):
        simulated_curves(3, classes=["Quasar"])
    with pytest.raises(InputError, match="at least one object"):
        simulated_curves(0)


def test_a_simulated_star_has_the_period_that_it_states():
    stars = simulated_curves(8, classes=["RRLyrae", "Cepheid"], nights=300)

    def roughness(factor):
        periods = [p * factor for p in stars.table["period"].to_pylist()]
        views = Monitor([Fold("period"), Pack(2000), Level("band")])(stars.with_columns({"period": periods}))
        first = (views.ivar[:, 0] > 0) & (views.band[:, 0] == 0)
        return np.median([np.abs(np.diff(f[g])).mean() for f, g in zip(views.flux[:, 0], first, strict=True)])

    assert roughness(1.0) < 0.6 * roughness(1.03)


def test_training_learns_and_a_model_is_what_it_was(stars, trained):
    model = load(trained)
    loss = model.notes["loss"]
    assert len(loss) == 3 and loss[-1] < loss[0] and model.bands == ("B", "R")
    features = model.embed(stars)
    assert features.shape == (96, 16) and np.isfinite(features).all()
    order = np.array([7, 90, 0])
    np.testing.assert_allclose(model.embed(stars.take(order)), features[order], rtol=1e-3, atol=1e-4)
    assert model.embed(stars, "projection").shape == (96, 8)
    turned = stars.with_bands(("R", "B"))  # the order of bands is the series' own affair
    np.testing.assert_allclose(model.embed(turned), features, rtol=1e-3, atol=1e-4)
    with pytest.raises(InputError, match="column 'band': holds 'g'; the bands are B, R"):
        model.embed(stars.with_bands(("g", "R"), {"B": "g"}))
    import dataclasses

    with pytest.raises(InputError, match="object 'simulated 000000', column 'flux': no usable point"):
        model.embed(dataclasses.replace(stars, ivar=np.zeros_like(stars.ivar)))


def test_the_command_line_takes_curves(stars, trained, tmp_path, capsys):
    write_curves(stars, tmp_path / "curves.parquet")
    out = tmp_path / "e.parquet"
    assert main(["embed", str(trained), str(tmp_path / "curves.parquet"), "--output", str(out)]) == 0
    report = tmp_path / "report"
    assert main(["evaluate", str(out), "--target", "class", "--output", str(report)]) == 0
    assert (report / "index.html").exists()
    page = tmp_path / "views.html"
    assert main(["augment", str(tmp_path / "curves.parquet"), "--output", str(page)]) == 0
    assert "simulated 000000, as it came" in page.read_text()
    assert (
        main(
            [
                "pretrain",
                "--data",
                str(tmp_path / "curves.parquet"),
                "--output",
                str(tmp_path / "r"),
                "--encoder",
                "dense",
            ]
        )
        == 2
    )
    assert "'dense' does not take light curves" in capsys.readouterr().err


def test_a_figure_shows_points_and_what_was_drawn(stars, tmp_path):
    from clrseries.augment.config import observe_from_config, variable_augmentation

    views = observe_from_config(variable_augmentation())(stars, 2)
    figure = plot_views(stars, views, 3)
    assert len(figure.data) == 2 * 3
    shown = np.sort(np.concatenate([np.asarray(trace.y, float) for trace in figure.data[2:4]]))
    good = views.ivar[3, 0] > 0
    np.testing.assert_allclose(shown, np.sort(views.flux[3, 0][good]), atol=1e-3)
    assert "thin 0." in said_of_curve(views, 3, 0) and "flux scale" in figure.layout.annotations[1].text
    assert said_of_curve(Monitor([Pack(8)])(stars), 0, 0) == "nothing drawn"
    path = show_views(stars, tmp_path / "v.html", objects=["simulated 000005"])
    assert "simulated 000005, as it came" in path.read_text()


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
    rows = labelled(target, pool, 7, 0)
    assert len(rows) == 14 and rows.min() >= 20 and (target[rows] == "a").sum() == 7
    assert not np.array_equal(rows, labelled(target, pool, 7, 1))
    from sklearn.neighbors import KNeighborsClassifier

    features = (target == "a").astype(float)[:, None] + np.random.default_rng(0).normal(0, 0.01, (100, 1))
    mean, scatter = balanced_scores({"knn": KNeighborsClassifier(3)}, features, target, pool, np.arange(20), 7, 3)[
        "knn"
    ]
    assert mean == 1.0 and scatter == 0.0


@pytest.mark.slow
def test_the_demonstration_says_what_it_used_and_reports_what_it_measured(stars, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(demonstration, "labelled_variables", lambda: (stars, "96 SIMULATED variable stars"))
    monkeypatch.setattr(demonstration, "SEEDS", 2)
    monkeypatch.setattr(demonstration, "LABELS", (5, 10))
    monkeypatch.setattr(demonstration, "data_folder", lambda: tmp_path)
    assert main(["demo", "--lightcurves", "--output", str(tmp_path / "demo"), "--epochs", "2"]) == 0
    summary = json.loads((tmp_path / "demo" / "report" / "summary.json").read_text())
    assert summary["data"] == "96 SIMULATED variable stars" and summary["transfer"] is None
    assert summary["held_out"] == 29 and len(summary["balanced_accuracy"]) == 6
    for row in summary["balanced_accuracy"].values():
        assert len(row) == 2 and all(0 <= mean <= 1 for mean, _ in row)
    forest = summary["balanced_accuracy"]["random forest on hand-made features"]
    assert forest[1][0] > 0.6  # simulated classes are easy to tell apart
    page = (tmp_path / "demo" / "report" / "index.html").read_text()
    assert "SIMULATED" in page and "two views of it" in page
    assert "SIMULATED" in capsys.readouterr().out


def test_real_variables_are_found_or_replaced_and_that_is_said(shared_data, tmp_path, monkeypatch):
    from clrseries.datasets.variables import eros_variables, labelled_variables, stripe82_rr_lyrae

    monkeypatch.setenv("CLRSERIES_TEST_DATA", str(shared_data))
    stars, source = labelled_variables()
    assert len(stars) == 2552 and source.startswith("EROS-1, 2552 real")
    kinds = np.array(stars.table["class"].to_pylist())
    level = 25 - 2.5 * np.log10(np.median(stars.flux[np.repeat(kinds == "Cepheid", np.diff(stars.offsets))]))
    assert 15 < level < 18  # magnitudes were read as magnitudes
    assert len(eros_variables()) == 2552 and stripe82_rr_lyrae().bands == ("g", "i", "r", "u", "z")
    monkeypatch.setenv("CLRSERIES_TEST_DATA", str(tmp_path))
    assert "SIMULATED" in labelled_variables()[1]

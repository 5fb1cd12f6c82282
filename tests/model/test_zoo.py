"""Weights in the package: found by name, checked, offline, small, and with the scores that their training measured."""

import json
import logging
import re
import shutil
import socket
import zlib
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from clrseries import (
    Grid,
    InputError,
    Model,
    Series,
    embed,
    lightcurves,
    load,
    methods,
    predict,
    read_light_curves,
    read_spectra,
    spectra,
)
from clrseries.commands.cli import main
from clrseries.datasets.stars import matched
from clrseries.encoders import build_encoder
from clrseries.encoders.joint_head import JointHead
from clrseries.lightcurves.features import ANY
from clrseries.model import weights, zoo

NAMES = weights()
PAGE = Path(__file__).parents[2] / "docs" / "weights.md"


@pytest.fixture
def offline(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def copied(tmp_path, monkeypatch):
    shutil.copytree(zoo.FOLDER, tmp_path / "weights")
    monkeypatch.setattr(zoo, "FOLDER", tmp_path / "weights")
    return tmp_path / "weights"


@pytest.mark.parametrize("name", NAMES)
def test_weights_load_by_name_without_a_network(name, offline):
    assert load(name).encoder.embedding_dim >= 16
    assert load(name.replace("-", "_").upper()).notes == load(name).notes


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_small_and_complete(name):
    folder = zoo.FOLDER / name
    assert {file.name for file in folder.iterdir()} == set(zoo.FILES)
    assert (folder / "model.safetensors").stat().st_size <= zoo.MOST_BYTES
    assert sum(file.stat().st_size for file in folder.iterdir()) < zoo.MOST_BYTES + (1 << 16)


@pytest.mark.parametrize("name", NAMES)
def test_the_card_shows_the_scores_that_the_training_stored(name):
    card = (zoo.FOLDER / name / "README.md").read_text()
    stored = json.loads((zoo.FOLDER / name / "scores.json").read_text())["scores"]
    assert stored == load(name).notes["scores"] and len(stored) >= 3
    for one in stored:
        assert f"| {one['what']} | {one['value']:g} | {one['low']:g} to {one['high']:g} |" in card
    for part in ("## Data", "License:", "## Physics", "## Scores", "## Limits", f'load("{name}")'):
        assert part in card, part
    assert "{'" not in card  # a line of the YAML file with a colon would be a mapping


@pytest.mark.parametrize("name", NAMES)
def test_classes_come_with_sets(name):
    assert 0 < load(name).head.kind.least_probability < 0.9
    stored = json.loads((zoo.FOLDER / name / "scores.json").read_text())["scores"]
    covered = [one["value"] for one in stored if "`set_90`" in one["what"]]
    assert covered and 0.85 < max(covered) <= 1  # of another survey it may be less


@pytest.mark.parametrize("file", ["model.safetensors", "config.json"])
def test_other_files_than_those_of_the_version_are_refused(copied, file):
    there = copied / NAMES[0] / file
    there.write_bytes(there.read_bytes() + b" ")
    with pytest.raises(InputError, match="not the file that belongs to this version"):
        load(NAMES[0])
    there.unlink()
    with pytest.raises(InputError, match="is missing"):
        load(NAMES[0])


def test_an_unknown_name_says_which_there_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="supernova-spectra.*did you mean 'supernova-spectra'"):
        load("supernova-spectrum")
    with pytest.raises(InputError, match=r"not a model, config\.json is missing"):
        load(tmp_path / "nothing")


def test_a_model_in_a_folder_of_that_name_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / NAMES[0]).mkdir()
    assert load(NAMES[0]).notes["name"] == NAMES[0]  # the folder holds no model
    own = load(NAMES[0])
    own.notes = {"mine": True}
    own.save(tmp_path / NAMES[0])
    assert load(NAMES[0]).notes == {"mine": True}
    (tmp_path / NAMES[0] / "config.json").unlink()
    with pytest.raises(InputError, match=r"config\.json is missing"):
        load(NAMES[0])


def test_predict_tells_a_supernova_in_one_command(shared_data, tmp_path, offline, capsys):
    series = read_spectra(shared_data / "osc_spectra" / "spectra.parquet").take([0, 5, 9])
    predict("supernova-spectra", series, tmp_path / "p.parquet")
    table = pq.read_table(tmp_path / "p.parquet")
    classes = load("supernova-spectra").head.classes
    chances = np.array([table[f"p_{kind}"].to_pylist() for kind in classes])
    np.testing.assert_allclose(chances.sum(0), 1, atol=1e-5)
    for name in ("redshift", "phase_days"):
        assert {f"{name}_predicted", f"{name}_sigma"} <= set(table.column_names)
    assert all(0 <= value <= 1 for value in table["unlike"].to_pylist())
    one = series.take([1])
    np.savetxt(tmp_path / "one.ascii", np.column_stack([one.x, one.flux]))
    assert main(["predict", "supernova-spectra", str(tmp_path / "one.ascii")]) == 0
    line = capsys.readouterr().out
    assert line.count("\n") == 1 and "redshift" in line and "unlike the known" in line and "90 % set" in line
    assert ("doubt the rest" in line) == (table["unlike"][1].as_py() > 0.9)


def test_embed_takes_a_name(series, tmp_path):
    embed("supernova-spectra", series, tmp_path / "e.parquet")
    size = load("supernova-spectra").encoder.embedding_dim
    assert np.array(pq.read_table(tmp_path / "e.parquet")["embedding"].to_pylist()).shape == (len(series), size)


def test_a_supernova_is_recognized_and_a_star_is_not_known(shared_data, stars, monkeypatch):
    monkeypatch.setenv("CLRSERIES_DATA", str(shared_data))
    from clrseries.datasets.supernovae import held_out_objects, supernova_spectra

    series = supernova_spectra()
    test = series.take(np.flatnonzero(held_out_objects(series, 0)))
    model = load("supernova-spectra")
    found, true = model.predict(test), np.array(test.table["class"].to_pylist())
    chance = found["probability"][true == "Ia"][
        :, [kind.startswith("Ia") or kind == "Iax" for kind in model.head.classes]
    ]
    stored = {
        one["what"]: one["value"]
        for one in json.loads((zoo.FOLDER / "supernova-spectra" / "scores.json").read_text())["scores"]
    }
    assert (chance.sum(1) > 0.5).mean() > 0.85
    z = np.array(test.table["z"].to_pylist())
    spread = 1.48 * np.median(np.abs(found["redshift"] - z) / (1 + z))
    assert spread == pytest.approx(stored["redshift, 1.48 median of the error / (1 + z)"], abs=1e-3)
    assert np.median(model.predict(stars[1])["unlike"]) > 0.95 and np.median(found["unlike"]) < 0.7
    also, _ = matched(stars[1], stars[0])
    others = stars[1].take(np.setdiff1d(np.arange(len(stars[1])), also))
    flagged = [float((unlike > 0.9).mean()) for unlike in (found["unlike"], model.predict(others)["unlike"])]
    told = re.search(r"^\| 0\.9 \| [\d.]+ \| ([\d.]+) \| ([\d.]+) \|", PAGE.read_text(), re.M)
    assert told and flagged == pytest.approx([float(share) for share in told.groups()], abs=0.015)
    peculiar = ["Ia-91T", "Ia-91bg", "Iax", "Ia-CSM"]  # the catalog calls them all Ia-pec
    allowed = [np.isin(model.head.classes, peculiar if kind == "Ia-pec" else [kind]) for kind in true]
    covered = (found["set_90"] & np.array(allowed)).any(axis=1).mean()
    assert covered == pytest.approx(stored["type, fraction of sets (`set_90`) with the true class"], abs=0.01)


def test_a_joint_head_without_values_answers(tmp_path):
    import torch

    head = JointHead(3, ["a", "b"], [])
    rows = torch.randn(50, 3)
    head.fit_known(rows, torch.arange(50) % 2, rows)
    answers = head.split(head(torch.cat([rows, torch.full((1, 3), 100.0)])))
    assert answers["unlike"][-1] == 1 and 0.4 < answers["unlike"][:-1].mean() < 0.6
    # against the definition, object by object
    centers = torch.stack([rows[k::2].mean(0) for k in (0, 1)])
    apart = rows - centers[torch.arange(50) % 2]
    covariance = apart.T @ apart / 50
    covariance = 0.95 * covariance + 0.05 * covariance.trace() / 3 * torch.eye(3)
    wanted = min(float(torch.sqrt((rows[7] - c) @ torch.linalg.inv(covariance) @ (rows[7] - c))) for c in centers)
    assert float(head.distance(rows[7:8])) == pytest.approx(wanted, rel=1e-4)


def test_known_objects_that_are_all_alike_have_a_covariance():
    import torch

    head = JointHead(3, ["a", "b"], [])
    rows = torch.eye(3)[:2].repeat(10, 1)
    head.fit_known(rows, torch.arange(20) % 2, rows)
    answers = head.split(head(torch.cat([rows, torch.full((1, 3), 100.0)])))
    assert answers["unlike"][-1] == 1 and answers["unlike"][:-1].max() < 1


def test_a_joint_head_is_made_again_with_its_sets(tmp_path):
    head = JointHead(16, ["a", "b", "c"], ["z"], components=2, least_probability=0.25)
    assert JointHead(**head.settings).settings == head.settings
    observe = spectra.Observe([spectra.Resample(Grid.log(4000, 5000, 600)), spectra.Normalize()])
    encoder = build_encoder({"dense": {"width": 16, "embedding_dim": 16}}, observe, ())
    Model(encoder, methods.Projector(16), observe, {}, (), head, "kind").save(tmp_path / "model")
    wave = np.linspace(3900, 5100, 400)
    found = load(tmp_path / "model").predict(Series.from_arrays(wave, np.ones((3, 400)) + np.arange(3)[:, None]))
    largest = found["probability"].max(axis=1, keepdims=True)
    wanted = (found["probability"] >= 0.25) | (found["probability"] == largest)
    assert (found["set_90"] == wanted).all() and wanted.any()
    assert "set_90" not in Model(
        encoder, methods.Projector(16), observe, {}, (), JointHead(16, ["a", "b"], []), "k"
    ).predict(Series.from_arrays(wave, np.ones((1, 400))))


def test_transients_are_recognized_in_the_bands_of_many_telescopes(shared_data):
    model, same = load("transients"), {"u'": "u", "g'": "g", "r'": "r", "i'": "i", "z'": "z"}
    curves = read_light_curves(shared_data / "osc_lightcurves" / "lightcurves.parquet").with_bands(
        model.bands, same, drop=True
    )
    of_test = np.array([zlib.crc32(f"OSC {name}".encode()) % 10 in (1, 3, 5) for name in curves.object_ids])
    points = np.add.reduceat(curves.ivar > 0, curves.offsets[:-1].astype(int))
    kinds = np.array(curves.table["class"].to_pylist())
    for kind, name, least in (("Ia", "SNIa", 0.8), ("II", "SNII", 0.6)):  # 0.89 and 0.74 with Type IIn
        rows = np.flatnonzero(of_test & (points >= 8) & (kinds == kind))
        assert len(rows) > 20 and (model.predict(curves.take(rows))["predicted"] == name).mean() > least


def test_the_page_about_the_weights_shows_the_stored_scores():
    page = PAGE.read_text()
    for name in NAMES:
        scores = json.loads((zoo.FOLDER / name / "scores.json").read_text())["scores"]
        covered = next(one["value"] for one in scores if "`set_90`" in one["what"])  # of the objects of the test
        assert f"{covered:.3f} for `{name}`" in page
        for one in scores:
            shown = f"| `{name}` | {one['what']} | {one['value']:g} | {one['low']:g} to {one['high']:g} |"
            assert shown in page, shown


@pytest.mark.parametrize("bands", [("V",), ("P", "Q", "R1", "S", "T9", "zeta")])
def test_variables_of_any_bands_are_told_and_one_without_a_point_is_named(bands, caplog, tmp_path):
    """The weights read curves that `lightcurves.in_one_band` has joined; the bands may have any names, and any number."""
    rng, model, stars = np.random.default_rng(0), load("variables"), 3
    time = np.sort(rng.uniform(0, 200, (stars, 300)), axis=1)
    phase = time / 0.57 % 1  # of an RR Lyrae star, which brightens faster than it fades
    magnitude = 0.8 * np.where(phase < 0.15, 1 - phase / 0.15, (phase - 0.15) / 0.85)
    flux = 100 * 10 ** (-0.4 * magnitude) * rng.normal(1, 0.01, phase.shape)
    band = np.resize(bands, phase.shape)
    curves = Series.from_points(time, flux, np.ones(phase.shape), band, {"object_id": ["one", "empty", "two"]})
    curves.ivar[curves.offsets[1] : curves.offsets[2]] = 0
    assert lightcurves.in_one_band(curves).bands == (ANY,) == model.bands
    with caplog.at_level(logging.WARNING, "clrseries"):
        found = model.predict(curves)
    assert "1 of 3 objects cannot be embedded: 1 x column 'flux': no band has five usable points" in caplog.text
    assert np.isfinite(found["probability"]).all(axis=1).tolist() == [True, False, True]
    assert all(found["predicted"][k].startswith("RR") for k in (0, 2)) and found["predicted"][1] == ""
    with pytest.raises(InputError, match="object 'empty', .*no band has five"):
        model.predict(curves, on_error="stop")
    lines = str(predict(model, curves)).splitlines()
    assert lines[1] == "empty  cannot be used" and "; period 0.5" in lines[0]
    path = tmp_path / "periods.parquet"
    predict(model, curves, path)
    table = pq.read_table(path)
    assert table.column_names[-6:] == [f"{what}_{k}" for k in (1, 2, 3) for what in ("period", "power")]
    periods = table["period_1"].to_pylist()
    assert periods[0] == pytest.approx(0.57, rel=1e-3) and periods[1] is None
    np.testing.assert_array_equal(table["class_probability"].to_pylist()[0], found["probability"][0])
    own = curves.with_columns({name: table[name] for name in table.column_names[-6:]})  # read, and not measured again
    predict(model, own, path, overwrite=True)
    assert pq.read_table(path).column_names[:3] == ["object_id", "period_1", "power_1"]


def test_readme_quotes_the_stored_scores_of_variables_on_another_survey():
    stored = json.loads((zoo.FOLDER / "variables" / "scores.json").read_text())["scores"]
    values = {one["what"]: f"{one['value']:.2f}" for one in stored}
    start, what = "| classes of variable stars of another survey", "balanced accuracy, PLAsTiCC"
    (line,) = (line for line in (PAGE.parents[1] / "README.md").read_text().splitlines() if line.startswith(start))
    assert re.findall(r"\d\.\d\d", line) == [values[what], values[f"{what}, random forest on the same features"]]

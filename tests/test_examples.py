"""Examples and README snippets run as they stand."""

import inspect
import re
import runpy
import sys
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pytest
import yaml

from clrseries.config import composition, default_steps

ROOT = Path(__file__).parent.parent


def test_observe_again(stars, capsys):
    runpy.run_path(str(ROOT / "examples" / "observe_again.py"), run_name="__main__")
    shown = capsys.readouterr().out
    assert shown.count("view 2") == 3 and "2952 views of" in shown


def test_the_example_configuration_is_the_default():
    config = yaml.safe_load((ROOT / "examples" / "stellar.yaml").read_text())
    assert config["augment"] == default_steps("spectra")
    composition(config["augment"])


def test_the_supernova_recipe_trains_on_real_spectra(shared_data, monkeypatch, tmp_path):
    from clrseries import load, pretrain
    from clrseries.datasets.supernovae import CLASSES, held_out_objects, supernova_spectra

    monkeypatch.setenv("CLRSERIES_DATA", str(shared_data))
    series = supernova_spectra()
    kinds, names = (np.array(series.table[name].to_pylist()) for name in ("class", "object_id"))
    held_out = held_out_objects(series, 0)
    assert not set(names[held_out]) & set(names[~held_out]) and set(kinds[held_out]) == set(CLASSES) == set(
        kinds[~held_out]
    )
    config = yaml.safe_load((ROOT / "examples" / "supernovae.yaml").read_text()) | {"epochs": 2, "progress": False}
    model = load(pretrain(series.take(np.flatnonzero(~held_out)), tmp_path / "run", **config))
    assert np.isfinite(model.embed(series)).all() and model.notes["objects"] == len(set(names[~held_out]))


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.name)
def test_every_recipe_can_be_built(path):
    from clrseries.config import composition
    from clrseries.encoders import build_encoder

    recipe = yaml.safe_load(path.read_text())
    observe = composition(recipe["augment"])
    assert build_encoder(recipe.get("encoder", "auto"), observe).embedding_dim > 0


def test_every_method_is_described():
    from clrseries.methods import METHODS, TERMS

    page = (ROOT / "docs" / "methods.md").read_text()
    assert all(f"`{name}`" in page for name in (*METHODS, *TERMS))


def archive_page():
    return (ROOT / "docs/archives.md").read_text()


def test_commands_on_the_page_of_archives_are_understood():
    from clrseries.commands.cli import function_of
    from clrseries.commands.parser import arguments_of
    from clrseries.commands.table import COMMANDS

    lines = re.findall(r"^    clrseries (.*)$", archive_page(), re.M)
    assert len(lines) >= 5
    for line in lines:
        word, *words = line.split()
        assert arguments_of(function_of(COMMANDS[word]), COMMANDS[word], words)["output"].endswith("/")


def test_snippets_on_the_page_of_archives(monkeypatch):
    """They run against a cluster and a catalog that take whatever is asked of them; calls of clrseries have its arguments."""
    import clrseries

    def called(function):
        def call(*words, **options):
            bound = inspect.signature(function).bind(*words, **options)
            calls.append((function.__name__, dict(bound.arguments)))
            return MagicMock()

        return call

    calls: list = []
    for name in ("embed", "embed_catalog"):
        monkeypatch.setattr(clrseries, name, called(getattr(clrseries, name)))
    for name in ("dask_jobqueue", "lsdb", "dask.distributed"):
        monkeypatch.setitem(sys.modules, name, MagicMock())
    blocks = re.findall(r"```python\n(.*?)```", archive_page(), re.S)
    for block in blocks:
        exec(compile(block, "docs/archives.md", "exec"), {"__name__": "__main__"})
    assert [name for name, _ in calls] == ["embed", "embed", "embed_catalog"]
    assert calls[1][1]["device"] == "cuda" and all("scheduler" in given for name, given in calls if name == "embed")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_readme_snippets(stars, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for page in (
        "README.md",
        "docs/spectra.md",
        "docs/kernels.md",
        "docs/lightcurves.md",
        "docs/methods.md",
        "docs/weights.md",
        "docs/evaluation.md",
    ):
        blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.S)
        assert blocks
        for block in blocks:
            exec(compile(block.replace("epochs=150", "epochs=1"), page, "exec"), {})


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_cadences(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["cadences.py", "--output", str(tmp_path / "cadences.png")])
    runpy.run_path(str(ROOT / "examples" / "cadences.py"), run_name="__main__")
    assert (tmp_path / "cadences.png").stat().st_size > 50_000


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_gallery_shows_every_step(stars, tmp_path, monkeypatch):
    from clrseries.config import SPECTRUM_STEPS

    monkeypatch.setattr("sys.argv", ["gallery.py", "--output", str(tmp_path / "gallery.png")])
    made = runpy.run_path(str(ROOT / "examples" / "gallery.py"), run_name="__main__")
    assert (tmp_path / "gallery.png").stat().st_size > 100_000
    shown = {type(step).__name__ for _, steps, _ in made["panels"]() for step in steps}
    assert shown == set(SPECTRUM_STEPS) - {"Resample"}

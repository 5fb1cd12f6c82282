"""The published leaderboard: what its page, its JSON and the code say is the same, and what README and results quote is in it."""

import json
from pathlib import Path

import numpy as np
import pytest

from clrseries import Series, datasets
from clrseries.tasks import TASKS, asas, eros, plasticc, stelib, supernova_spectra, supernova_templates
from clrseries.tasks.page import page_of

DOCS = Path(__file__).parents[2] / "docs"
STORED = {path.stem: json.loads(path.read_text()) for path in sorted((DOCS / "leaderboard").glob("*.json"))}


@pytest.fixture(scope="module")
def spectra():
    """Spectra of a line each, with every column that a task asks for."""
    count, wave = 60, np.linspace(3600, 9000, 700)
    depth = np.linspace(0.1, 0.9, count)[:, None]
    flux = 2.0 - depth * np.exp(-0.5 * ((wave - 6000) / 50) ** 2)
    names = [f"o{k}" for k in range(count)]
    columns = {
        "object_id": names, "class": ["Ia", "II"] * 30, "type": ["Ia-norm", "IIP"] * 30, "z": np.full(count, 0.01), "phase_days": np.zeros(count),
        "split": ["train", "test", "other"] * 20, "twin_of_test": [False] * count,
    }  # fmt: skip
    return Series.from_arrays(wave, flux, np.full(flux.shape, 1e4), columns)


@pytest.fixture
def contests(spectra, monkeypatch):
    """The contests and trials of all tasks on data that are made up; nothing runs."""
    stars = datasets.simulated_light_curves(40, nights=30)
    catalog = stars.with_columns({name: np.ones(40) for name in plasticc.CATALOG})
    for module, name, series in (
        (asas, "asas", stars), (eros, "eros_variables", stars), (plasticc, "plasticc", catalog), (stelib, "stelib", spectra), (stelib, "miles", spectra),
        (supernova_spectra, "supernova_spectra", spectra), (supernova_templates, "supernova_templates", spectra),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, lambda series=series: series)
    monkeypatch.setattr(stelib, "matched", lambda queries, candidates: (np.arange(60), np.arange(60)))
    monkeypatch.setattr(supernova_templates, "catalog_as_templates", lambda phases: spectra)
    return {word: task.contests() for word, task in TASKS.items()}


def test_the_page_is_that_of_the_scores():
    assert (DOCS / "leaderboard.md").read_text() == page_of(STORED, "docs/leaderboard.md")


def test_the_scores_are_of_the_tasks_as_they_are(contests):
    assert set(contests) == set(STORED)
    for word, made in contests.items():
        assert STORED[word]["command"].startswith(f"clrseries benchmark {word} --output docs/leaderboard.md --seeds ")
        for contest, stored in zip(made, STORED[word]["contests"], strict=True):
            assert STORED[word]["command"].endswith(f" {stored['seeds']}")
            assert (stored["title"], stored["about"]) == (contest.title, contest.about)
            assert stored["measures"] == list(contest.measures)
            budgets = getattr(contest, "budgets", (None,))
            rows = [(row["name"], row.get("budget")) for row in stored["rows"]]
            assert rows == [(entrant.name, budget) for entrant in contest.entrants for budget in budgets]
            quoted = [(q["name"], q["scores"], q["source"]) for q in stored["quoted"]]
            assert quoted == [(q.name, q.scores, q.source) for q in contest.quoted]

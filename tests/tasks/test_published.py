"""The published leaderboard: what its page, its JSON and the code say is the same, and what README and results quote is in it."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clrseries import Series, datasets
from clrseries.tasks import TASKS, asas, eros, plasticc, spectrographs, stelib, supernova_spectra, supernova_templates
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
        "split": ["train", "test", "other"] * 20, "instrument": [f"s{k // 10}" for k in range(count)], "twin_of_test": [False] * count,
    }  # fmt: skip
    return Series.from_arrays(wave, flux, np.full(flux.shape, 1e4), columns)


@pytest.fixture
def contests(spectra, monkeypatch):
    """The contests and trials of all tasks on data that are made up; nothing runs."""
    stars = datasets.simulated_light_curves(40, nights=30)
    catalog = stars.with_columns({name: np.ones(40) for name in plasticc.CATALOG})
    for module, name, series in (
        (asas, "asas", stars), (eros, "eros_variables", stars), (plasticc, "plasticc", catalog), (stelib, "stelib", spectra), (stelib, "miles", spectra),
        (spectrographs, "supernova_spectra", spectra), (supernova_spectra, "supernova_spectra", spectra), (supernova_templates, "supernova_templates", spectra),
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


def means(word, name, measure, budgets, part=0):
    """Return the stored means of a row, or a quoted one, as a text with two digits."""
    contest = STORED[word]["contests"][part]
    if quoted := [q["scores"][measure] for q in contest["quoted"] if q["name"] == name]:
        return [f"{quoted[0]:.2f}"]
    stored = {row.get("budget"): row["scores"][measure]["mean"] for row in contest["rows"] if row["name"] == name}
    return [f"{stored[budget]:.2f}" for budget in budgets]


TYPES, NINE = "supernova-templates", "supernova-spectra"
SIMULATED, BOTH = "clrseries, simulated stars, no label", "clrseries, simulated stars, and a forest on the labels"
ALONE, LABELED = "features and periods, random forest", "clrseries, folded curve, features and periods"
WHERE, FORGOTTEN = ("all wavelengths", "common range"), (", forgotten given neighbors", ", forgotten given class")
PIXELS, CONTINUUM, OURS = (
    "PCA (40) of the pixels, {}",
    "PCA (40) of the pixels over their continuum, {}",
    "clrseries, {}",
)
QUOTED: dict[tuple[str, str], list[Any]] = {  # by the page and the beginning of a line: what its numbers are, in their order
    ("../README.md", "| supernova type, ten types on ABC-SN's split"): [
        (TYPES, name, measure, (0,))
        for name in ("clrseries, resnet1d from scratch", "ABC-SN", "random forest on pixels", "logistic regression on pixels")
        for measure in ("accuracy", "macro_f1")
    ],
    ("../README.md", "| the same without objects on both sides"): [
        (TYPES, name, "macro_f1", (100,), 1) for name in ("clrseries, resnet1d from scratch", "logistic regression on pixels")
    ],
    ("../README.md", "| the same, 5 labels a type"): [
        (TYPES, name, "macro_f1", (5,), 1)
        for name in ("clrseries, both networks, labels carried and guessed", "random forest on pixels, labels carried")
    ],
    ("../README.md", "| supernova class, nine classes"): [
        (NINE, name, "macro_f1", (20,))
        for name in ("clrseries, library and labels, and correlation", "cross-correlation, best of labels and library")
    ],
    ("../README.md", "| transients and variables of PLAsTiCC"): [
        ("plasticc", name, measure, (0,))
        for name in ("clrseries, two networks and boosted trees, catalog", "features, periods and catalog, boosted trees")
        for measure in ("accuracy", "balanced_accuracy")
    ],
    ("../README.md", "| variable stars of ASAS"): [("asas", name, "balanced_accuracy", (5,)) for name in (SIMULATED, BOTH, ALONE)],
    ("../README.md", "| variable stars of EROS-1"): [
        ("eros", name, "balanced_accuracy", (5,)) for name in (SIMULATED, BOTH, "features and periods, logistic regression")
    ],
    **{
        ("../README.md", start): [
            ("spectrographs", name.format(where), measure, (None,), part)
            for name in (OURS, *(OURS + way for way in FORGOTTEN), PIXELS, *([CONTINUUM] if where == WHERE[1] else []))
            for part, measure in enumerate(("revealed", "balanced_accuracy"))
        ]
        for start, where in zip(
            ("| which of six spectrographs took a spectrum (low is good; chance 0.17)", "| the same, wavelengths that all have"), WHERE, strict=True
        )
    },
    ("results.md", "| class, redshift and phase, random forest"): [("spectrographs", "class, redshift and phase, random forest", "revealed", (None,))],
    **{
        ("results.md", start): [
            ("spectrographs", name, measure, (None,), part) for part, measure in enumerate(("revealed", "balanced_accuracy"))
        ]
        for start, name in (
            ("| PCA of the pixels, all wavelengths", PIXELS.format(WHERE[0])),
            ("| clrseries, all wavelengths", OURS.format(WHERE[0])),
            ("| the same, spectrograph forgotten given neighbors, all", OURS.format(WHERE[0]) + FORGOTTEN[0]),
            ("| the same, spectrograph forgotten given class, all", OURS.format(WHERE[0]) + FORGOTTEN[1]),
            ("| PCA of the pixels, the common range", PIXELS.format(WHERE[1])),
            ("| PCA of the pixels over their continuum", CONTINUUM.format(WHERE[1])),
            ("| clrseries, the common range |", OURS.format(WHERE[1])),
            ("| the same, spectrograph forgotten given neighbors, the", OURS.format(WHERE[1]) + FORGOTTEN[0]),
            ("| the same, spectrograph forgotten given class, the", OURS.format(WHERE[1]) + FORGOTTEN[1]),
            ("| clrseries, the common range, views drawn", OURS.format(WHERE[1]) + ", views drawn from the data"),
            ("| clrseries, the common range, adversary", OURS.format(WHERE[1]) + ", adversary given class"),
        )
    },
    ("results.md", "| simulated stars, no label"): [(word, SIMULATED, "balanced_accuracy", (5,)) for word in ("asas", "eros")],
    **{
        ("results.md", start): [("asas", name, "balanced_accuracy", (5, 10, 0)), ("eros", name, "balanced_accuracy", (5, 20, 100, 0))]
        for start, name in (
            ("| simulated stars, and a forest on the labels", BOTH),
            ("| the forest on the labels alone", ALONE),
            ("| clrseries, trained with the labels alone", LABELED),
        )
    },
    **{
        ("results.md", start): [(NINE, name, "macro_f1", budgets)]
        for start, name, budgets in (
            ("| cross-correlation with the labeled spectra", "cross-correlation, best template", (5, 20, 100, 0)),
            ("| cross-correlation with the library and", "cross-correlation, best of labels and library", (5, 20, 100, 0)),
            ("| clrseries, SimCLR, then fine-tuned", "clrseries, SimCLR without labels, then fine-tuned", (5, 20, 100, 0)),
            ("| clrseries, the library and no label", "clrseries, library alone, no label", (5,)),
            ("| clrseries, the library and the labels", "clrseries, library and labels", (5, 20, 100, 0)),
            ("| the same, and cross-correlation", "clrseries, library and labels, and correlation", (5, 20, 100, 0)),
        )
    },
}  # fmt: skip


@pytest.mark.parametrize(("page", "start"), QUOTED)
def test_numbers_that_pages_quote_are_those_of_the_leaderboard(page, start):
    (line,) = (line for line in (DOCS / page).read_text().splitlines() if line.startswith(start))
    wanted = [number for quoted in QUOTED[page, start] for number in means(*quoted)]
    assert re.findall(r"\d\.\d\d", line.removeprefix(start)) == wanted

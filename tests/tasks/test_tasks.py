"""Tasks: splits that keep objects together, scores against scikit-learn, pages that say what was run."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from clrseries import InputError, benchmark, datasets
from clrseries.commands.cli import main
from clrseries.config import composition
from clrseries.tasks import TASKS, Contest, Entrant, Quoted, Task, contest_scores, spectrographs, table
from clrseries.tasks.contest import held_out
from clrseries.tasks.eros import KINDS
from clrseries.tasks.measures import MEASURES
from clrseries.tasks.page import page_of
from clrseries.tasks.periodic_stars import periodic_stars
from clrseries.tasks.supernova_spectra import RECIPE, supernova_spectra_contests
from clrseries.tasks.supernova_templates import supernova_template_contests


@pytest.fixture
def contest(rng):
    target = rng.choice(["a", "b", "c"], 300, p=[0.6, 0.3, 0.1])
    groups = np.char.add(target, (np.arange(300) // 3).astype(str))
    test = held_out(target, groups, 0.3, 0)
    pool = np.setdiff1d(np.arange(300), test)

    def guess(rows, seed):
        return np.random.default_rng([seed, len(rows)]).choice(target[rows], len(test))

    entrants = (Entrant("oracle", lambda rows, seed: target[test]), Entrant("guess", guess, ours=True))
    return Contest("Letters", "Drawn.", target, groups, pool, test, (5, 0), ("accuracy", "macro_f1"), entrants, (Quoted("paper", {"accuracy": 0.9}, "A. Uthor 2020"),))  # fmt: skip


def test_an_object_is_on_one_side(contest):
    assert not set(contest.groups[contest.test]) & set(contest.groups[contest.pool])
    assert 0.25 < len(contest.test) / 300 < 0.35
    assert np.array_equal(contest.test, held_out(contest.target, contest.groups, 0.3, 0))
    assert not np.array_equal(contest.test, held_out(contest.target, contest.groups, 0.3, 1))


def test_measures_are_those_of_scikit_learn(rng):
    truth, answer = (rng.choice(list("abcd"), 200) for _ in range(2))
    answer[truth == "d"] = "a"
    for name, theirs in (
        ("accuracy", accuracy_score(truth, answer)),
        ("balanced_accuracy", balanced_accuracy_score(truth, answer)),
        ("macro_f1", f1_score(truth, answer, average="macro")),
    ):
        assert MEASURES[name].of(truth, answer, np.ones(200, int)) == pytest.approx(theirs)


def test_scores_are_means_over_seeds_with_the_scatter_of_seeds_and_objects(contest):
    told: list[str] = []
    found = contest_scores(contest, 3, told.append)
    assert [(row["name"], row["budget"]) for row in found["rows"]] == [
        ("oracle", 5),
        ("oracle", 0),
        ("guess", 5),
        ("guess", 0),
    ]
    assert found["rows"][0]["scores"]["accuracy"] == {"mean": 1.0, "seeds": 0.0, "objects": 0.0}
    guess = found["rows"][3]["scores"]["accuracy"]
    answers = [contest.entrants[1].answer(np.sort(contest.pool)[: len(contest.pool)], seed) for seed in range(3)]
    assert len(answers) == 3 and guess["seeds"] > 0 and 0.01 < guess["objects"] < 0.15
    assert found["objects"]["test"] == len(set(contest.groups[contest.test])) and len(told) == 4
    only = contest_scores(contest, 1, only=("guess",))
    assert {row["name"] for row in only["rows"]} == {"guess"} and np.isnan(
        only["rows"][0]["scores"]["accuracy"]["seeds"]
    )


def test_the_command_writes_a_page_and_json_and_keeps_other_tasks(contest, tmp_path, monkeypatch, capsys):
    for word in ("letters", "others"):
        monkeypatch.setitem(TASKS, word, Task(word, "letters", lambda: [contest]))
    page = tmp_path / "board.md"
    assert main(["benchmark", "letters", "--output", str(page), "--seeds", "2"]) == 0
    assert "letters: oracle, 5 labels: accuracy 1.000" in capsys.readouterr().out
    benchmark("others", page, seeds=1, progress=False)
    text = page.read_text()
    assert text.count("## Letters") == 2 and "clrseries benchmark letters --output" in text and "--seeds 2" in text
    assert "| paper (quoted) |  | 0.900 |" in text and "A. Uthor 2020" in text and "**1.000**" in text
    stored = json.loads((tmp_path / "board" / "letters.json").read_text())
    assert stored["contests"][0]["rows"][0]["name"] == "oracle" and page_of({"letters": stored}, "board.md")
    with pytest.raises(InputError, match="no task 'asass'; there are asas, eros"):
        benchmark("asass", page)
    with pytest.raises(InputError, match="no 'gues' in letters; there are oracle, guess"):
        benchmark("letters", page, entrants=["gues"])
    for name in ("guess", "oracle"):  # whichever row runs again, the order is that of the entrants
        stored["contests"][0]["rows"].append(stored["contests"][0]["rows"][0] | {"name": "given up"})
        (tmp_path / "board" / "letters.json").write_text(json.dumps(stored))
        benchmark("letters", page, seeds=2, entrants=[name], progress=False)
        stored = json.loads((tmp_path / "board" / "letters.json").read_text())
        rows = [(row["name"], row["budget"]) for row in stored["contests"][0]["rows"]]
        assert rows == [("oracle", 5), ("oracle", 0), ("guess", 5), ("guess", 0)]
    with pytest.raises(InputError, match="Markdown"):
        benchmark("asas", tmp_path / "board.html")


def test_stars_can_be_contested():
    contest = periodic_stars(datasets.simulated_light_curves(60, nights=40), "Simulated", "For a test.", (5,), KINDS)
    plain = [entrant for entrant in contest.entrants if not entrant.ours]
    rows = contest.pool
    for entrant in plain:
        assert (entrant.answer(rows, 0) == contest.target[contest.test]).mean() > 0.6


def test_a_network_on_stars_and_one_on_spectra_answer_for_every_test_object(shared_data, monkeypatch):
    from clrseries.tasks import periodic_stars as of_stars
    from clrseries.tasks import supernova_networks, supernova_spectra, supernova_templates, template_library

    monkeypatch.setenv("CLRSERIES_DATA", str(shared_data))
    for name, number in (("STEPS", 4), ("LONGER", 4), ("SIMULATED", 32)):
        monkeypatch.setattr(of_stars, name, number)
    monkeypatch.setattr(template_library, "STEPS", 4)
    for module in (supernova_networks, template_library):
        monkeypatch.setattr(module, "VIEWS", 1)
    for module in (supernova_spectra, supernova_templates):
        monkeypatch.setattr(module, "RECIPE", replace(module.RECIPE, steps=4, fewer=4, epochs=1))
    stars = datasets.simulated_light_curves(60, nights=40)
    of_supernovae = (supernova_template_contests()[1], *supernova_spectra_contests())
    for contest in (periodic_stars(stars, "Simulated", "For a test.", (5,), KINDS), *of_supernovae):
        rows = contest.pool[:60]
        for entrant in (entrant for entrant in contest.entrants if entrant.ours):
            answer = entrant.answer(rows, 0)
            more = any(word in entrant.name for word in ("library", "catalog"))  # with classes of its own
            known = contest.pool if more else rows
            assert len(answer) == len(contest.test) and set(answer) <= set(contest.target[known])


def test_the_split_of_the_templates_is_the_published_one(shared_data, monkeypatch):
    monkeypatch.setenv("CLRSERIES_DATA", str(shared_data))
    published, apart = supernova_template_contests()
    assert len(published.test) == 1880 and len(set(published.target[published.test])) == 10
    shared = set(published.groups[published.test]) & set(published.groups[published.pool])
    assert len(shared) > 40
    assert not set(apart.groups[apart.test]) & set(apart.groups[apart.pool])
    assert set(table.TASKS) >= {"asas", "eros", "supernova-spectra", "supernova-templates"}


def test_the_class_of_a_spectrum_is_that_of_its_best_template(shared_data, monkeypatch):
    monkeypatch.setenv("CLRSERIES_DATA", str(shared_data))
    (contest,) = supernova_spectra_contests()
    assert not set(contest.groups[contest.test]) & set(contest.groups[contest.pool])
    plain = [entrant for entrant in contest.entrants if not entrant.ours]
    for entrant in plain:  # told the classes of the test spectra, each finds them again
        answer = entrant.answer(contest.test, 0)
        assert (answer == contest.target[contest.test]).mean() > (0.9 if "cross" in entrant.name else 0.5)


def test_the_views_of_the_task_are_those_of_the_example():
    path = Path(__file__).parents[2] / "examples" / "supernovae.yaml"
    example = yaml.safe_load(path.read_text())
    assert repr(RECIPE.observe) == repr(composition(example["augment"]))
    assert (RECIPE.encoder, RECIPE.epochs) == (example["encoder"], example["epochs"])
    example = yaml.safe_load(path.with_name("spectrographs.yaml").read_text())
    assert repr(spectrographs.COMMON) == repr(composition(example["augment"]))
    assert (RECIPE.encoder, spectrographs.EPOCHS) == (example["encoder"], example["epochs"])


def test_the_catalog_is_read_beside_the_curves(monkeypatch):
    from clrseries.tasks import plasticc as task

    rng = np.random.default_rng(0)
    stars = datasets.simulated_light_curves(50, nights=30)
    far = np.where(np.arange(50) % 7 == 0, 0.2, 0.0)  # few: each is moved, which takes its time
    stars = stars.with_columns({name: rng.normal(size=50) for name in task.CATALOG} | {"hostgal_specz": far})
    monkeypatch.setattr(task, "plasticc", lambda: stars)
    monkeypatch.setattr(task, "STEPS", 4)
    monkeypatch.setattr(task, "COPIES", 1)
    (contest,) = task.plasticc_contests()
    assert len(contest.test) == 10 and contest.quoted[0].scores == {"accuracy": 0.7076}
    for entrant in contest.entrants:
        answer = entrant.answer(contest.pool, 0)
        assert len(answer) == 10 and set(answer) <= set(contest.target)

"""Scores of the entrants of a contest: means and scatter over seeds, and over objects by the bootstrap."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..evaluation import labeled_rows
from .contest import Contest, Entrant

DRAWS = 200  # of the bootstrap
Matrix = NDArray[np.float64]


def contest_scores(
    contest: Contest, seeds: int, say: Callable[[str], Any] = lambda text: None, only: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Run every entrant with every number of labels and every seed, and score what it says of the test objects.

    A seed draws the labeled objects, the initial weights and the views; the test objects are the same for all seeds.

    Parameters
    ----------
    contest : Contest
        Data and entrants.
    seeds : int
        Number of seeds, at least 1.
    say : function
        Called with a line after each entrant.
    only : tuple of str
        Names of the entrants to run; default all.

    Returns
    -------
    dict
        For the page and the JSON: ``title``, ``about``, ``objects``, ``rows`` (by entrant, budget and measure: ``mean``, ``seeds``
        (standard deviation over seeds) and ``objects`` (standard deviation of the bootstrap)) and ``quoted``.
    """
    rows = []
    for entrant in contest.entrants:
        if only and entrant.name not in only:
            continue
        for budget in contest.budgets:
            row = _scored(contest, entrant, budget, seeds)
            rows.append(row)
            told = ", ".join(f"{name} {row['scores'][name]['mean']:.3f}" for name in contest.measures)
            say(f"{entrant.name}, {budget or 'all'} labels: {told} ({row['seconds']:.0f} s)")
    return {
        "title": contest.title,
        "about": contest.about,
        "objects": {
            "labeled": len(np.unique(contest.groups[contest.pool])),
            "labeled_rows": len(contest.pool),
            "test": len(np.unique(contest.groups[contest.test])),
            "test_rows": len(contest.test),
            "classes": len(np.unique(contest.target[contest.test])),
        },
        "budgets": list(contest.budgets),
        "measures": list(contest.measures),
        "seeds": seeds,
        "threads": torch.get_num_threads(),
        "rows": rows,
        "quoted": [{"name": q.name, "scores": q.scores, "source": q.source} for q in contest.quoted],
    }


def _scored(contest: Contest, entrant: Entrant, budget: int, seeds: int) -> dict[str, Any]:
    truth, begun, spent = contest.target[contest.test], time.perf_counter(), time.process_time()
    answers = []
    for seed in range(seeds):
        rows = labeled_rows(contest.target, contest.pool, budget or len(contest.pool), seed)
        answers.append(entrant.classify(rows, seed))
    seconds = (time.perf_counter() - begun) / seeds
    found: dict[str, dict[str, float]] = {}
    tables = [confusion(truth, answer) for answer in answers]
    again = list(_resampled(contest.groups[contest.test], truth, answers))
    for name in contest.measures:
        single = [MEASURES[name](table) for table in tables]
        drawn = [np.mean([MEASURES[name](table) for table in draw]) for draw in again]
        found[name] = {
            "mean": float(np.mean(single)),
            "seeds": float(np.std(single, ddof=1)) if seeds > 1 else float("nan"),
            "objects": float(np.std(drawn, ddof=1)),
        }
    return {
        "name": entrant.name, "ours": entrant.ours, "budget": budget, "scores": found, "seconds": round(seconds, 2),
        "core_seconds": round((time.process_time() - spent) / seeds, 2),
    }  # fmt: skip


def confusion(truth: NDArray[np.str_], answer: NDArray[np.str_], weight: NDArray[np.float64] | None = None) -> Matrix:
    """Return how much of each true class was predicted as each class.

    Parameters
    ----------
    truth, answer : str (M,)
        True and predicted classes.
    weight : float64 (M,), optional
        How often each row counts; default once.

    Returns
    -------
    float64 (C, C)
        Over the classes that occur, sorted; rows are the true classes.
    """
    names, number = np.unique(np.concatenate([truth, answer]), return_inverse=True)
    table = np.zeros((len(names), len(names)))
    np.add.at(table, (number[: len(truth)], number[len(truth) :]), 1.0 if weight is None else weight)
    return table


def _resampled(groups: NDArray[np.str_], truth: NDArray[np.str_], answers: list[NDArray[np.str_]]) -> Any:
    """Yield, for each draw of the objects with replacement, the table of confusion of every seed."""
    rng = np.random.default_rng(0)
    names, of_row = np.unique(groups, return_inverse=True)
    for _ in range(DRAWS):
        times = np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))
        yield [confusion(truth, answer, times[of_row].astype(np.float64)) for answer in answers]


def _accuracy(table: Matrix) -> float:
    return float(np.trace(table) / table.sum())


def _balanced_accuracy(table: Matrix) -> float:
    there = table.sum(1) > 0
    return float(np.mean(np.diag(table)[there] / table.sum(1)[there]))


def _macro_f1(table: Matrix) -> float:
    both = table.sum(1) + table.sum(0)
    there = both > 0
    return float(np.mean(2.0 * np.diag(table)[there] / both[there]))


MEASURES: dict[str, Callable[[Matrix], float]] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "macro_f1": _macro_f1,
}

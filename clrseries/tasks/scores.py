"""Scores of the entrants of a contest or trial: means and scatter over seeds, and over objects by the bootstrap."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..evaluation import labeled_rows
from .contest import Contest, Entrant, Trial
from .measures import MEASURES

DRAWS = 200  # of the bootstrap


def contest_scores(
    contest: Contest | Trial, seeds: int, say: Callable[[str], Any] = lambda text: None, only: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Run every entrant with every number of labels and every seed, and score what it says of the test objects.

    A seed draws the labeled objects, the initial weights and the views; the test objects are the same for all seeds.

    Parameters
    ----------
    contest : Contest or Trial
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
        for budget in contest.budgets if isinstance(contest, Contest) else (None,):
            row = _scored(contest, entrant, budget, seeds)
            rows.append(row)
            told = ", ".join(f"{name} {row['scores'][name]['mean']:.3f}" for name in contest.measures)
            labels = "" if budget is None else f", {budget or 'all'} labels"
            say(f"{entrant.name}{labels}: {told} ({row['seconds']:.0f} s)")
    return {
        "title": contest.title,
        "about": contest.about,
        **_sizes(contest),
        "measures": list(contest.measures),
        "seeds": seeds,
        "threads": torch.get_num_threads(),
        "rows": rows,
        "quoted": [{"name": q.name, "scores": q.scores, "source": q.source} for q in contest.quoted],
    }


def _sizes(contest: Contest | Trial) -> dict[str, Any]:
    test = {"test": len(np.unique(contest.scored)), "test_rows": len(contest.scored)}
    if isinstance(contest, Trial):
        return {"objects": test}
    labeled = {"labeled": len(np.unique(contest.groups[contest.pool])), "labeled_rows": len(contest.pool)}
    return {
        "objects": labeled | test | {"classes": len(np.unique(contest.truth))},
        "budgets": list(contest.budgets),
    }


def _scored(contest: Contest | Trial, entrant: Entrant, budget: int | None, seeds: int) -> dict[str, Any]:
    begun, spent = time.perf_counter(), time.process_time()
    answers = [_answer(contest, entrant, budget, seed) for seed in range(seeds)]
    seconds, core_seconds = (
        (now - then) / seeds for now, then in ((time.perf_counter(), begun), (time.process_time(), spent))
    )
    found: dict[str, dict[str, float]] = {}
    once, again = np.ones(len(contest.scored), np.int64), list(_resampled(contest.scored))
    for name in contest.measures:
        of = MEASURES[name].of
        single = [of(contest.truth, answer, once) for answer in answers]
        drawn = [np.mean([of(contest.truth, answer, times) for answer in answers]) for times in again]
        found[name] = {
            "mean": float(np.mean(single)),
            "seeds": float(np.std(single, ddof=1)) if seeds > 1 else float("nan"),
            "objects": float(np.std(drawn, ddof=1)),
        }
    return {
        "name": entrant.name, "ours": entrant.ours, **({} if budget is None else {"budget": budget}), "scores": found,
        "seconds": round(seconds, 2), "core_seconds": round(core_seconds, 2),
    }  # fmt: skip


def _answer(contest: Contest | Trial, entrant: Entrant, budget: int | None, seed: int) -> NDArray[Any]:
    if isinstance(contest, Trial):
        return entrant.answer(seed)
    return entrant.answer(labeled_rows(contest.target, contest.pool, budget or len(contest.pool), seed), seed)


def _resampled(objects: NDArray[np.str_]) -> Iterator[NDArray[np.int64]]:
    """Yield, for each draw of the objects with replacement, how often each row counts."""
    rng = np.random.default_rng(0)
    names, of_row = np.unique(objects, return_inverse=True)
    for _ in range(DRAWS):
        yield np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))[of_row]

"""The page of a benchmark, in Markdown, from the scores of its tasks."""

from __future__ import annotations

from typing import Any

HEAD = """# Leaderboard

`clrseries benchmark TASK --output {page}` runs a task and rewrites its part of this page; `make bench-science` runs all. The numbers of
every part stand beside it as JSON. The rows of one object are on one side of a split. Settings were chosen on splits inside the part
that may be labeled, unless a task says otherwise; the test objects are the same for all seeds, and are scored once a run. A score is the mean over seeds; `±` is
first the standard deviation over seeds (labeled objects, weights, views), then that of a bootstrap over the test objects. Rows that are
quoted were not run here. In bold: the best row, quoted ones included.
"""
NAMES = {"accuracy": "accuracy", "balanced_accuracy": "balanced accuracy", "macro_f1": "macro-F1"}


def page_of(results: dict[str, dict[str, Any]], page: str) -> str:
    """Return the page.

    Parameters
    ----------
    results : dict of str to dict
        By word of the task: ``command`` and ``contests``, a list of what :func:`contest_scores` returns.
    page : str
        Path of the page, for the command that it states.

    Returns
    -------
    str
        Markdown.
    """
    parts = [HEAD.format(page=page)]
    for word, result in sorted(results.items()):
        for contest in result["contests"]:
            parts.append(_section(word, result["command"], contest))
    return "\n".join(parts)


def _section(word: str, command: str, contest: dict[str, Any]) -> str:
    objects = contest["objects"]
    lines = [
        f"## {contest['title']}",
        "",
        f"`{command}`. {contest['about']} {objects['labeled']:,} objects ({objects['labeled_rows']:,} rows) may be labeled, "
        f"{objects['test']:,} ({objects['test_rows']:,} rows) are scored; {objects['classes']} classes, {contest['seeds']} seeds.",
        "",
    ]
    for measure in contest["measures"]:
        lines += [*_table(contest, measure), ""]
    threads = contest["threads"]
    lines += [
        f"Time of one run of each row with all labels, {threads} thread{'s' if threads > 1 else ''} on a machine with other work:",
        "",
    ]
    lines += ["| | seconds | seconds of the processor |", "| --- | --- | --- |"]
    last = contest["budgets"][-1]
    lines += [
        f"| {row['name']} | {row['seconds']:.0f} | {row['core_seconds']:.0f} |"
        for row in contest["rows"]
        if row["budget"] == last
    ]
    lines += ["", *(f"{q['name']}: {q['source']}." for q in contest["quoted"])]
    return "\n".join(lines).rstrip() + "\n"


def _table(contest: dict[str, Any], measure: str) -> list[str]:
    budgets = contest["budgets"]
    heads = [f"{n} labels a class" if n else "all labels" for n in budgets]
    lines = [f"| {NAMES[measure]} | {' | '.join(heads)} |", f"| --- |{' --- |' * len(budgets)}"]
    cells: dict[str, dict[int, dict[str, float]]] = {}
    for row in contest["rows"]:
        cells.setdefault(row["name"], {})[row["budget"]] = row["scores"][measure]
    quoted = {q["name"]: q["scores"][measure] for q in contest["quoted"] if measure in q["scores"]}
    best = {
        n: max([cell[n]["mean"] for cell in cells.values() if n in cell] + ([] if n else list(quoted.values())))
        for n in budgets
    }
    for name, row in cells.items():
        lines.append(f"| {name} | {' | '.join(_cell(row.get(n), best[n]) for n in budgets)} |")
    for name, value in quoted.items():
        text = f"**{value:.3f}**" if value >= best.get(0, value) else f"{value:.3f}"
        lines.append(f"| {name} (quoted) | {' | '.join('' if n else text for n in budgets)} |")
    return lines


def _cell(score: dict[str, float] | None, best: float) -> str:
    if score is None:
        return ""
    mean = f"**{score['mean']:.3f}**" if score["mean"] >= best else f"{score['mean']:.3f}"
    over_seeds = f" ± {score['seeds']:.3f}" if score["seeds"] is not None and score["seeds"] == score["seeds"] else ""
    return f"{mean}{over_seeds} ± {score['objects']:.3f}"

"""The page of a benchmark, in Markdown, from the scores of its tasks."""

from __future__ import annotations

from typing import Any

from .measures import MEASURES

HEAD = """# Leaderboard

`clrseries benchmark TASK --output {page}` runs a task and rewrites its part of this page; `make bench-science` runs all with three seeds.
Each part names the command that makes it again, with the number of its seeds; its numbers stand beside this page as JSON. The rows of one object are
on one side of a split. Settings were chosen on splits inside the part that may be labeled, unless a task says otherwise; the test objects are the same
for all seeds, and are scored once a run. A score is the mean over seeds; `±` is first the standard deviation over seeds (labeled objects, weights,
views), if there are several, then that of a bootstrap over the test objects.
Rows that are quoted were not run here. In bold: the best row, quoted ones included.
"""


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
    seeds = f"{contest['seeds']} seed{'s' if contest['seeds'] > 1 else ''}"
    scored = f"{objects['test']:,} ({objects['test_rows']:,} rows) are scored"
    if "budgets" in contest:
        labeled = f"{objects['labeled']:,} objects ({objects['labeled_rows']:,} rows) may be labeled"
        facts = f"{labeled}, {scored}; {objects['classes']} classes, {seeds}."
        tables = [_by_labels(contest, measure) for measure in contest["measures"]]
        told, last = " with all labels", contest["budgets"][-1]
    else:
        facts, tables, told, last = f"Objects: {scored}; {seeds}.", [_by_measure(contest)], "", None
    lines = [f"## {contest['title']}", "", f"`{command}`. {contest['about']} {facts}", ""]
    for table in tables:
        lines += [*table, ""]
    threads = contest["threads"]
    lines += [
        f"Time of one run of each row{told}, {threads} thread{'s' if threads > 1 else ''} on a machine with other work:",
        "",
    ]
    lines += ["| | seconds | seconds of the processor |", "| --- | --- | --- |"]
    lines += [
        f"| {row['name']} | {row['seconds']:.0f} | {row['core_seconds']:.0f} |"
        for row in contest["rows"]
        if row.get("budget") == last
    ]
    lines += ["", *(f"{q['name']}: {q['source']}." for q in contest["quoted"])]
    return "\n".join(lines).rstrip() + "\n"


def _by_labels(contest: dict[str, Any], measure: str) -> list[str]:
    """Return the table of one measure, with a column for each number of labels."""
    budgets = contest["budgets"]
    heads = [f"{n} labels a class" if n else "all labels" for n in budgets]
    cells: dict[str, dict[Any, dict[str, float]]] = {}
    for row in contest["rows"]:
        cells.setdefault(row["name"], {})[row["budget"]] = row["scores"][measure]
    for q in contest["quoted"]:
        if measure in q["scores"]:
            cells[f"{q['name']} (quoted)"] = {0: {"mean": q["scores"][measure]}}
    return _table([MEASURES[measure].name, *heads], cells, {n: measure for n in budgets})


def _by_measure(contest: dict[str, Any]) -> list[str]:
    """Return the table with a column for each measure."""
    cells = {row["name"]: row["scores"] for row in contest["rows"]}
    for q in contest["quoted"]:
        cells[f"{q['name']} (quoted)"] = {name: {"mean": value} for name, value in q["scores"].items()}
    measures = contest["measures"]
    return _table(["", *(MEASURES[name].name for name in measures)], cells, {name: name for name in measures})


def _table(heads: list[str], cells: dict[str, dict[Any, dict[str, float]]], columns: dict[Any, str]) -> list[str]:
    """Return a table in Markdown; `columns` has the measure of each column."""
    best = {
        column: max(
            (MEASURES[measure].goodness(row[column]["mean"]) for row in cells.values() if column in row), default=0.0
        )
        for column, measure in columns.items()
    }
    lines = [f"| {' | '.join(heads)} |", f"| --- |{' --- |' * len(columns)}"]
    for name, row in cells.items():
        texts = (_cell(row.get(column), measure, best[column]) for column, measure in columns.items())
        lines.append(f"| {name} | {' | '.join(texts)} |")
    return lines


def _cell(score: dict[str, float] | None, measure: str, best: float) -> str:
    if score is None:
        return ""
    digits = MEASURES[measure].digits
    mean = f"{score['mean']:.{digits}f}"
    mean = f"**{mean}**" if MEASURES[measure].goodness(score["mean"]) >= best else mean
    over_seeds, over_objects = (
        f" ± {value:.{digits}f}" if (value := score.get(name)) is not None and value == value else ""
        for name in ("seeds", "objects")
    )
    return f"{mean}{over_seeds}{over_objects}"

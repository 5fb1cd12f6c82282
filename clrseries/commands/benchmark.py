"""The command ``benchmark``: run tasks on public data, ours beside what one would use instead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..argument_types import check_whole
from ..errors import InputError

if TYPE_CHECKING:
    from ..tasks import Contest, Trial


def benchmark(
    tasks: str | Sequence[str],
    output: str | Path,
    *,
    seeds: int = 3,
    entrants: Sequence[str] = (),
    progress: bool = True,
) -> dict[str, Any]:
    """Train and score every entrant of a task, and write the scores as a page and as JSON.

    The data are read from the folder ``$CLRSERIES_DATA``. The page has a part for each task that has been run with this output.

    Parameters
    ----------
    tasks : str or sequence of str
        Words of tasks: ``asas``, ``eros``, ``plasticc``, ``redshift``, ``spectrographs``, ``stelib``,
        ``supernova-spectra``, ``supernova-templates``; or ``all``.
    output : path
        The page, a Markdown file; the JSON of each task goes into the folder of the same name without its suffix. Those of earlier
        runs of the same task are replaced.
    seeds : int
        Number of seeds, at least 1: draws of the labeled objects, initial weights and views.
    entrants : sequence of str
        Names of the rows to run; the others keep their scores of an earlier run with as many seeds. Default all.
    progress : bool
        Whether each score is printed when it is there.

    Returns
    -------
    dict
        By task, what its JSON holds.

    Raises
    ------
    InputError
        There is no such task or row, `output` is no Markdown file or cannot be written, or data or packages are missing.

    Examples
    --------
    >>> from clrseries import benchmark
    >>> scores = benchmark("asas", "leaderboard.md")  # doctest: +SKIP
    """
    check_whole("seeds", seeds, 1)
    from ..files import make_folder, refuse_existing, replacing, write_json
    from ..plain_data import strict
    from ..tasks import TASKS, contest_scores
    from ..tasks.page import page_of

    page = Path(output)
    if page.suffix != ".md":
        raise InputError(f"output: must be a Markdown file, such as leaderboard.md; got {str(output)!r}")
    words = [tasks] if isinstance(tasks, str) else list(tasks)
    words = list(TASKS) if words == ["all"] else words
    for word in words:
        if word not in TASKS:
            raise InputError(f"there is no task {word!r}; there are {', '.join(TASKS)}, and all")
    refuse_existing(page, overwrite=True)
    folder, made = page.with_suffix(""), {}
    for word in words:
        contests = TASKS[word].contests()
        known = [entrant.name for contest in contests for entrant in contest.entrants]
        unknown = [name for name in entrants if name not in known]
        if unknown:
            raise InputError(
                f"entrants: there is no {unknown[0]!r} in {word}; there are {', '.join(dict.fromkeys(known))}"
            )
        make_folder(folder)
        earlier = _earlier(folder / f"{word}.json", seeds) if entrants else {}
        found = [contest_scores(contest, seeds, partial(_say, word, progress), tuple(entrants)) for contest in contests]
        for contest, scored in zip(contests, found, strict=True):
            scored["rows"] = _in_order(contest, scored["rows"], earlier.get(contest.title, []))
        made[word] = strict(
            {"command": f"clrseries benchmark {word} --output {page} --seeds {seeds}", "contests": found}
        )
        write_json(folder / f"{word}.json", made[word])
        results = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
        with replacing(page) as part:
            part.write_text(page_of(results, str(page)))
    return made


def _say(word: str, progress: bool, text: str) -> None:
    if progress:
        print(f"{word}: {text}", flush=True)


def _in_order(contest: Contest | Trial, rows: list[Any], earlier: list[Any]) -> list[Any]:
    """Return new rows, and earlier ones of what did not run again, in the order of the entrants."""
    again = {row["name"] for row in rows}
    place = {entrant.name: k for k, entrant in enumerate(contest.entrants)}
    kept = [row for row in earlier if row["name"] in place and row["name"] not in again]
    return sorted(rows + kept, key=lambda row: place[row["name"]])


def _earlier(path: Path, seeds: int) -> dict[str, Any]:
    """Return the rows of an earlier run, by the title of the contest."""
    if not path.exists():
        return {}
    contests = json.loads(path.read_text())["contests"]
    return {contest["title"]: contest["rows"] for contest in contests if contest["seeds"] == seeds}

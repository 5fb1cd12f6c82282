"""The search for good arguments of ``pretrain``, with Optuna."""

from __future__ import annotations

import copy
import csv
import json
import math
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from inspect import signature
from pathlib import Path
from typing import Any

from ..config import composition, to_config
from ..errors import InputError, require
from ..files import read_yaml, replacing
from ..model import load
from ..names import did_you_mean
from ..plain_data import dump_yaml, json_text, strict
from ..spectra import Custom
from .fingerprint import fingerprint
from .search_space import plain_ranges, put
from .settings import GROUPS, as_settings

SPACE: dict[str, dict[str, Any]] = {
    "optimizer.learning_rate": {"log": [3e-4, 1e-2]},
    "optimizer.weight_decay": {"log": [1e-6, 1e-1]},
    "batch_size": {"choice": [128, 256, 512]},
    "method": {
        "choice": [{"simclr": {"temperature": 0.05}}, {"simclr": {"temperature": 0.2}}, "vicreg", "barlow_twins"]
    },
}
UNTOLD = ("progress", "overwrite")  # arguments that best.yaml does not contain
TRIED = "arguments"  # attribute of a trial with the values that it used


def search(
    pretrain: Callable[..., Path],
    data: Any,
    folder: Path,
    space: Any,
    fixed: Any,
    trials: int,
    objective: str,
    probe: str | None,
    seed: int,
    resume: bool,
) -> dict[str, Any]:
    """Train with different arguments, and keep the best run; see :func:`clrseries.tune`.

    Parameters
    ----------
    pretrain : function
        :func:`clrseries.pretrain`.
    data : path, name, Series, table, or several of them
        Data of every training.
    folder : Path
        Folder of the search.
    space, fixed : path, mapping or None
        Ranges of the arguments that vary, and values of the others.
    trials : int
        Total number of trials.
    objective : {"rank", "uniformity", "probe"}
        Quantity that is maximized; for ``"uniformity"``, minus the sum of alignment and uniformity.
    probe : str or None
        Column for a linear probe.
    seed : int
        Seed of the search and of every training.
    resume : bool
        Whether to continue the search in `folder`.

    Returns
    -------
    dict
        ``value`` and ``arguments`` of the best trial, and ``trials``.

    Raises
    ------
    InputError
        Optuna is missing, an argument cannot be used, or a search is resumed with other data or arguments.
    """
    optuna = require("optuna", extra="tune", purpose="tune")
    ranges, rest = _arguments(pretrain, space, fixed, probe)
    streamed = bool(rest.get("memory", {}).get("stream"))
    plan = {
        "data": fingerprint(data, stream=streamed),
        "space": ranges,
        "fixed": rest,
        "objective": objective,
        "seed": seed,
    }
    study = _study(folder, plan, resume)

    def run(trial: Any) -> float:
        arguments, tried = copy.deepcopy(rest), {name: _suggested(trial, name, one) for name, one in ranges.items()}
        trial.set_user_attr(TRIED, tried)
        for name, value in tried.items():
            put(arguments, name, copy.deepcopy(value))
        arguments |= {"seed": seed, "progress": False, "overwrite": True}
        value = _score(load(pretrain(data, folder / "trial", **arguments)).notes["metrics"], objective)
        if not math.isfinite(value):
            raise optuna.TrialPruned  # the search goes on elsewhere, and the journal stays strict JSON
        if value > max((t.value for t in study.trials if t.value is not None), default=-math.inf):
            _keep(folder, arguments)
        return value

    study.optimize(run, n_trials=max(trials - len(_ended(study)), 0))
    return _result(folder, study)


def _arguments(
    pretrain: Callable[..., Path], space: Any, fixed: Any, probe: str | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the ranges of the arguments that vary and the values of the others, checked before anything is written."""
    ranges, rest = as_mapping("space", space) or SPACE, as_mapping("fixed", fixed)
    known = sorted(set(signature(pretrain).parameters) - {"data", "output", "seed", "resume", *UNTOLD})
    for what, names in (("space", {name.partition(".")[0] for name in ranges}), ("fixed", set(rest))):
        unknown = sorted(names - set(known))
        if unknown:
            raise InputError(
                f"{what}: takes {', '.join(known)}; got {', '.join(unknown)}{did_you_mean(unknown, known)}"
            )
    rest = _plain(rest)
    if probe is not None:
        put(rest, "stopping.probe", probe)
    ranges, tried = plain_ranges(ranges), copy.deepcopy(rest)
    for name, one in ranges.items():
        put(tried, name, next(iter(one.values()))[0])
    return ranges, rest


def _study(folder: Path, plan: dict[str, Any], resume: bool) -> Any:
    optuna = require("optuna", extra="tune", purpose="tune")
    storages = require("optuna.storages", extra="tune", purpose="tune")
    journals = require("optuna.storages.journal", extra="tune", purpose="tune")
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)  # a failed trial ends in the error that says why
    journal = folder / "study.log"
    if resume and not journal.exists():
        raise InputError(f"{folder}: there is no study.log to resume from; leave out resume (--resume)")
    folder.mkdir(parents=True, exist_ok=True)
    if not resume:
        for earlier in (journal, folder / "best.yaml", folder / "trials.csv"):
            earlier.unlink(missing_ok=True)
        shutil.rmtree(folder / "best", ignore_errors=True)
    try:
        study = optuna.create_study(
            study_name="tune",
            storage=storages.JournalStorage(journals.JournalFileBackend(str(journal))),
            sampler=optuna.samplers.TPESampler(seed=plan["seed"]),
            direction="maximize",
            load_if_exists=resume,
        )
    except (ValueError, LookupError) as error:
        raise InputError(
            f"{journal}: cannot be read ({' '.join(str(error).split())[:100]}); start the search anew"
        ) from error
    plan = {name: json_text(value) for name, value in plan.items()}
    before = study.user_attrs or (plan if not resume else {})
    other = [name for name, value in plan.items() if before.get(name) != value]
    if other:
        raise InputError(
            f"{folder}: the search there has another {', '.join(other)}: resume it with the same, or write to another folder"
        )
    for name, value in plan.items():
        study.set_user_attr(name, value)
    return study


def _score(numbers: Mapping[str, Any], objective: str) -> float:
    """Return what is maximized; NaN where a number is missing, as after a divergence."""
    parts = [numbers.get(name) for name in (("alignment", "uniformity") if objective == "uniformity" else (objective,))]
    known = [float(part) for part in parts if part is not None]
    if len(known) < len(parts):
        return math.nan
    return -sum(known) if objective == "uniformity" else known[0]


def _ended(study: Any) -> list[Any]:
    """Return the trials that came to an end, with or without a finite score."""
    return [trial for trial in study.trials if trial.state.name in ("COMPLETE", "PRUNED")]


def _suggested(trial: Any, name: str, one: Mapping[str, Any]) -> Any:
    ((kind, values),) = one.items()
    if kind == "choice":  # by number, because choices of Optuna must be numbers or text
        return values[trial.suggest_categorical(name, list(range(len(values))))]
    if kind == "int":
        return trial.suggest_int(name, *values)
    return trial.suggest_float(name, *map(float, values), log=kind == "log")


def as_mapping(what: str, given: Any) -> dict[str, Any]:
    """Return arguments that are given as a mapping or as a YAML file.

    Parameters
    ----------
    what : str
        Name of the argument, for errors.
    given : path, mapping or None
        The arguments.

    Returns
    -------
    dict
        Empty for None.

    Raises
    ------
    InputError
        The file cannot be read, or it holds something else.
    """
    loaded = read_yaml(given) if isinstance(given, str | Path) else given
    if isinstance(given, str | Path) and isinstance(loaded, Mapping) and "trust_code" in loaded:
        raise InputError(f"{given}: trust_code is your consent, which a file cannot give: leave it out there")
    if loaded is not None and not isinstance(loaded, Mapping):
        raise InputError(f"{what}: must be a mapping of arguments, got {loaded!r}")
    return dict(loaded or {})


def _plain(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return arguments of ``pretrain`` as plain data, as in a YAML file."""
    plain = dict(arguments)
    if plain.get("augment") is not None:
        observe = composition(plain["augment"], "fixed: augment", trust_code=plain.get("trust_code") is True)
        plain["augment"] = to_config(observe)
        if any(
            isinstance(step, Custom) for step in observe.steps
        ):  # a function itself needs no consent; now it is a name
            plain["trust_code"] = True
    for name in GROUPS:
        if name in plain:
            plain[name] = asdict(as_settings(GROUPS[name], plain[name], f"fixed: {name}"))
    if is_dataclass(plain.get("partner")):
        plain["partner"] = asdict(plain["partner"])
    try:
        dump_yaml(plain)
    except InputError as error:
        raise InputError(f"fixed: {error}") from error
    return plain


def _keep(folder: Path, arguments: dict[str, Any]) -> None:
    """Keep the run of the last trial as the best one."""
    shutil.rmtree(folder / "best", ignore_errors=True)
    (folder / "trial").rename(folder / "best")
    told = {
        name: value for name, value in arguments.items() if name not in (*UNTOLD, "trust_code") and value is not None
    }
    with replacing(folder / "best.yaml") as part:
        part.write_text(dump_yaml(told), encoding="utf-8")


def _result(folder: Path, study: Any) -> dict[str, Any]:
    shutil.rmtree(folder / "trial", ignore_errors=True)
    rows = [{"number": t.number, "value": t.value, **t.user_attrs[TRIED]} for t in _ended(study)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    with replacing(folder / "trials.csv") as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    if not (folder / "best.yaml").exists():
        raise InputError(f"{folder}: no trial had a finite score: let space hold smaller learning rates")
    return {"value": study.best_value, "arguments": read_yaml(folder / "best.yaml"), "trials": rows}


def _cell(value: Any) -> str:
    """Return a value as a cell of a table; lists and mappings in the form of YAML that fits in a line."""
    if isinstance(value, list | dict):
        return json.dumps(strict(value))
    return "" if value is None else str(value)

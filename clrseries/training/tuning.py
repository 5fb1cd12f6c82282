"""The search for good arguments of ``pretrain``, with Optuna."""

from __future__ import annotations

import copy
import math
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from inspect import signature
from pathlib import Path
from typing import Any

import yaml

from ..config import composition, to_config
from ..errors import InputError, require
from ..files import read_yaml, replacing
from ..model import load
from .settings import GROUPS, as_settings

SPACE: dict[str, dict[str, Any]] = {
    "optimizer.learning_rate": {"log": [3e-4, 1e-2]},
    "optimizer.weight_decay": {"log": [1e-6, 1e-1]},
    "batch_size": {"choice": [128, 256, 512]},
    "method": {
        "choice": [{"simclr": {"temperature": 0.05}}, {"simclr": {"temperature": 0.2}}, "vicreg", "barlow_twins"]
    },
}
KINDS = "choice: [...], uniform: [low, high], log: [low, high] or int: [low, high]"
UNTOLD = ("progress", "overwrite")  # arguments that best.yaml does not contain


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
        Optuna is missing, or an argument cannot be used.
    """
    ranges, rest = _mapping("space", space) or SPACE, _mapping("fixed", fixed)
    known = set(signature(pretrain).parameters) - {"data", "output", "seed", "resume", *UNTOLD}
    for what, names in (("space", {name.partition(".")[0] for name in ranges}), ("fixed", set(rest))):
        if names - known:
            raise InputError(f"{what}: takes {', '.join(sorted(known))}; got {', '.join(sorted(names - known))}")
    rest = _plain(rest)
    study = _study(folder, seed, resume)

    def run(trial: Any) -> float:
        arguments = copy.deepcopy(rest)
        if probe is not None:
            _put(arguments, "stopping.probe", probe)
        for name, one in ranges.items():
            _put(arguments, name, _suggested(trial, name, one))
        arguments |= {"seed": seed, "progress": False, "overwrite": True}
        numbers = load(pretrain(data, folder / "trial", **arguments)).notes["metrics"]
        value = -numbers["alignment"] - numbers["uniformity"] if objective == "uniformity" else numbers[objective]
        if not math.isfinite(value):
            return -math.inf  # Optuna takes a NaN for a failed trial
        if value > max((t.value for t in study.trials if t.value is not None), default=-math.inf):
            _keep(folder, arguments)
        return value

    study.optimize(run, n_trials=max(trials - len([t for t in study.trials if t.value is not None]), 0))
    return _result(folder, study)


def _study(folder: Path, seed: int, resume: bool) -> Any:
    optuna = require("optuna", extra="tune", purpose="tune")
    storages = require("optuna.storages", extra="tune", purpose="tune")
    journals = require("optuna.storages.journal", extra="tune", purpose="tune")
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)  # a failed trial ends in the error that says why
    folder.mkdir(parents=True, exist_ok=True)
    journal = folder / "study.log"
    if resume and not journal.exists():
        raise InputError(f"{folder}: there is no study.log to resume from; leave out --resume")
    if not resume:
        for earlier in (journal, folder / "best.yaml", folder / "trials.csv"):
            earlier.unlink(missing_ok=True)
        shutil.rmtree(folder / "best", ignore_errors=True)
    return optuna.create_study(
        study_name="tune",
        storage=storages.JournalStorage(journals.JournalFileBackend(str(journal))),
        sampler=optuna.samplers.TPESampler(seed=seed),
        direction="maximize",
        load_if_exists=resume,
    )


def _suggested(trial: Any, name: str, one: Any) -> Any:
    kind, values = next(iter(one.items())) if isinstance(one, Mapping) and len(one) == 1 else ("", [])
    if kind == "choice":  # by number, because choices of Optuna must be numbers or text
        return copy.deepcopy(values[trial.suggest_categorical(name, list(range(len(values))))])
    if kind in ("uniform", "log"):
        return trial.suggest_float(name, float(values[0]), float(values[1]), log=kind == "log")
    if kind == "int":
        return trial.suggest_int(name, *values)
    raise InputError(f"space: {name} is written {KINDS}; got {one!r}")


def _put(arguments: dict[str, Any], name: str, value: Any) -> None:
    """Set an argument that is named ``argument``, ``group.field`` or ``augment.Step.argument``."""
    parts = name.split(".")
    if len(parts) == 1:
        arguments[name] = value
    elif len(parts) == 2 and parts[0] in GROUPS:
        arguments[parts[0]] = arguments.get(parts[0], {}) | {parts[1]: value}
    elif len(parts) == 3 and parts[0] == "augment":
        step = next((one[parts[1]] for one in arguments.get("augment") or [] if parts[1] in one), None)
        if step is None:
            raise InputError(f"space: {name}: fixed has no augment with a step {parts[1]}")
        step[parts[2]] = value
    else:
        groups = ", ".join(f"{group}.FIELD" for group in GROUPS)
        raise InputError(f"space: {name}: write the name of an argument, {groups} or augment.STEP.ARGUMENT")


def _mapping(what: str, given: Any) -> dict[str, Any]:
    loaded = read_yaml(given) if isinstance(given, str | Path) else given
    if loaded is not None and not isinstance(loaded, Mapping):
        raise InputError(f"{what}: must be a mapping of arguments, got {loaded!r}")
    return dict(loaded or {})


def _plain(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return arguments of ``pretrain`` as plain data, as in a YAML file."""
    plain = dict(arguments)
    if plain.get("augment") is not None:
        plain["augment"] = to_config(composition(plain["augment"], "fixed: augment"))
    for name in GROUPS:
        if name in plain:
            plain[name] = asdict(as_settings(GROUPS[name], plain[name], f"fixed: {name}"))
    if is_dataclass(plain.get("partner")):
        plain["partner"] = asdict(plain["partner"])
    try:
        yaml.safe_dump(plain)
    except yaml.YAMLError as error:
        raise InputError(f"fixed: must be plain data, as in a YAML file ({str(error).splitlines()[0]})") from error
    return plain


def _keep(folder: Path, arguments: dict[str, Any]) -> None:
    """Keep the run of the last trial as the best one."""
    shutil.rmtree(folder / "best", ignore_errors=True)
    (folder / "trial").rename(folder / "best")
    told = {name: value for name, value in arguments.items() if name not in UNTOLD and value is not None}
    with replacing(folder / "best.yaml") as part:
        part.write_text(yaml.safe_dump(told, sort_keys=False))


def _result(folder: Path, study: Any) -> dict[str, Any]:
    shutil.rmtree(folder / "trial", ignore_errors=True)
    if not (folder / "best.yaml").exists():
        raise InputError(f"{folder}: no trial had a finite score: let space hold smaller learning rates")
    rows = [{"number": t.number, "value": t.value, **t.params} for t in study.trials if t.value is not None]
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in rows)]
    with replacing(folder / "trials.csv") as part:
        part.write_text("\n".join(lines) + "\n")
    return {"value": study.best_value, "arguments": read_yaml(folder / "best.yaml"), "trials": rows}

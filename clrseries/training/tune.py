"""``tune``: search for the arguments of ``pretrain`` that suit some data."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ..errors import InputError
from ..io.parquet import refuse_existing
from ..model import load
from ..series import Series
from .pretrain import pretrain

OBJECTIVES = ("rank", "uniformity", "probe")
SPACE: dict[str, dict[str, Any]] = {
    "learning_rate": {"log": [3e-4, 1e-2]},
    "weight_decay": {"log": [1e-6, 1e-1]},
    "batch_size": {"choice": [128, 256, 512]},
    "method": {
        "choice": [{"simclr": {"temperature": 0.05}}, {"simclr": {"temperature": 0.2}}, "vicreg", "barlow_twins"]
    },
}
KINDS = "choice: [...], uniform: [low, high], log: [low, high] or int: [low, high]"


def tune(
    data: str | Path | Series,
    output: str | Path,
    *,
    space: str | Path | Mapping[str, Any] | None = None,
    fixed: str | Path | Mapping[str, Any] | None = None,
    trials: int = 20,
    objective: str = "rank",
    probe: str | None = None,
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
) -> dict[str, Any]:
    """Pretrain again and again with other arguments (Optuna's TPE sampler) and keep the best.

    Parameters
    ----------
    data : path or Series
        As for ``pretrain``.
    output : path
        Folder: ``best.yaml``, which ``clrseries pretrain`` takes, ``trials.csv``, ``study.log`` (Optuna's journal, from which
        `resume` goes on) and ``best/``, the best run.
    space : path of a YAML file, or mapping, optional
        For an argument what it may be: ``choice: [...]``, ``uniform: [low, high]``, ``log: [low, high]`` or ``int: [low, high]``.
        ``augment.WarpFlux.amplitude`` is the argument of a step. Default: :data:`SPACE`.
    fixed : path of a YAML file, or mapping, optional
        All other arguments of ``pretrain``, its ``augment`` among them.
    trials : int
        In all, those before a `resume` included.
    objective : str
        ``"rank"`` (RankMe, without labels) or ``"uniformity"`` (alignment + uniformity, without labels, for comparing what has the
        same augmentation: a weaker one always aligns better); with `probe`, ``"probe"`` is best.
    probe : str, optional
        Column for a linear probe.
    seed : int
        Of the search, and of every training.
    resume : bool
        Go on with the trials in `output`.
    overwrite : bool
        Replace `output` if it exists.

    Returns
    -------
    dict
        ``value``, ``arguments`` and ``trials`` (number, value and arguments of each).

    Raises
    ------
    InputError
        Optuna is missing, or an argument cannot be used.
    """
    folder = Path(output)
    if not resume:
        refuse_existing(folder, overwrite)
    if objective not in OBJECTIVES:
        raise InputError(f"objective is one of {', '.join(OBJECTIVES)}; got {objective!r}")
    if objective == "probe" and probe is None:
        raise InputError("objective: probe needs a column to probe: give probe")
    ranges, rest = _mapping("space", space) or SPACE, _mapping("fixed", fixed)
    study = _study(folder, seed, resume)

    def run(trial: Any) -> float:
        arguments = copy.deepcopy(rest)
        for name, one in ranges.items():
            _put(arguments, name, _drawn(trial, name, one))
        arguments |= {"probe": probe, "seed": seed, "progress": False, "overwrite": True}
        numbers = load(pretrain(data, folder / "trial", **arguments)).notes["metrics"]
        value = -numbers["alignment"] - numbers["uniformity"] if objective == "uniformity" else numbers[objective]
        best = [t.value for t in study.trials if t.value is not None]
        if not best or value > max(best):
            _keep(folder, arguments)
        return value

    study.optimize(run, n_trials=max(trials - len([t for t in study.trials if t.value is not None]), 0))
    return _result(folder, study)


def _study(folder: Path, seed: int, resume: bool) -> Any:
    try:
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend
    except ModuleNotFoundError as error:
        raise InputError("tune needs optuna: pip install 'clrseries[tune]'") from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    journal = folder / "study.log"
    if resume and not journal.exists():
        raise InputError(f"{folder}: there is no study.log to resume from; leave out --resume")
    if not resume:
        journal.unlink(missing_ok=True)
    return optuna.create_study(
        study_name="tune",
        storage=JournalStorage(JournalFileBackend(str(journal))),
        sampler=optuna.samplers.TPESampler(seed=seed),
        direction="maximize",
        load_if_exists=resume,
    )


def _drawn(trial: Any, name: str, one: Any) -> Any:
    kind, values = next(iter(one.items())) if isinstance(one, Mapping) and len(one) == 1 else ("", [])
    if kind == "choice":  # by place, since Optuna's own choices are numbers and words alone
        return copy.deepcopy(values[trial.suggest_categorical(name, list(range(len(values))))])
    if kind in ("uniform", "log"):
        return trial.suggest_float(name, float(values[0]), float(values[1]), log=kind == "log")
    if kind == "int":
        return trial.suggest_int(name, *values)
    raise InputError(f"space: {name} is written {KINDS}; got {one!r}")


def _put(arguments: dict[str, Any], name: str, value: Any) -> None:
    """Set an argument of ``pretrain``, or ``augment.Step.argument``."""
    if not name.startswith("augment."):
        arguments[name] = value
        return
    _, step, argument = name.split(".")
    for one in arguments.get("augment") or []:
        if step in one:
            one[step][argument] = value
            return
    raise InputError(f"space: {name}: fixed has no augment with a step {step}")


def _mapping(what: str, given: Any) -> dict[str, Any]:
    if isinstance(given, str | Path):
        if not Path(given).is_file():
            raise InputError(f"{what}: {given}: no such file")
        given = yaml.safe_load(Path(given).read_text())
    return dict(given or {})


def _keep(folder: Path, arguments: dict[str, Any]) -> None:
    """The run just finished is the best."""
    import shutil

    shutil.rmtree(folder / "best", ignore_errors=True)
    (folder / "trial").rename(folder / "best")
    told = {
        name: value for name, value in arguments.items() if name not in ("progress", "overwrite") and value is not None
    }
    (folder / "best.yaml").write_text(yaml.safe_dump(told, sort_keys=False))


def _result(folder: Path, study: Any) -> dict[str, Any]:
    import shutil

    shutil.rmtree(folder / "trial", ignore_errors=True)
    rows = [{"number": t.number, "value": t.value, **t.params} for t in study.trials if t.value is not None]
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in rows)]
    (folder / "trials.csv").write_text("\n".join(lines) + "\n")
    return {"value": study.best_value, "arguments": yaml.safe_load((folder / "best.yaml").read_text()), "trials": rows}

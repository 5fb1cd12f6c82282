"""The arguments of a run, kept in its folder, and the check that a run is resumed as it began."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from ..choice import Choice, named_choice, settings_of
from ..config import to_config
from ..encoders.described import described as described_encoder
from ..errors import InputError
from ..files import write_json
from ..methods import METHODS, Method
from ..methods.build import FROM_DATA, TERMS
from ..plain_data import json_text, strict
from .arguments import Arguments
from .fingerprint import fingerprint
from .module import Pretraining

FILE = "arguments.json"
KEYS = ("state_dict", "optimizer_states", "epoch", "metrics")  # of a checkpoint


def described(arguments: Arguments, module: Pretraining) -> dict[str, Any]:
    """Return what a run is, by the name of the argument; what may differ when it is resumed is left out.

    Parameters
    ----------
    arguments : Arguments
        Arguments of the training.
    module : Pretraining
        The module that is built from them.

    Returns
    -------
    dict of str to plain data
        `epochs` may grow; `devices`, `chunk`, `compile`, `profile`, `progress` and `output` are not in it.
    """
    training_set, memory = module.training_set, arguments.memory
    told: dict[str, Any] = {
        "data": fingerprint(arguments.data if memory.stream else training_set.data, stream=memory.stream),
        "medium": arguments.medium,
        "method": _method(arguments.method),
        "auxiliary": [_choice("auxiliary", term, TERMS) for term in arguments.auxiliary],
        "augment": to_config(training_set.observe),
        "encoder": _encoder(module.method.encoder),
        **{name: getattr(arguments, name) for name in ("source", "label", "domain", "epochs", "batch_size", "seed")},
        **{f"optimizer.{name}": value for name, value in asdict(arguments.optimizer).items()},
        **{f"stopping.{name}": value for name, value in asdict(arguments.stopping).items()},
        **{f"memory.{name}": getattr(memory, name) for name in ("accumulate", "stream")},
        "memory.buffer": memory.buffer if memory.stream else None,
        "run.precision": arguments.run.precision,
    }
    if training_set.partner is not None and arguments.partner is not None:
        own: Any = module.method
        told |= {
            "partner.data": fingerprint(
                arguments.partner.data if memory.stream else training_set.partner.series, stream=memory.stream
            ),
            "partner.augment": to_config(training_set.partner.observe),
            "partner.encoder": _encoder(own.partner),
        }
    plain: dict[str, Any] = json.loads(json_text(strict(json.loads(json.dumps(told, default=_plain)))))
    return plain


def check_resumed(arguments: Arguments, module: Pretraining, told: Mapping[str, Any]) -> list[int]:
    """Check that a run can be continued from its checkpoint with these arguments.

    Parameters
    ----------
    arguments : Arguments
        Arguments of the training.
    module : Pretraining
        The module that is built from them.
    told : mapping of str to plain data
        As :func:`described` returns it.

    Returns
    -------
    list of int
        Smaller numbers of epochs that the run was planned for before, in order; empty if there was none.

    Raises
    ------
    InputError
        The checkpoint is incomplete or of another network, or an argument differs from that of the run. The message names the
        argument, its value in the run and the value that was given.
    """
    folder = arguments.output
    before = _read(folder / FILE)
    for name, value in told.items():
        was = before.get(name, value)
        if was == value or (name == "epochs" and was < value):
            continue
        raise InputError(
            f"{folder}: {name} of the run was {_short(was)}, and {_short(value)} was given: a run is resumed with the arguments that "
            "it began with; only epochs may grow, and devices, chunk, compile and profile may differ"
        )
    _check_checkpoint(folder / "last.ckpt", module, arguments.epochs)
    earlier: list[int] = list(before.get("earlier_epochs", []))
    return [*earlier, before["epochs"]] if before.get("epochs", told["epochs"]) < told["epochs"] else earlier


def keep(folder: Path, told: Mapping[str, Any], earlier: list[int]) -> None:
    """Write the arguments of a run to its folder.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    told : mapping of str to plain data
        As :func:`described` returns it.
    earlier : list of int
        As :func:`check_resumed` returns it.
    """
    write_json(folder / FILE, {**told, "earlier_epochs": earlier})


def _read(path: Path) -> dict[str, Any]:
    """Return the arguments of the run; a run of an earlier version has none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: cannot be read ({str(error).splitlines()[0]}); train again without resume"
        ) from error
    if not isinstance(found, dict) or not isinstance(found.get("epochs"), int):
        raise InputError(f"{path}: does not hold the arguments of a run; train again without resume")
    return found


def _check_checkpoint(path: Path, module: Pretraining, epochs: int) -> None:
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # the reader of torch raises errors of ten kinds
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(f"{path}: is no complete checkpoint ({reason[:200]}); train again without resume") from error
    if not isinstance(found, dict) or any(key not in found for key in KEYS):
        raise InputError(f"{path}: is no checkpoint of a training; train again without resume")
    if len(found["metrics"]) > epochs:
        raise InputError(
            f"{path}: epochs is {epochs}, and the run has had {len(found['metrics'])} epochs already: give more"
        )
    weights, own = found["state_dict"], module.state_dict()
    for name in sorted(set(weights) | set(own)):
        shapes = [tuple(one[name].shape) if name in one else "missing" for one in (weights, own)]
        if shapes[0] != shapes[1]:
            raise InputError(
                f"{path}: is of another encoder or method: {name} is {shapes[0]} there and {shapes[1]} here; give the arguments that "
                "the run began with"
            )


def _method(method: Choice | Method) -> Any:
    if isinstance(method, Method):
        return f"{type(method).__module__}:{type(method).__qualname__}"
    return _choice("method", method, METHODS)


def _choice(what: str, choice: Choice, known: Mapping[str, Any]) -> dict[str, Any]:
    name, settings = named_choice(what, choice, known, FROM_DATA)
    return {name: settings_of(known[name], FROM_DATA) | settings}


def _encoder(encoder: Any) -> dict[str, Any]:
    told = described_encoder(encoder)
    if told is None:
        return {f"{type(encoder).__module__}:{type(encoder).__qualname__}": {"embedding_dim": encoder.embedding_dim}}
    return {told.pop("name"): told}


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:200] + "..."

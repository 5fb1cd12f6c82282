"""Writing and reading of the folder of a model: ``config.json``, ``model.safetensors`` and the card ``README.md``."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from .. import __version__
from ..config import composition, to_config
from ..encoders.build import HEADS
from ..encoders.described import described, from_description
from ..errors import InputError
from ..methods import Projector
from ..plain_data import json_text, strict
from . import hub, zoo
from .card import model_card
from .schema import MOST_BYTES, check_size, checked

FORMAT = 2
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
OWN = "module of your own"


Parts = dict[str, Any]  # the attributes of a Model, by name


def write(parts: Parts, folder: Path) -> None:
    """Write a model to a new folder.

    Parameters
    ----------
    parts : dict
        The attributes of the model, by name.
    folder : Path
        The folder, which must not exist yet.
    """
    folder.mkdir(parents=True)
    weights = folder / "model.safetensors"
    try:
        save_file({k: v.contiguous() for k, v in _networks(parts).state_dict().items()}, weights)
    except SafetensorError as error:  # its error for a full disk
        raise OSError(str(error)) from error
    # numbers of NumPy, which settings may hold, become plain ones
    config = strict(json.loads(json.dumps(_config(parts) | {"sha256": _hash(weights)}, default=_plain)))
    (folder / "config.json").write_text(json_text(config), encoding="utf-8")
    weights.chmod((folder / "config.json").stat().st_mode)  # safetensors lets nobody else read it
    (folder / "README.md").write_text(model_card(config))


def card(parts: Parts) -> str:
    """Return the card of a model as Markdown, as it stands in ``README.md`` of its folder.

    Parameters
    ----------
    parts : dict
        The attributes of the model, by name.

    Returns
    -------
    str
    """
    return model_card(_config(parts))


def read(path: str | Path, revision: str | None, encoder: nn.Module | None, *, trust_code: bool = False) -> Parts:
    """Read the attributes of a model; see :func:`clrseries.load`.

    Parameters
    ----------
    path : path or str
        Folder, or ``"owner/model"`` on the Hugging Face Hub.
    revision : str or None
        Branch, tag or commit on the Hub.
    encoder : torch.nn.Module or None
        Encoder that the weights are read into, if it is not one of this package.
    trust_code : bool
        Whether the function of a step Custom may be imported.

    Returns
    -------
    dict
        The attributes of the model, by name.

    Raises
    ------
    InputError
        The folder cannot be used.
    """
    if "\0" in str(path):
        raise InputError(f"{str(path)!r}: is no name of a folder, because it holds a null character")
    folder = Path(path)
    if not (folder / "config.json").exists() and (folder / "model" / "config.json").exists():
        folder = folder / "model"  # the folder of a run
    named = None if (folder / "config.json").exists() else zoo.folder_of(path)
    if named is not None:
        folder = named
    elif not folder.exists() and str(path).count("/") == 1 and not str(path).startswith((".", "~", "/")):
        folder = hub.download(str(path), revision)
    elif not folder.exists():
        raise InputError(f"{folder}: not a model, config.json is missing; {zoo.told(path)}")
    config, weights = _files(folder)
    for name, make in (("encoder", from_description), ("head", _head), ("projector", lambda told: Projector(**told))):
        own = name == "encoder" and (encoder is not None or config["encoder"]["name"] == OWN)
        if name in config and not own:
            check_size(partial(make, config[name]), config[name], weights, name, str(folder))
    network = encoder if encoder is not None else _encoder(folder, config["encoder"])
    head = _head(config["head"]).eval() if "head" in config else None
    parts: Parts = {
        "encoder": network,
        "projector": Projector(**config["projector"]),
        "observe": composition(config["augment"], f"{folder}: augment", find_functions=False, trust_code=trust_code),
        "notes": config["notes"],
        "bands": tuple(config["bands"]),
        "head": head,
        "target": config.get("target", ""),
        "flux_unit": config.get("flux_unit", ""),
    }
    try:
        _networks(parts).load_state_dict(weights)
    except RuntimeError as error:
        raise InputError(
            f"{folder}: its weights are not those of this encoder ({str(error).splitlines()[-1].strip()})"
        ) from error
    parts["encoder"].eval(), parts["projector"].eval()
    return parts


def _files(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    _refuse_pickles(folder)
    try:
        with (folder / "config.json").open("rb") as file:
            text = file.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise InputError(f"{folder}: config.json is longer than a model's can be ({MOST_BYTES >> 20} MiB)")
        config = json.loads(text)
        weights = load_file(folder / "model.safetensors")
    except FileNotFoundError as error:
        raise InputError(f"{folder}: not a model, {Path(error.filename or '').name or 'a file'} is missing") from error
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError, SafetensorError) as error:
        raise InputError(f"{folder}: not a complete model ({error}); copy or train it again") from error
    if not isinstance(config, dict):
        raise InputError(f"{folder}: config.json must be a mapping, got {str(config)[:200]!r}")
    if config.get("format") != FORMAT:
        raise InputError(
            f"{folder}: written in format {config.get('format')}, this version reads {FORMAT}; update clrseries"
        )
    if config.get("sha256") not in (None, _hash(folder / "model.safetensors")):
        raise InputError(
            f"{folder}: model.safetensors is not the file that config.json was written with; copy both again"
        )
    return checked(config, str(folder)), weights


def _refuse_pickles(folder: Path) -> None:
    pickles = [file.name for file in folder.glob("*") if file.suffix in PICKLES] if folder.is_dir() else []
    if folder.suffix in PICKLES:
        pickles = [folder.name]
    if pickles and not (folder / "model.safetensors").exists():
        raise InputError(
            f"{folder}: {pickles[0]} may be a pickle, and reading one can run any code; only model.safetensors is read. "
            "Train or export the model again, or have its author do so"
        )


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"config.json cannot hold {value!r}")


def _config(parts: Parts) -> dict[str, Any]:
    config = {
        "format": FORMAT,
        "clrseries": __version__,
        "encoder": _encoder_config(parts["encoder"]),
        "projector": parts["projector"].settings,
        "augment": to_config(parts["observe"]),
        "bands": list(parts["bands"]),
        "notes": parts["notes"],
    }
    if parts["head"] is not None:
        head = {"name": _name(HEADS, parts["head"]), **parts["head"].settings}
        config |= {"head": head, "target": parts["target"]}
    return config | ({"flux_unit": parts["flux_unit"]} if parts["flux_unit"] else {})


def _encoder_config(encoder: Any) -> dict[str, Any]:
    kind = type(encoder)
    own = {"name": OWN, "class": f"{kind.__module__}:{kind.__qualname__}", "embedding_dim": encoder.embedding_dim}
    return described(encoder) or own


def _encoder(folder: Path, settings: dict[str, Any]) -> Any:
    if settings["name"] == OWN:
        raise InputError(
            f"{folder}: its encoder is a module of its author, {settings['class']}, and no code is imported for it: give a new one, "
            "load(path, encoder=YourEncoder(...))"
        )
    return from_description(settings)


def _head(settings: dict[str, Any]) -> Any:
    arguments = dict(settings)
    return HEADS[arguments.pop("name")](**arguments)


def _name(kinds: dict[str, Any], part: Any) -> str | None:
    return next((name for name, kind in kinds.items() if type(part) is kind), None)


def _networks(parts: Parts) -> nn.ModuleDict:
    networks = {name: parts[name] for name in ("encoder", "projector", "head")}
    return nn.ModuleDict({name: network for name, network in networks.items() if network is not None})


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

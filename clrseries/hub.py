"""Models to and from the Hugging Face Hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .errors import InputError

FILES = ["config.json", "model.safetensors", "README.md"]  # nothing else is downloaded, pickles least of all


def download(name: str, revision: str | None = None) -> Path:
    """The folder of a model on the Hub, fetched unless it is in the cache.

    Parameters
    ----------
    name : str
        ``"owner/model"``.
    revision : str, optional
        Branch, tag or commit.

    Raises
    ------
    InputError
        huggingface_hub is not installed, or there is no such model, or no way to it.
    """
    api = _library()
    try:
        return Path(api.snapshot_download(name, revision=revision, allow_patterns=FILES))
    except (OSError, ValueError) as error:  # HfHubHTTPError is an OSError
        reason = str(error).strip().splitlines()[0]
        raise InputError(f"{name}: neither a folder here nor a model that the Hub would give ({reason})") from error


def push(folder: str | Path, name: str, *, private: bool = False) -> str:
    """Upload the folder of a model to the Hub and return its address; needs a token (``hf auth login``).

    Parameters
    ----------
    folder : path
        As :meth:`clrseries.Model.save` writes it.
    name : str
        ``"owner/model"``; made if it does not exist.
    private : bool

    Raises
    ------
    InputError
        huggingface_hub is not installed, or the Hub did not take the model.
    """
    api = _library().HfApi()
    try:
        address = api.create_repo(name, private=private, exist_ok=True)
        api.upload_folder(repo_id=name, folder_path=str(folder), allow_patterns=FILES)
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: the Hub did not take it ({str(error).strip().splitlines()[0]})") from error
    return str(address)


def _library() -> Any:
    try:
        import huggingface_hub
    except ModuleNotFoundError as error:
        raise InputError("models on the Hub need huggingface_hub: pip install 'clrseries[hub]'") from error
    return huggingface_hub

"""Download and upload of models from and to the Hugging Face Hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import InputError, require

FILES = ["config.json", "model.safetensors", "README.md"]  # other files, such as pickles, are never downloaded


def download(name: str, revision: str | None = None) -> Path:
    """Download a model from the Hub, unless it is in the cache.

    Parameters
    ----------
    name : str
        ``"owner/model"``.
    revision : str, optional
        Branch, tag or commit.

    Returns
    -------
    Path
        The folder of the model.

    Raises
    ------
    InputError
        huggingface_hub is not installed, there is no such model, or the Hub cannot be reached.
    """
    api = _library()
    try:
        return Path(api.snapshot_download(name, revision=revision, allow_patterns=FILES))
    except (OSError, ValueError) as error:  # HfHubHTTPError is an OSError
        reason = str(error).strip().splitlines()[0]
        raise InputError(f"{name}: neither a folder here nor a model that the Hub would give ({reason})") from error


def push(folder: str | Path, name: str, *, private: bool = False) -> str:
    """Upload the folder of a model to the Hub, which needs a token (``hf auth login``).

    Parameters
    ----------
    folder : path
        The folder, as :meth:`clrseries.Model.save` writes it.
    name : str
        ``"owner/model"``; the repository is created if it does not exist.
    private : bool
        Whether a new repository is private.

    Returns
    -------
    str
        Address of the model.

    Raises
    ------
    InputError
        huggingface_hub is not installed, or the upload failed.
    """
    api = _library().HfApi()
    try:
        address = api.create_repo(name, private=private, exist_ok=True)
        api.upload_folder(repo_id=name, folder_path=str(folder), allow_patterns=FILES)
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: the Hub did not take it ({str(error).strip().splitlines()[0]})") from error
    return str(address)


def _library() -> Any:
    return require("huggingface_hub", extra="hub", purpose="a model on the Hub")

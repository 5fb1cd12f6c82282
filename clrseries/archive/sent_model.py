"""A model that many processes use, and that each of them has once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import torch

from ..augment.threads import limit_cores
from ..errors import InputError
from ..model import Model, load
from ..model.model_hash import model_hash
from .embedding import Embedding

models: dict[str, Model] = {}  # of this process, by hash
_works: dict[tuple[str, str, str], Embedding] = {}  # by hash, layer and device
_lock = threading.Lock()


class SentModel(NamedTuple):
    """What a task says about the model that it needs; the model itself is not in it.

    Parameters
    ----------
    hash : str
        Hash of the model.
    where : str
        Folder or name that it can be loaded from; empty if there is none.
    layer : {"embedding", "projection"}
        What is computed.
    device : {"cpu", "cuda"}
        Where it is computed.
    threads : int
        Number of threads to work with; 0 for as many as there are cores.
    """

    hash: str
    where: str
    layer: str
    device: str = "cpu"
    threads: int = 0

    @contextmanager
    def work(self) -> Iterator[Embedding]:
        """Hold the model, which one thread of a process at a time works with.

        Yields
        ------
        Embedding

        Raises
        ------
        InputError
            The process has not been given the model, and it cannot be loaded, or is another one.
        """
        with _lock, ExitStack() as limits:
            if self.threads:
                limits.enter_context(limit_cores(self.threads))
                torch.set_num_threads(self.threads)
            key = self.hash, self.layer, self.device
            if key not in _works:
                _works[key] = Embedding(self._model(), self.layer, self.device)
            yield _works[key]

    def _model(self) -> Model:
        if self.hash not in models:
            if not self.where:
                raise InputError(
                    "model: did not reach this worker; connect the Client before you call embed_catalog, or give the path of a saved model"
                )
            found = load(self.where)
            if model_hash(found) != self.hash:
                raise InputError(f"{self.where}: is another model on this worker than where the work was begun")
            models[self.hash] = found
        return models[self.hash]


def keep(model: Model, where: str | Path | Model, layer: str, device: str = "cpu") -> SentModel:
    """Keep a model in this process, and return what tasks say about it.

    Parameters
    ----------
    model : Model
        The model.
    where : path, str or Model
        What it was loaded from.
    layer : {"embedding", "projection"}
        What is computed.
    device : {"cpu", "cuda"}
        Where it is computed.

    Returns
    -------
    SentModel
    """
    found = model_hash(model)
    models[found] = model
    place = "" if isinstance(where, Model) else str(Path(where).absolute() if Path(where).exists() else where)
    return SentModel(found, place, layer, device)


def forget(hash: str) -> None:
    """Forget a model.

    Parameters
    ----------
    hash : str
        Its hash.
    """
    models.pop(hash, None)
    for key in [key for key in _works if key[0] == hash]:
        del _works[key]

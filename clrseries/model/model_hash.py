"""The hash of a model, which tells whether two are the same."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import torch

from ..config import to_config
from .model import Model


def model_hash(model: Model) -> str:
    """Return a hash of the weights of a model and of its augmentation.

    Parameters
    ----------
    model : Model
        The model.

    Returns
    -------
    str
        SHA-256. It does not depend on the folder that the model is in, nor on its notes.

    Examples
    --------
    >>> from clrseries import Model, encoders, lightcurves as lc, methods
    >>> from clrseries.model.model_hash import model_hash
    >>> model = Model(encoders.CurveConv(size="tiny", bands=1, embedding_dim=8), methods.Projector(8), lc.Observe([lc.Pack(64)]))
    >>> len(model_hash(model))
    64
    """
    found = hashlib.sha256()
    for name in ("encoder", "projector"):
        network: Any = getattr(model, name)
        kind = type(network)
        found.update(f"{kind.__module__}.{kind.__qualname__} {_text(getattr(network, 'settings', {}))}".encode())
        for key, tensor in sorted(network.state_dict().items()):
            found.update(f"{key} {tensor.dtype} {tuple(tensor.shape)}".encode())
            found.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    found.update(f"{_text(to_config(model.observe))} {_text(model.bands)}".encode())
    return found.hexdigest()


def output_dim(model: Model, layer: str) -> int:
    """Return the number of values of an embedding or projection.

    Parameters
    ----------
    model : Model
        The model.
    layer : {"embedding", "projection"}
        Which of them.

    Returns
    -------
    int
    """
    dim = int(model.encoder.embedding_dim)
    if layer == "embedding":
        return dim
    with torch.no_grad():
        return int(model.projector.eval()(torch.zeros(2, dim)).shape[1])


def _text(data: Any) -> str:
    return json.dumps(data, sort_keys=True, default=str)

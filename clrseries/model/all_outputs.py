"""What a network makes of the embeddings of all objects of a series."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

import numpy as np
import torch

from ..errors import InputError
from ..names import known_name
from ..series import Series, check_series
from .stages import BATCH, Reader, encoded, prepared

logger = logging.getLogger("clrseries")


def outputs_of_all(model: Reader, network: Any, series: Series, threads: int | None, on_error: str) -> torch.Tensor:
    """Return what a network makes of the embeddings of all objects, a batch at a time.

    Parameters
    ----------
    model : Model
        The model.
    network : torch.nn.Module
        Takes the embeddings.
    series : Series
        N objects.
    threads : int or None
        Number of threads that prepare the data; None for all cores that this process may use.
    on_error : {"skip", "stop"}
        What happens with an object that cannot be embedded.

    Returns
    -------
    float32 (N, ...) torch.Tensor
        NaN for objects that cannot be embedded, which the log counts by their reasons.

    Raises
    ------
    InputError
        There is no object, an argument is wrong, none can be embedded, or one cannot and `on_error` is ``"stop"``.
    """
    on_error = known_name("on_error", on_error, ("skip", "stop"))
    check_series(series, "a model")
    if not len(series):
        raise InputError("there is nothing to embed: the series has no objects")
    model.encoder.eval()
    series = model.in_its_bands(series)
    observe = model.observe.deterministic()
    reasons: Counter[str] = Counter()
    parts, rows = [], []
    for first in range(0, len(series), BATCH):
        batch = series.between(first, min(first + BATCH, len(series)))
        views = prepared(observe, batch, model, threads)
        for row, reason in views.reasons.items():
            if on_error == "stop":
                raise InputError(f"object {batch.object_ids[row]!r}, {reason}; drop the object")
            reasons[reason] += 1
        if views.good.any():
            parts.append(encoded(model.encoder, network, views))
            rows.append(first + np.flatnonzero(views.good))
    if not parts:
        first_id, count = series.object_ids[0], len(series)
        raise InputError(
            f"object {first_id!r}, {next(iter(reasons))}; drop it: none of {count} objects can be embedded"
        )
    if reasons:
        told = ", ".join(f"{number} x {why}" for why, number in reasons.items())
        logger.warning("%d of %d objects cannot be embedded: %s", reasons.total(), len(series), told)
    found = torch.cat(parts)
    outputs = found.new_full((len(series), *found.shape[1:]), torch.nan)
    outputs[torch.as_tensor(np.concatenate(rows), device=found.device)] = found
    return outputs

"""What a network makes of the embeddings of all objects of a series."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from ..encoders.with_columns import columns_read
from ..errors import InputError
from ..lightcurves.measured import with_measured
from ..names import known_name
from ..series import Series, check_series
from .flux_scale import warn_of_scale
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
    warn_of_scale(series, model.flux_unit)
    observe = model.observe.deterministic()
    reasons: Counter[str] = Counter()
    parts, rows = [], []
    for first, batch in _batches(series):
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


def mean_over_views(
    model: Reader, head: Any, series: Series, threads: int | None, logs: torch.Tensor, views: int
) -> torch.Tensor:
    """Return the log-probabilities of classes, averaged over random views of each object as the training had them.

    The mean is the geometric one of the probabilities, so that a view that tells little changes little.

    Parameters
    ----------
    model : Model
        The model.
    head : torch.nn.Module
        Takes the embeddings and returns log-probabilities (B, C).
    series : Series
        N objects.
    threads : int or None
        Number of threads that prepare the data; None for all cores that this process may use.
    logs : float32 (N, C) torch.Tensor
        Log-probabilities of the objects as they are, which count as one view.
    views : int
        Number of views. Those without information are skipped.

    Returns
    -------
    float32 (N, C) torch.Tensor
        They do not depend on the other objects.

    References
    ----------
    Krizhevsky et al. 2012, Advances in Neural Information Processing Systems 25, section 4.1 (several views); Hinton et al. 2012,
    arXiv:1207.0580 (the geometric mean).
    """
    total, count = logs.clone(), torch.ones(len(logs), 1)
    series = model.in_its_bands(series)
    for first, batch in _batches(series):
        batch = with_measured(batch, columns_read(model.observe, model.encoder))  # once for all views
        for view in range(views - 1):
            seen = prepared(model.observe, batch, model, threads, epoch=view)
            if seen.good.any():
                rows = first + torch.from_numpy(np.flatnonzero(seen.good))
                total[rows] += encoded(model.encoder, head, seen)
                count[rows] += 1.0
    return (total / count).log_softmax(1)


def _batches(series: Series) -> Iterator[tuple[int, Series]]:
    """Yield the objects a batch at a time, and the row of the first."""
    for first in range(0, len(series), BATCH):
        yield first, series.between(first, min(first + BATCH, len(series)))

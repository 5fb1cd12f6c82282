"""Embeddings of data with one step of the physics more."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from ..augment.step import Step
from ..errors import InputError
from ..model import Model
from ..model.stages import BATCH, encoded, prepared
from ..series import Series
from .retrieval import unit


def embedded_with(model: Model, series: Series, step: Step | None = None) -> NDArray[np.float64]:
    """Return embeddings of unit length, with one step more than the model applies to all data.

    Parameters
    ----------
    model : Model
        The model.
    series : Series
        N objects.
    step : Step, optional
        It takes its place in nature's order. The model must not have one of the same name that it applies to all data.

    Returns
    -------
    float64 (N, D)
        NaN for an object that cannot be embedded.

    Raises
    ------
    InputError
        No object can be embedded because a step lacks what it reads, such as a period.
    """
    observe = model.observe.deterministic()
    steps: list[Any] = sorted([*observe.steps, *([] if step is None else [step])], key=lambda one: one.order)
    observe = type(observe)(steps, observe.backend)
    series = model.in_its_bands(series)
    model.encoder.eval()
    found = np.full((len(series), model.encoder.embedding_dim), np.nan)
    lacking: InputError | None = None
    for first in range(0, len(series), BATCH):
        try:
            views = prepared(observe, series.between(first, min(first + BATCH, len(series))), model)
        except InputError as error:  # no object of this batch has a period
            lacking = error
            continue
        if views.good.any():
            found[first + np.flatnonzero(views.good)] = encoded(model.encoder, nn.Identity(), views).cpu().numpy()
        elif not views.inputs:  # no object has the number that a step reads
            lacking = InputError(f"object {series.object_ids[first]!r}, {views.reasons[0]}")
    if lacking is not None and not np.isfinite(found).any():
        raise lacking
    return np.asarray(unit(found), np.float64)


def embedded_if_any(model: Model, series: Series, step: Step | None = None) -> NDArray[np.float64]:
    """Return what :func:`embedded_with` returns, and NaN for all objects where the change leaves none that can be embedded.

    Parameters
    ----------
    model : Model
        The model.
    series : Series
        N objects, changed or to be changed; so few points may be left that no period is found.
    step : Step, optional
        As for :func:`embedded_with`.

    Returns
    -------
    float64 (N, D)
    """
    try:
        return embedded_with(model, series, step)
    except InputError:
        return np.full((len(series), model.encoder.embedding_dim), np.nan)

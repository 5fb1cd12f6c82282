"""The same encoder trained with labels alone: what pretraining has to beat."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from ..augment import Observe
from ..monitor import Monitor
from ..series import Series
from ..views import CurveViews

BATCH = 64


def train_from_scratch(
    encoder: Any,
    observe: Observe | Monitor,
    series: Series,
    target: NDArray[np.str_],
    *,
    steps: int = 100,
    learning_rate: float = 2e-3,
    seed: int = 0,
) -> Any:
    """Train a new `encoder` and a linear layer on all of `series`, with the views of `observe`, and return a classifier.

    Parameters
    ----------
    encoder : torch.nn.Module
        Changed in place.
    observe : Observe or Monitor
    series : Series
    target : str (N,)
    steps : int
        Of AdamW, on batches of 64 or as many as there are, drawn with classes in balance.
    learning_rate : float
        Peak of a one-cycle schedule.
    seed : int

    Returns
    -------
    function
        From a Series to the predicted classes, str (N,).
    """
    torch.manual_seed(seed)
    names, number = np.unique(target, return_inverse=True)
    head = nn.Linear(encoder.embedding, len(names))
    if hasattr(encoder, "standard"):
        encoder.standard.fit(*_inputs(observe(series, 1, seed)))
    optimiser = torch.optim.AdamW([*encoder.parameters(), *head.parameters()], learning_rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, learning_rate, total_steps=steps)
    chance = 1.0 / np.bincount(number)[number]
    rng = np.random.default_rng(seed)
    for step in range(steps):
        rows = rng.choice(len(target), min(BATCH, len(target)), p=chance / chance.sum())
        rows = np.unique(rows)  # an object drawn twice would be the same view twice
        logits = head(encoder(*_inputs(observe(series.take(rows), 1, seed, epoch=step))))
        loss = functional.cross_entropy(logits, torch.from_numpy(number[rows]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    encoder.eval()

    @torch.no_grad()
    def predict(others: Series) -> NDArray[np.str_]:
        parts = [np.arange(k, min(k + 256, len(others))) for k in range(0, len(others), 256)]
        prepared = observe.prepared()
        return np.concatenate(
            [names[head(encoder(*_inputs(prepared(others.take(rows))))).argmax(1).numpy()] for rows in parts]
        )

    return predict


def _inputs(views: Any) -> list[torch.Tensor]:
    views = views.trimmed() if isinstance(views, CurveViews) else views
    return [torch.from_numpy(np.ascontiguousarray(array[:, 0])) for array in views.inputs]

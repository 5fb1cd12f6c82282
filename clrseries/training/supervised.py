"""An encoder and a head trained with labels: from scratch, what pretraining has to beat, or from a trained encoder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..augment import Observe
from ..encoders.heads import ClassHead
from ..monitor import Monitor
from ..series import Series
from ..views import CurveViews

BATCH = 64
MOST = 256  # objects looked at together when there is nothing to learn


def fit(
    network: Any,
    observe: Observe | Monitor,
    series: Series,
    target: NDArray[Any],
    groups: list[dict[str, Any]],
    *,
    steps: int,
    chance: NDArray[np.floating],
    weight_decay: float = 1e-3,
    batch_size: int = BATCH,
    seed: int = 0,
    after_step: Callable[[int], None] = lambda step: None,
) -> None:
    """Train the parameters in `groups` on views of `series`.

    Parameters
    ----------
    network : Answering
    observe : Observe or Monitor
    series : Series
    target : int or float (N,)
    groups : list of dict
        ``params`` and their peak ``lr`` in a one-cycle schedule, as torch's optimisers take them.
    steps : int
        Of AdamW.
    chance : float (N,)
        How often an object is drawn, in any unit.
    weight_decay : float
    batch_size : int
        Or as many objects as there are.
    seed : int
    after_step : function
        Called with the number of each step.
    """
    optimiser = torch.optim.AdamW(groups, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, [group["lr"] for group in groups], total_steps=steps)
    rng = np.random.default_rng(seed)
    values = torch.from_numpy(target)
    for step in range(steps):
        rows = rng.choice(len(target), min(batch_size, len(target)), p=chance / chance.sum())
        rows = np.unique(rows)  # an object drawn twice would be the same view twice
        outputs = network(*_inputs(observe(series.take(rows), 1, seed, epoch=step)))
        loss = network.head.loss(outputs, values[rows]).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        after_step(step)


@torch.no_grad()
def outputs_of(network: Any, observe: Observe | Monitor, series: Series) -> torch.Tensor:
    """What the head says of every object, as it is and not as a view, (N, ...)."""
    network.eval()
    prepared = observe.prepared()
    parts = [np.arange(k, min(k + MOST, len(series))) for k in range(0, len(series), MOST)]
    return torch.cat([network(*_inputs(prepared(series.take(rows)))) for rows in parts])


class Answering(nn.Module):
    """An encoder and a head.

    Parameters
    ----------
    encoder, head : torch.nn.Module
    frozen : bool
        The encoder stays in evaluation mode and gets no gradient.
    """

    def __init__(self, encoder: Any, head: Any, frozen: bool = False) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head
        self.frozen = frozen

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """What the head says of each of B objects."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            embeddings = self.encoder(*inputs)
        return self.head(embeddings)


def equal_chances(number: NDArray[np.integer]) -> NDArray[np.float64]:
    """How often to draw each object (N,) so that all classes are seen equally often."""
    return 1.0 / np.bincount(number)[number]


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
    network = Answering(encoder, ClassHead(encoder.embedding, list(map(str, names))))
    standardise(encoder, observe, series, seed)
    groups = [{"params": list(network.parameters()), "lr": learning_rate}]
    fit(network, observe, series, number, groups, steps=steps, chance=equal_chances(number), seed=seed)
    return lambda others: names[outputs_of(network, observe, others).argmax(1).numpy()]


def standardise(encoder: Any, observe: Observe | Monitor, series: Series, seed: int) -> None:
    """Let the encoder take mean and scatter of what it will see from views of `series`."""
    if hasattr(encoder, "standard"):
        encoder.standard.fit(*_inputs(observe(series, 1, seed)))


def _inputs(views: Any) -> list[torch.Tensor]:
    views = views.trimmed() if isinstance(views, CurveViews) else views
    return [torch.from_numpy(np.ascontiguousarray(array[:, 0])) for array in views.inputs]

"""An encoder and a head as one network, trained with labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..config import Observe
from ..encoders.with_columns import column_inputs, columns_of
from ..series import Series
from ..views import LightCurveViews

BATCH = 64
WEIGHT_DECAY = 1e-3
MOST = 256  # objects predicted together


class EncoderWithHead(nn.Module):
    """An encoder and a head that predicts a class or a value from the embedding.

    Parameters
    ----------
    encoder : torch.nn.Module
        Returns embeddings (B, D).
    head : torch.nn.Module
        Takes embeddings (B, D).
    frozen : bool
        Whether the encoder gets no gradient.
    """

    def __init__(self, encoder: Any, head: Any, frozen: bool = False) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head
        self.frozen = frozen

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Return the output of the head for each of B objects.

        Parameters
        ----------
        *inputs : Tensor
            What the encoder takes.

        Returns
        -------
        Tensor (B, ...)
        """
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            embeddings = self.encoder(*inputs)
        return self.head(embeddings)


def fit(
    network: Any,
    observe: Observe,
    series: Series,
    target: NDArray[Any],
    groups: list[dict[str, Any]],
    *,
    steps: int,
    chance: NDArray[np.floating],
    weight_decay: float = WEIGHT_DECAY,
    batch_size: int = BATCH,
    seed: int = 0,
    after_step: Callable[[int], None] = lambda step: None,
) -> None:
    """Train a network on views of labeled objects, with AdamW and a one-cycle schedule.

    Parameters
    ----------
    network : EncoderWithHead
        Changed in place.
    observe : spectra.Observe or lightcurves.Observe
        Makes a new view of every object at every step.
    series : Series
        N objects.
    target : int or float (N,)
        Classes from 0, or values.
    groups : list of dict
        ``params`` and their peak ``lr``, as the optimizers of torch take them.
    steps : int
        Steps of the optimizer, at least 1.
    chance : float (N,)
        How often an object is drawn, in any unit.
    weight_decay : float
        Weight decay of AdamW.
    batch_size : int
        Objects drawn for a step; all of them if there are fewer.
    seed : int
        Seed of batches and views.
    after_step : function
        Called with the number of each step.
    """
    optimizer = torch.optim.AdamW(groups, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, [group["lr"] for group in groups], total_steps=steps)
    rng = np.random.default_rng(seed)
    values = torch.from_numpy(target)
    for step in range(steps):
        rows = rng.choice(len(target), min(batch_size, len(target)), p=chance / chance.sum())
        rows = np.unique(rows)  # an object drawn twice would be the same view twice
        batch = series.take(rows)
        outputs = network(*inputs_of(network.encoder, observe(batch, 1, seed, epoch=step), batch))
        loss = network.head.loss(outputs, values[rows]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        after_step(step)


def outputs_of(network: Any, observe: Observe, series: Series) -> torch.Tensor:
    """Return the output of the head for every object, prepared without any random change.

    Parameters
    ----------
    network : EncoderWithHead
        Put into evaluation mode.
    observe : spectra.Observe or lightcurves.Observe
        Its deterministic steps prepare the objects.
    series : Series
        N objects.

    Returns
    -------
    Tensor (N, ...)
    """
    deterministic = observe.deterministic()
    return outputs_of_views(network, deterministic, series)


@torch.no_grad()
def outputs_of_views(network: Any, make: Callable[[Series], Any], series: Series) -> torch.Tensor:
    """Return the output of the head for one view of every object.

    Parameters
    ----------
    network : EncoderWithHead
        Put into evaluation mode.
    make : function
        Takes some of the objects and returns their views.
    series : Series
        N objects.

    Returns
    -------
    Tensor (N, ...)
    """
    network.eval()
    parts = [np.arange(k, min(k + MOST, len(series))) for k in range(0, len(series), MOST)]
    batches = (series.take(rows) for rows in parts)
    return torch.cat([network(*inputs_of(network.encoder, make(batch), batch)) for batch in batches])


def balanced_chances(number: NDArray[np.integer], balance: float = 1.0) -> NDArray[np.float64]:
    """Return how often to draw each object so that rare classes are not seen too rarely.

    Parameters
    ----------
    number : int (N,)
        Classes, from 0.
    balance : float
        How far rare classes are drawn more often, from 0, as often as they occur, to 1, equally often.

    Returns
    -------
    float64 (N,)
        The number of objects of the class, to the power of ``-balance``.
    """
    return np.bincount(number)[number].astype(np.float64) ** -balance


def chances_of_parts(
    number: NDArray[np.integer], part: NDArray[np.str_], shares: Mapping[str, float], own: str, balance: float
) -> NDArray[np.float64]:
    """Return how often to draw each object of several sets: a class by its number in one of them, and in a class each set by its share.

    Parameters
    ----------
    number : int (N,)
        Classes, from 0.
    part : str (N,)
        The set that each object is of.
    shares : mapping of str to float
        How often each set is drawn within a class, in any unit; where a set has no object of a class, the others take its share.
    own : str
        The set whose classes are counted.
    balance : float
        As for :func:`balanced_chances`.

    Returns
    -------
    float64 (N,)
        Of a class, they add up to its number of objects in `own` to the power of ``1 - balance``.
    """
    classes = int(number.max()) + 1
    chance = np.zeros(len(number))
    for name, share in shares.items():
        rows = part == name
        chance[rows] = share / np.bincount(number[rows], minlength=classes)[number[rows]]
    wanted = np.bincount(number[part == own], minlength=classes) ** (1.0 - balance)
    return chance * (wanted / np.bincount(number, chance))[number]


def inputs_of(encoder: Any, views: Any, batch: Series) -> list[torch.Tensor]:
    """Return what an encoder takes, from the first view of each object.

    Parameters
    ----------
    encoder : torch.nn.Module
        Its attribute ``columns``, if it has one, names columns of the table that it takes beside the view.
    views : SpectrumViews or LightCurveViews
        Views of N objects.
    batch : Series
        The N objects.

    Returns
    -------
    list of Tensor (N, ...)
    """
    views = views.trimmed() if isinstance(views, LightCurveViews) else views
    return [*(part[:, 0].contiguous().cpu() for part in views.torch()), *column_inputs(columns_of(encoder), batch)]

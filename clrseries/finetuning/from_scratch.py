"""A classifier trained with labels alone: what pretraining is compared with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config import Observe
from ..encoders.standardize import standardize
from ..series import Series
from .classifier import train_classifier
from .encoder_with_head import WEIGHT_DECAY


def train_from_scratch(
    encoder: Any,
    observe: Observe,
    series: Series,
    target: NDArray[np.str_],
    *,
    steps: int = 100,
    learning_rate: float = 2e-3,
    seed: int = 0,
) -> Callable[[Series], NDArray[np.str_]]:
    """Train a new encoder and a linear layer with labels, and return a classifier.

    Parameters
    ----------
    encoder : torch.nn.Module
        With random weights; changed in place.
    observe : spectra.Observe or lightcurves.Observe
        Makes the views that it learns from.
    series : Series
        N objects.
    target : str (N,)
        Their classes.
    steps : int
        Steps of AdamW, on batches of 64 objects or as many as there are, with all classes drawn equally often.
    learning_rate : float
        Peak of a one-cycle schedule.
    seed : int
        Seed of the weights of the linear layer, the batches and the views.

    Returns
    -------
    function
        Takes a Series of M objects and returns their predicted classes, str (M,).
    """

    def build() -> Any:
        standardize(encoder, observe, series, 1, seed)
        return encoder

    names = np.unique(target)
    probability = train_classifier(
        build, observe, series, target, steps=steps, rates=(learning_rate,) * 2, weight_decay=WEIGHT_DECAY, seed=seed
    )
    return lambda others: names[probability(others).argmax(1)]

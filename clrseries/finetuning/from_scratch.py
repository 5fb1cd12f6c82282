"""A classifier trained with labels alone: what pretraining is compared with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..config import Observe
from ..encoders.heads import ClassHead
from ..encoders.standardize import standardize
from ..series import Series
from .encoder_with_head import EncoderWithHead, equal_chances, fit, outputs_of


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
    names, number = np.unique(target, return_inverse=True)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = EncoderWithHead(encoder, ClassHead(encoder.embedding_dim, list(map(str, names))))
        standardize(encoder, observe, series, 1, seed)
        groups = [{"params": list(network.parameters()), "lr": learning_rate}]
        fit(network, observe, series, number, groups, steps=steps, chance=equal_chances(number), seed=seed)
    return lambda others: names[outputs_of(network, observe, others).argmax(1).numpy()]

"""A classifier that is trained with labels: an encoder, new or pretrained, and a linear layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..config import Observe
from ..encoders.heads import ClassHead
from ..series import Series
from .averaged_views import mean_probability
from .encoder_with_head import EncoderWithHead, balanced_chances, fit, outputs_of

Classifier = Callable[[Series], NDArray[np.float64]]


def train_classifier(
    build: Callable[[], Any],
    observe: Observe,
    series: Series,
    target: NDArray[np.str_],
    *,
    steps: int,
    rates: tuple[float, float],
    weight_decay: float,
    chance: NDArray[np.floating] | None = None,
    views: int = 0,
    seed: int = 0,
) -> Classifier:
    """Train an encoder and a linear layer with labels, and return a classifier.

    Parameters
    ----------
    build : function
        Returns the encoder that is trained; called after the generator of the weights is seeded.
    observe : spectra.Observe or lightcurves.Observe
        Makes the views that it learns from.
    series : Series
        N objects.
    target : str (N,)
        Their classes.
    steps : int
        Steps of the optimizer, at least 1.
    rates : tuple of float
        Peak learning rates of the encoder and of the linear layer.
    weight_decay : float
        Weight decay of AdamW.
    chance : float (N,), optional
        How often an object is drawn, in any unit; by default so that all classes are drawn equally often.
    views : int
        Views of each object that is classified, whose probabilities are averaged; 0 for the object without random changes.
    seed : int
        Seed of weights, batches and views.

    Returns
    -------
    function
        Takes a Series of M objects and returns the probabilities of the C classes in ``target``, sorted by name, float64 (M, C).
    """
    names, number = np.unique(target, return_inverse=True)
    chance = balanced_chances(number) if chance is None else chance
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        encoder = build()
        network = EncoderWithHead(encoder, ClassHead(encoder.embedding_dim, list(map(str, names)))).train()
        parts = zip((encoder, network.head), rates, strict=True)
        groups = [{"params": list(part.parameters()), "lr": rate} for part, rate in parts]
        fit(network, observe, series, number, groups, steps=steps, chance=chance, weight_decay=weight_decay, seed=seed)
    if not views:
        return lambda others: outputs_of(network, observe, others).double().exp().numpy()
    return lambda others: mean_probability(network, observe, others, views, seed)

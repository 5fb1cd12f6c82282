"""A classifier trained with labels alone: what pretraining is compared with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..config import Observe
from ..encoders.described import new_like
from ..encoders.standardize import standardize
from ..model import Model
from ..model.stages import with_what_is_read
from ..series import Series
from .classifier import Classifier, train_classifier
from .encoder_with_head import BATCH, WEIGHT_DECAY

if TYPE_CHECKING:
    from ..evaluation.trained_probe import Probabilities, Train

STEPS, MOST_STEPS = 100, 400
PASSES = 20  # over the labeled objects
LEARNING_RATE = 2e-3


def train_from_scratch(
    encoder: Any,
    observe: Observe,
    series: Series,
    target: NDArray[np.str_],
    *,
    steps: int = STEPS,
    learning_rate: float = LEARNING_RATE,
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
    names = np.unique(target)
    probability = _trained(lambda: encoder, observe, series, target, steps, learning_rate, seed)
    return lambda others: names[probability(others).argmax(1)]


def training_like(model: Model, series: Series) -> Train:
    """Return a function that trains a new network of a model's encoder, as a probe of :func:`clrseries.evaluation.few_label_scores`.

    Parameters
    ----------
    model : Model
        Its encoder is made anew, with random weights; its augmentation makes the views.
    series : Series
        N objects.

    Returns
    -------
    function
        Takes numbers of labeled objects and their classes. It trains for 20 passes over them, at least 100 and at most 400 steps, and returns
        a function that takes numbers of other objects and returns the probabilities of the classes.

    Raises
    ------
    InputError
        The encoder does not say its settings, or the series is of another kind than the model.
    """
    series = with_what_is_read(model, model.in_its_bands(series))
    new_like(model.encoder)  # refused now, if it is refused
    threads = torch.get_num_threads()

    def train(rows: NDArray[np.int64], target: NDArray[np.str_]) -> Probabilities:
        torch.set_num_threads(threads)  # whoever fits small probes allows only one
        steps = min(max(PASSES * -(-len(rows) // BATCH), STEPS), MOST_STEPS)
        new = lambda: new_like(model.encoder)  # noqa: E731
        probability = _trained(new, model.observe, series.take(rows), target, steps, LEARNING_RATE, seed=0)
        return lambda others: probability(series.take(others))

    return train


def _trained(
    new: Callable[[], Any],
    observe: Observe,
    series: Series,
    target: NDArray[np.str_],
    steps: int,
    learning_rate: float,
    seed: int,
) -> Classifier:
    """Train the encoder that `new` returns, fitted to the objects, and a linear layer with labels."""

    def build() -> Any:
        encoder = new()
        standardize(encoder, observe, series, 1, seed)
        return encoder

    rates = (learning_rate, learning_rate)
    return train_classifier(
        build, observe, series, target, steps=steps, rates=rates, weight_decay=WEIGHT_DECAY, seed=seed
    )

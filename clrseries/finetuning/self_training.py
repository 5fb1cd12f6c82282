"""Self-training: objects without a label get the class that a first network guesses, and a second network learns from them too."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..series import Series
from .guessed_labels import guessed


class Labels(NamedTuple):
    """Objects to learn from.

    Parameters
    ----------
    series : Series
        N objects.
    values : int64 or float64 (N,)
        Their classes, from 0, or values.
    trust : float64 (N,)
        How sure these are, above 0 and at most 1.
    """

    series: Series
    values: NDArray[Any]
    trust: NDArray[np.float64]


def with_guesses(
    series: Series,
    known: NDArray[np.int64],
    number: NDArray[np.int64],
    rest: NDArray[np.int64],
    probability: NDArray[np.floating],
) -> Labels:
    """Return labeled objects, and others with the class that they most likely have.

    A row without a label has that of a labeled row of the same ``object_id``, if there is one; else the class that all rows of the object
    together most likely have. Rows without probabilities are left out.

    Parameters
    ----------
    series : Series
        All objects.
    known : int64 (N,)
        Rows with a label.
    number : int64 (N,)
        Their classes, from 0.
    rest : int64 (M,)
        Rows without a label.
    probability : float (M, C)
        What a first network says of them.

    Returns
    -------
    Labels
        Up to N + M objects.

    References
    ----------
    Lee 2013, Pseudo-Label, ICML workshop on challenges in representation learning.
    """
    usable = np.isfinite(probability).all(axis=1)
    rest = rest[usable]
    names = np.array(series.object_ids)
    guess, trust = guessed(probability[usable], names[rest])
    told = dict(zip(names[known].tolist(), number.tolist(), strict=True))
    for i, name in enumerate(names[rest].tolist()):
        if name in told:
            guess[i], trust[i] = told[name], 1.0
    rows, values = np.concatenate([known, rest]), np.concatenate([number, guess])
    return Labels(series.take(rows), values, np.concatenate([np.ones(len(known)), trust]))


def chances(labels: Labels, balance: bool) -> NDArray[np.float64]:
    """Return how often to draw each object.

    Parameters
    ----------
    labels : Labels
        N objects.
    balance : bool
        Whether classes are drawn equally often.

    Returns
    -------
    float64 (N,)
        In any unit.
    """
    return labels.trust / (np.bincount(labels.values, labels.trust)[labels.values] if balance else 1.0)

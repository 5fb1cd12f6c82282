"""Sets of classes that hold the true class of a given fraction of the objects (split conformal prediction)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

COVERAGE = 0.9


def least_probability(
    probability: NDArray[np.floating], true: NDArray[np.integer], coverage: float = COVERAGE
) -> float | None:
    """Return which probability a class needs to be in the set of an object, so that a fraction of the sets hold the true class.

    It is the k-th largest of the n probabilities of the true classes, with k = ceil((n + 1) coverage). The sets of other objects, drawn as these
    were, hold the true class with a probability of at least `coverage`, and at most 1 / (n + 1) more if no two probabilities are equal.

    Parameters
    ----------
    probability : float (n, C)
        Probabilities of the classes, of objects that the training has not seen.
    true : int (n,)
        Their classes, from 0.
    coverage : float
        The fraction, between 0 and 1.

    Returns
    -------
    float or None
        None if there are too few objects: nine are needed for 0.9.

    References
    ----------
    Sadinle, Lei & Wasserman 2019, JASA 114, 223, arXiv:1609.00451; Angelopoulos & Bates 2021, arXiv:2107.07511.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.encoders.prediction_sets import least_probability
    >>> chances = np.linspace(0.05, 0.95, 19)
    >>> least_probability(np.stack([chances, 1 - chances], axis=1), np.zeros(19, int))
    0.1
    """
    own = np.sort(probability[np.arange(len(true)), true])[::-1]
    place = math.ceil((len(own) + 1) * coverage - 1e-9)  # 10 times 0.9 is 9
    return float(own[place - 1]) if place <= len(own) else None


def prediction_sets(probability: NDArray[np.floating], least: float) -> NDArray[np.bool_]:
    """Return which classes are in the set of each object: those with enough probability, and always the most probable one.

    Parameters
    ----------
    probability : float (N, C)
        Probabilities of the classes.
    least : float
        From :func:`least_probability`.

    Returns
    -------
    bool (N, C)
        False everywhere for an object with NaN.
    """
    found = probability >= least
    found |= probability == probability.max(axis=1, keepdims=True)
    return found

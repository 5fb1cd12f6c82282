"""Labels for rows that have none: that of the same object, or what a classifier says of all rows of the object."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FLOOR = 1e-3  # added to a probability, so that one row that is sure and wrong does not outvote the others


def carried(groups: NDArray[np.str_], pool: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return all rows that show an object of which some rows are labeled.

    Parameters
    ----------
    groups : str (N,)
        The object that each row shows.
    pool : int64
        Rows that may be labeled.
    rows : int64
        Rows that are labeled, part of `pool`.

    Returns
    -------
    int64
        Part of `pool`, in its order.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.finetuning.guessed_labels import carried
    >>> carried(np.array(["a", "b", "a", "c"]), np.array([0, 1, 2, 3]), np.array([2]))
    array([0, 2])
    """
    return pool[np.isin(groups[pool], groups[rows])]


def guessed(
    probability: NDArray[np.floating], groups: NDArray[np.str_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Guess the class of each object from the probabilities of all its rows.

    The guess is the class of the largest mean log-probability; one class for all rows of an object.

    Parameters
    ----------
    probability : float (N, C)
        Probabilities of the classes of each row.
    groups : str (N,)
        The object that each row shows.

    Returns
    -------
    number : int64 (N,)
        The class that is guessed, from 0.
    trust : float64 (N,)
        The square of its probability, to draw doubtful objects less often.

    References
    ----------
    Lee 2013, Pseudo-Label, ICML workshop on challenges in representation learning.

    Examples
    --------
    >>> import numpy as np
    >>> from clrseries.finetuning.guessed_labels import guessed
    >>> guessed(np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]), np.array(["a", "a", "b"]))[0]
    array([0, 0, 1])
    """
    names, of_row = np.unique(groups, return_inverse=True)
    total = np.zeros((len(names), probability.shape[1]))
    np.add.at(total, of_row, np.log(probability + FLOOR))
    mean = np.exp(total / np.bincount(of_row)[:, None])
    mean /= mean.sum(1, keepdims=True)
    return mean.argmax(1)[of_row], mean.max(1)[of_row] ** 2

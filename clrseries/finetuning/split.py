"""Rows to learn from, to calibrate on and to score on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..evaluation.splits import of_each_class
from ..series import Series
from ..training.column import column_of

CALIBRATION = 0.2  # of what is not held out


def split(
    series: Series, number: NDArray[np.int64] | None, group: str, held_out: float, labels: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return rows to learn from, to calibrate on and to score on; no group is in two of them.

    Parameters
    ----------
    series : Series
        N objects.
    number : int64 (N,), optional
        The class of each row: each class has its share in every part.
    group : str
        Column whose equal values stay together.
    held_out : float
        Fraction of the groups to score on, between 0 and 1.
    labels : int
        Rows of each class to learn from; 0 is all.
    seed : int
        Seed of the split.

    Returns
    -------
    int64, int64, int64
        Rows of `series`: training, calibration, test.

    Raises
    ------
    InputError
        There are too few groups.
    """
    rng = np.random.default_rng(seed)
    names = np.array(column_of(group, series, classes=True).of(series))
    names = np.where(names < 0, -1 - np.arange(len(names)), names)  # a row without a group is one of its own
    kinds = np.zeros(len(series), int) if number is None else number
    test = of_each_class(names, kinds, np.arange(len(series)), held_out, rng)
    rest = np.setdiff1d(np.arange(len(series)), test)
    calibrate = of_each_class(names, kinds, rest, CALIBRATION, rng)
    train = rng.permutation(np.setdiff1d(rest, calibrate))
    if labels:
        train = np.concatenate([train[kinds[train] == kind][:labels] for kind in np.unique(kinds[train])])
    if len(train) < 2 or not len(test):
        raise InputError(f"{len(np.unique(names))} groups of {group!r} are too few to split; give another group")
    return np.sort(train), calibrate, test

"""A network that is trained with the labels of each split, as a probe."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

Probabilities = Callable[[NDArray[np.int64]], NDArray[np.floating]]
Train = Callable[[NDArray[np.int64], NDArray[np.str_]], Probabilities]


class TrainedProbe(BaseEstimator):
    """A classifier of scikit-learn whose features are the numbers of objects, which a function trains on.

    Parameters
    ----------
    train : function
        Takes numbers of objects (N,) and their classes (N,); returns a function that takes numbers of objects (M,) and returns the
        probabilities of the classes in alphabetical order (M, C).
    """

    def __init__(self, train: Train) -> None:
        self.train = train

    def fit(self, x: NDArray[np.int64], y: NDArray[np.str_]) -> TrainedProbe:
        """Train with labels.

        Parameters
        ----------
        x : int64 (N, 1)
            Numbers of the objects.
        y : str (N,)
            Their classes.

        Returns
        -------
        TrainedProbe
        """
        self.classes_ = np.unique(y)
        self.probability_ = self.train(x[:, 0], y)
        return self

    def predict_proba(self, x: NDArray[np.int64]) -> NDArray[np.floating]:
        """Return probabilities of the classes.

        Parameters
        ----------
        x : int64 (M, 1)
            Numbers of objects.

        Returns
        -------
        float (M, C)
        """
        return self.probability_(x[:, 0])

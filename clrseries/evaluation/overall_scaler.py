"""A scaler that keeps the directions of embeddings: one factor for all dimensions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin


class OverallScaler(TransformerMixin, BaseEstimator):
    """Subtract the mean of each dimension, and divide all dimensions by the same number: the root of their mean variance.

    A probe on embeddings of unit length needs numbers of order 1, and the scatter of a direction says how much it matters: a scaler
    that makes the scatter of all directions the same would take this away.
    """

    def fit(self, x: NDArray[np.floating], y: NDArray[np.generic] | None = None) -> OverallScaler:
        """Measure mean and scatter.

        Parameters
        ----------
        x : float (N, D)
            The features.
        y : optional
            Not used.

        Returns
        -------
        OverallScaler
        """
        self.mean_ = x.mean(axis=0)
        self.scale_ = float(np.sqrt(x.var(axis=0).mean())) or 1.0
        return self

    def transform(self, x: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return scaled features.

        Parameters
        ----------
        x : float (N, D)
            The features.

        Returns
        -------
        float (N, D)
        """
        return (x - self.mean_) / self.scale_

"""What one would use for variable stars without learning a representation: features, periods and a forest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..lightcurves import feature_names, with_features
from ..series import Series

TREES = 300


def light_curve_features(series: Series) -> NDArray[np.float32]:
    """Return the features of :func:`clrseries.lightcurves.with_features` as a matrix.

    Parameters
    ----------
    series : Series
        N light curves.

    Returns
    -------
    float32 (N, D)
        Columns in the order of :func:`clrseries.lightcurves.feature_names`; NaN where a feature is missing.

    Raises
    ------
    InputError
        The series holds spectra, or the packages nifty-ls and light-curve are not installed.

    Examples
    --------
    >>> from clrseries import datasets
    >>> from clrseries.evaluation import light_curve_features
    >>> light_curve_features(datasets.simulated_light_curves(5)).shape
    (5, 87)
    """
    names = feature_names(series.bands)
    if not set(names) <= set(series.table.column_names):
        series = with_features(series)
    return np.stack([series.table[name].to_numpy() for name in names], axis=1).astype(np.float32)


def feature_classifiers(seed: int = 0) -> dict[str, Any]:
    """Return the classifiers that are trained on features, which may be missing.

    Parameters
    ----------
    seed : int
        Seed of the forest.

    Returns
    -------
    dict of str to scikit-learn classifier
        ``"forest"``, a random forest of 300 trees, and ``"linear"``, a logistic regression on standardized features; classes
        count alike, and a missing value is the median of the others.
    """
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    filled = SimpleImputer(strategy="median", keep_empty_features=True)
    logistic = LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000)
    forest = RandomForestClassifier(TREES, class_weight="balanced", random_state=seed)
    return {"forest": make_pipeline(filled, forest), "linear": make_pipeline(filled, StandardScaler(), logistic)}

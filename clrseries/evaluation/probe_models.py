"""The probes: small models of scikit-learn that are trained on frozen features."""

from __future__ import annotations

from typing import Any

import numpy as np

ALPHAS = np.logspace(-3, 5, 17)
NEIGHBORS = 5
HIDDEN = 64


def class_probes(directions: bool) -> dict[str, Any]:
    """Return the classifiers that probe features.

    Parameters
    ----------
    directions : bool
        Whether the features are embeddings of unit length: then their directions are kept (:class:`OverallScaler`, cosine distance).
        Otherwise every feature is scaled to unit scatter. A missing feature is the median of the others.

    Returns
    -------
    dict of str to scikit-learn classifier
        ``linear`` (logistic regression), ``knn`` (5 neighbors), ``ridge`` and ``mlp`` (one layer of 64). In ``linear`` and ``ridge``,
        classes count alike.
    """
    from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier

    return {
        "linear": _scaled(LogisticRegression(class_weight="balanced", max_iter=200, tol=1e-3), directions),
        "knn": _near(KNeighborsClassifier, directions),
        "ridge": _scaled(RidgeClassifierCV(ALPHAS, class_weight="balanced"), directions),
        "mlp": _scaled(
            MLPClassifier(hidden_layer_sizes=(HIDDEN,), alpha=0.01, max_iter=200, tol=1e-3, random_state=0), directions
        ),
    }


def value_probes(directions: bool) -> dict[str, Any]:
    """Return the regressors that probe features.

    Parameters
    ----------
    directions : bool
        As for :func:`class_probes`.

    Returns
    -------
    dict of str to scikit-learn regressor
        ``linear`` (least squares), ``knn`` (5 neighbors), ``ridge`` and ``mlp`` (one layer of 64, on scaled values).
    """
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.linear_model import LinearRegression, RidgeCV
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.neural_network import MLPRegressor
    from sklearn.preprocessing import StandardScaler

    network = MLPRegressor(hidden_layer_sizes=(HIDDEN,), alpha=0.01, max_iter=200, tol=1e-3, random_state=0)
    return {
        "linear": _scaled(LinearRegression(), directions),
        "knn": _near(KNeighborsRegressor, directions),
        "ridge": _scaled(RidgeCV(ALPHAS), directions),
        "mlp": TransformedTargetRegressor(_scaled(network, directions), transformer=StandardScaler()),
    }


def _near(model: Any, directions: bool) -> Any:
    """Return nearest neighbors: by cosine for directions, which need no scale."""
    from sklearn.pipeline import make_pipeline

    return (
        make_pipeline(_filled(), model(NEIGHBORS, metric="cosine"))
        if directions
        else _scaled(model(NEIGHBORS), directions)
    )


def _scaled(model: Any, directions: bool) -> Any:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from .overall_scaler import OverallScaler

    return make_pipeline(_filled(), OverallScaler() if directions else StandardScaler(), model)


def _filled() -> Any:
    from sklearn.impute import SimpleImputer

    return SimpleImputer(strategy="median", keep_empty_features=True)

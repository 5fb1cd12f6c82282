"""What the tasks on periodic variable stars have in common: features, and the entrants."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..evaluation import feature_classifiers, light_curve_features
from ..lightcurves import feature_names, with_features
from ..lightcurves.features import SHAPE
from ..series import Series
from .contest import Contest, Entrant, Rows, held_out

FRACTION, SPLIT = 0.3, 20261125  # of the stars that are kept apart, and the seed of that
FEATURES = "Features: statistics of the package light-curve, three Lomb-Scargle periods (nifty-ls), and Fourier terms at the best of them."


def periodic_stars(stars: Series, title: str, about: str, budgets: tuple[int, ...]) -> Contest:
    """Return a contest on variable stars.

    Parameters
    ----------
    stars : Series
        N light curves with the columns ``class`` and ``object_id``.
    title, about : str
        As for :class:`Contest`.
    budgets : tuple of int
        Labeled stars of each class; 0 is all.

    Returns
    -------
    Contest
    """
    stars = with_features(stars)
    target, groups = (np.array(stars.table[name].to_pylist()) for name in ("class", "object_id"))
    test = held_out(target, groups, FRACTION, SPLIT)
    pool = np.setdiff1d(np.arange(len(stars)), test)
    entrants = _entrants(stars, target, pool, test)
    return Contest(title, about, target, groups, pool, test, budgets, ("balanced_accuracy", "accuracy"), entrants)


def _entrants(stars: Series, target: NDArray[np.str_], pool: Rows, test: Rows) -> tuple[Entrant, ...]:
    features = light_curve_features(stars)
    names = feature_names(stars.bands)
    aperiodic = [k for k, name in enumerate(names) if not _of_a_period(name)]

    def plain(kind: str, columns: Any = slice(None)) -> Any:
        own = features[:, columns]

        def classify(rows: Rows, seed: int) -> NDArray[np.str_]:
            model = feature_classifiers(seed)[kind].fit(own[rows], target[rows])
            return model.predict(own[test])

        return classify

    return (
        Entrant("features and periods, random forest", plain("forest")),
        Entrant("features and periods, logistic regression", plain("linear")),
        Entrant("features without a period, random forest", plain("forest", aperiodic)),
    )


def _of_a_period(name: str) -> bool:
    return name.startswith(("log_period", "power_")) or any(name == one or name.endswith(f"_{one}") for one in SHAPE)

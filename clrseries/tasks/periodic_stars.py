"""What the tasks on periodic variable stars have in common: features, simulated stars, and the entrants."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..augment.distributions import LogUniform, Uniform
from ..datasets import simulated_variables
from ..encoders import WithColumns
from ..encoders.standardize import fitted_encoder
from ..encoders.with_columns import column_values
from ..evaluation import feature_classifiers, light_curve_features
from ..finetuning.classifier import Classifier, train_classifier
from ..lightcurves import DropPoints, Fold, Normalize, Observe, Pack, StretchPeriod, feature_names, with_features
from ..lightcurves.features import SHAPE
from ..series import Series
from .contest import Contest, Entrant, Rows, held_out

FRACTION, SPLIT = 0.3, 20261125  # of the stars that are kept apart, and the seed of that
ENCODER = {"curve_conv": {"size": "tiny", "embedding_dim": 64, "bins": 32}}
WIDTH, DROPOUT = 256, 0.1
STEPS, RATE, DECAY = 300, 3e-3, 1e-2
SIMULATED, LONGER = 3800, 1200  # simulated stars, and steps of the network that learns from them
SHARE = 0.5  # of what they tell, beside the forest on labeled stars
FEATURES = (
    "Features: statistics of the package light-curve, three Lomb-Scargle periods (nifty-ls), and Fourier terms at the best of them. The "
    "settings of the network were chosen on stars of ASAS, on other splits that had some of these test stars in them; nothing of it was chosen on "
    "EROS-1, but scores of the forest on other splits of both sets were looked at while the features were written. Simulated stars: a network and a forest learn "
    "kinds of variable stars from simulations at the epochs of the stars that may be labeled (`datasets.simulated_variables`), from folded curve, "
    "periods and features without brightness and color, and see no label; half of their mean probability is added to that of the forest on the "
    "labels. The simulations were made from published descriptions of the kinds, and compared once with the stars of ASAS that may be labeled, after "
    "which four kinds, errors and losses were changed. The half was chosen on splits inside that part of ASAS, and that the Miras of EROS-1 may be semiregular inside that of EROS-1. The times do not hold the "
    "simulation, nor the training on it: one to two minutes of one core each."
)


def periodic_stars(
    stars: Series, title: str, about: str, budgets: tuple[int, ...], kinds: Mapping[str, tuple[str, ...]]
) -> Contest:
    """Return a contest on variable stars.

    Parameters
    ----------
    stars : Series
        N light curves with the columns ``class`` and ``object_id``.
    title, about : str
        As for :class:`Contest`.
    budgets : tuple of int
        Labeled stars of each class; 0 is all.
    kinds : mapping of str to tuple of str
        For each class, the kinds of :func:`clrseries.datasets.simulated_variables` that belong to it. One that belongs to several
        counts in equal parts.

    Returns
    -------
    Contest
    """
    stars = with_features(stars)
    target, groups = (np.array(stars.table[name].to_pylist()) for name in ("class", "object_id"))
    test = held_out(target, groups, FRACTION, SPLIT)
    pool = np.setdiff1d(np.arange(len(stars)), test)
    entrants = _entrants(stars, target, pool, test, kinds)
    return Contest(title, about, target, groups, pool, test, budgets, ("balanced_accuracy", "accuracy"), entrants)


def _entrants(
    stars: Series, target: NDArray[np.str_], pool: Rows, test: Rows, kinds: Mapping[str, tuple[str, ...]]
) -> tuple[Entrant, ...]:
    features, names = light_curve_features(stars), feature_names(stars.bands)
    aperiodic = [k for k, name in enumerate(names) if not _of_a_period(name)]
    classes = np.array(sorted(kinds))
    unlabeled, tested = stars.take(pool), stars.take(test)

    def fitted(kind: str, rows: Rows, seed: int, columns: Any = slice(None)) -> Any:
        return feature_classifiers(seed)[kind].fit(features[rows][:, columns], target[rows])

    def plain(kind: str, columns: Any = slice(None)) -> Any:
        return lambda rows, seed: fitted(kind, rows, seed, columns).predict(features[test][:, columns])

    def network(rows: Rows, seed: int) -> NDArray[np.str_]:
        probability = _trained(stars.take(rows), target[rows], unlabeled, names, seed, STEPS)
        return np.unique(target[rows])[probability(tested).argmax(1)]

    simulated = cache(lambda: _simulated(unlabeled, kinds))
    of_kinds = cache(lambda seed: _chances(simulated(), unlabeled, tested, kinds, seed))

    def with_labels(rows: Rows, seed: int) -> NDArray[np.str_]:
        forest = fitted("forest", rows, seed)
        both = forest.predict_proba(features[test])
        both += SHARE * of_kinds(seed)[:, np.searchsorted(classes, forest.classes_)]
        return forest.classes_[both.argmax(1)]

    return (
        Entrant("features and periods, random forest", plain("forest")),
        Entrant("features and periods, logistic regression", plain("linear")),
        Entrant("features without a period, random forest", plain("forest", aperiodic)),
        Entrant("clrseries, folded curve, features and periods", network, ours=True),
        Entrant(
            "clrseries, simulated stars, no label", lambda rows, seed: classes[of_kinds(seed).argmax(1)], ours=True
        ),
        Entrant("clrseries, simulated stars, and a forest on the labels", with_labels, ours=True),
    )


def _simulated(like: Series, kinds: Mapping[str, tuple[str, ...]]) -> Series:
    """Return simulated stars of all kinds that occur, with features; those in which no period is found are left out."""
    names = sorted({kind for own in kinds.values() for kind in own})
    stars = with_features(simulated_variables(like, SIMULATED, kinds=names))
    return stars.take(np.flatnonzero(stars.table["period_1"].is_valid().to_numpy()))


def _chances(
    simulated: Series, blind: Series, test: Series, kinds: Mapping[str, tuple[str, ...]], seed: int
) -> NDArray[np.float64]:
    """Teach a network and a forest to tell simulated kinds, and return their chances of each class, by name, for the test stars."""
    target = np.array(simulated.table["class"].to_pylist())
    columns = tuple(name for name in feature_names(test.bands) if not _of_a_level(name))
    network = _trained(simulated, target, blind, columns, seed, LONGER)
    forest = feature_classifiers(seed)["forest"].fit(column_values(simulated, columns), target)
    probability = 0.5 * (network(test) + forest.predict_proba(column_values(test, columns)))
    belongs = np.array([[kind in kinds[name] for name in sorted(kinds)] for kind in np.unique(target)], np.float64)
    return probability @ (belongs / belongs.sum(1, keepdims=True))


def observe() -> Observe:
    """Return the views that ours learns from: other nights of the same star, folded at the best period.

    Returns
    -------
    lightcurves.Observe
    """
    return Observe(
        [
            StretchPeriod(LogUniform(0.9999, 1.0001)),
            DropPoints(Uniform(0.0, 0.5)),
            Fold("period_1", phase=Uniform(0, 1)),
            Pack(256, "random"),
            Normalize("band"),
        ]
    )


def _trained(
    train: Series, target: NDArray[np.str_], blind: Series, columns: tuple[str, ...], seed: int, steps: int
) -> Classifier:
    """Train an encoder of curve and columns with labels, fitted to all stars that may be labeled."""
    made = observe()

    def build() -> Any:
        both = WithColumns(fitted_encoder(ENCODER, made, blind, seed), columns, WIDTH, DROPOUT)
        both.fit_columns(torch.from_numpy(column_values(blind, columns)))
        return both

    return train_classifier(build, made, train, target, steps=steps, rates=(RATE, RATE), weight_decay=DECAY, seed=seed)


def _of_a_period(name: str) -> bool:
    return name.startswith(("log_period", "power_")) or any(name == one or name.endswith(f"_{one}") for one in SHAPE)


def _of_a_level(name: str) -> bool:
    return name.endswith(("mean", "median")) or "_minus_" in name

"""What the tasks on periodic variable stars have in common: features, and the entrants."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..augment.distributions import LogUniform, Uniform
from ..encoders import WithColumns, build_encoder
from ..encoders.standardize import standardize
from ..encoders.with_columns import column_values
from ..evaluation import feature_classifiers, light_curve_features
from ..finetuning.classifier import train_classifier
from ..lightcurves import DropPoints, Fold, Normalize, Observe, Pack, StretchPeriod, feature_names, with_features
from ..lightcurves.features import SHAPE
from ..series import Series
from .contest import Contest, Entrant, Rows, held_out

FRACTION, SPLIT = 0.3, 20261125  # of the stars that are kept apart, and the seed of that
ENCODER = {"curve_conv": {"size": "tiny", "embedding_dim": 64, "bins": 32}}
WIDTH, DROPOUT = 256, 0.1
STEPS, RATE, DECAY = 300, 3e-3, 1e-2
FEATURES = (
    "Features: statistics of the package light-curve, three Lomb-Scargle periods (nifty-ls), and Fourier terms at the best of them. The "
    "settings of the network were chosen on stars of ASAS, on other splits that had some of these test stars in them; nothing was chosen on "
    "EROS-1, but scores of the forest on other splits of both sets were looked at while the features were written."
)


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

    def network(with_columns: bool) -> Any:
        def classify(rows: Rows, seed: int) -> NDArray[np.str_]:
            columns = names if with_columns else ()
            own = _trained(stars.take(rows), target[rows], stars.take(pool), columns, seed)
            return own(stars.take(test))

        return classify

    return (
        Entrant("features and periods, random forest", plain("forest")),
        Entrant("features and periods, logistic regression", plain("linear")),
        Entrant("features without a period, random forest", plain("forest", aperiodic)),
        Entrant("clrseries, curve folded at the best period", network(False), ours=True),
        Entrant("clrseries, folded curve, features and periods", network(True), ours=True),
    )


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


def _trained(train: Series, target: NDArray[np.str_], blind: Series, columns: tuple[str, ...], seed: int) -> Any:
    """Train an encoder with labels, fitted to all stars that may be labeled, and return a classifier."""
    made, names = observe(), np.unique(target)

    def build() -> Any:
        encoder = build_encoder(ENCODER, made, train.bands)
        standardize(encoder, made, blind, 1, seed)
        if not columns:
            return encoder
        both = WithColumns(encoder, columns, WIDTH, DROPOUT)
        both.fit_columns(torch.from_numpy(column_values(blind, columns)))
        return both

    probability = train_classifier(
        build, made, train, target, steps=STEPS, rates=(RATE, RATE), weight_decay=DECAY, seed=seed
    )
    return lambda stars: names[probability(stars).argmax(1)]


def _of_a_period(name: str) -> bool:
    return name.startswith(("log_period", "power_")) or any(name == one or name.endswith(f"_{one}") for one in SHAPE)

"""The task ``spectrographs``: an embedding of supernovae that tells their class, and not the spectrograph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from ..augment.distributions import Choice, LogUniform, Uniform
from ..datasets import supernova_spectra
from ..evaluation import erasure
from ..grids import Grid
from ..series import Series, concatenate
from ..spectra import (
    LSF,
    Extinction,
    FluxCalibrationError,
    MaskRuns,
    Noise,
    Normalize,
    Observe,
    Resample,
    Velocity,
    survey,
)
from .contest import Entrant, Rows, Trial
from .pretrained import pretrained
from .supernova_spectra import RECIPE
from .template_library import template_library

EPOCHS = 150
COMPONENTS = 40
FOLDS = 5
CLASSES, SPECTROGRAPHS = ("Ia", "II", "IIn"), 6
SAME = {"Lick 3m - KAST": "Kast"}  # one spectrograph under two names
GRID = Grid.log(4200.0, 6800.0, velocity=400.0)
SOURCE = [Velocity(Uniform(-24000, 24000)), Extinction(ebv=Uniform(-0.6, 0.6))]
LOST = MaskRuns(count=Choice([0, 1, 2, 3]), length=LogUniform(10, 60))
OVER_CONTINUUM = Normalize("continuum", window=600)
COMMON = Observe(  # as in examples/spectrographs.yaml
    [
        *SOURCE,
        LSF(LogUniform(150, 1500)),
        Resample(GRID),
        FluxCalibrationError(Uniform(0, 0.5), length=LogUniform(100, 600)),
        Noise(LogUniform(5, 60)),
        LOST,
        OVER_CONTINUUM,
    ]
)
ALL = Observe([*(step for step in RECIPE.observe.steps if not isinstance(step, Normalize)), OVER_CONTINUUM])
ABOUT = (
    "Optical spectra of the Open Supernova Catalog, in the observed frame. A logistic regression with balanced classes learns from embeddings, or from "
    "principal components of pixels, of four fifths of the supernovae and answers for the others, in turn. All wavelengths: 3600 to 9000 A, "
    "where one can see where a spectrum begins and ends; common range: 4200 to 6800 A. The encoders (SimCLR) see all spectra, over their continuum, and 4,701 "
    "templates of 396 supernovae, those of the task `supernova-spectra`, without classes and names of spectrographs. Only the adversary is told both in the training, those of the supernovae that are scored too. Forgotten: `erasure` (the command `forget`) takes out what tells the "
    "spectrograph of the four fifths and does not follow from their neighbors, or from their classes. Views drawn from the data: resolution, noise, range and "
    "calibration are those of another spectrum of the catalog, each spectrograph equally often (`spectra.survey.from_series`). Views, normalization, encoder, epochs and templates were chosen "
    "while looking at these two tables, with one seed. The time of an encoder is in the first row that has it, in the first table. "
)
SPECTROGRAPH = (
    "Low is good, and chance is 0.17. The first row is told nothing but class, redshift and phase: it shows how much of the spectrograph follows from what it "
    "was pointed at."
)
CLASS = "High is good, and chance is 0.33."


def spectrograph_trials() -> list[Trial]:
    """Return two questions about the same embeddings: which spectrograph, and which class.

    Returns
    -------
    list of Trial
        Two.

    Raises
    ------
    InputError
        ``$CLRSERIES_DATA`` does not hold the data.
    """
    spectra = supernova_spectra()
    instrument = np.array([SAME.get(name, name) for name in spectra.table["instrument"].to_pylist()])
    spectra = spectra.with_columns({"instrument": instrument})
    kind, objects = (np.array(spectra.table[name].to_pylist()) for name in ("class", "object_id"))
    seen = (COMMON.deterministic()(spectra).ivar[:, 0] > 0).any(axis=1)
    features, trials = _features(spectra), []
    names, count = np.unique(instrument[seen], return_counts=True)
    frequent = names[np.argsort(-count, kind="stable")][:SPECTROGRAPHS]
    for column, wanted, title, about, measure in (
        (instrument, frequent, "Which of six spectrographs took a spectrum", SPECTROGRAPH, "revealed"),
        (kind, np.array(CLASSES), "Ia, II or IIn, in the same embeddings", CLASS, "balanced_accuracy"),
    ):
        rows = np.flatnonzero(np.isin(column, wanted) & seen)
        fold = Folded(column, objects, instrument, kind, rows)
        entrants = [
            Entrant(name, fold.answer(of, way), ours="clrseries" in name) for name, (of, way) in features.items()
        ]
        if column is instrument:
            entrants.insert(
                0, Entrant("class, redshift and phase, random forest", fold.by_forest(_known(spectra, kind)))
            )
        trials.append(Trial(title, ABOUT + about, column[rows], objects[rows], (measure,), tuple(entrants)))
    return trials


def _features(spectra: Series) -> dict[str, tuple[Callable[[int], NDArray[Any]], str]]:
    """Return, by the name of the row, what makes features (N, D) with a seed, and how the spectrograph is forgotten."""

    @cache
    def learned_from() -> Series:
        parts = [(spectra, ["object_id", "instrument", "class"]), (template_library()[0], ["object_id"])]
        return concatenate([replace(part, table=part.table.select(columns)) for part, columns in parts])

    def pixels(observe: Observe) -> Callable[[int], NDArray[Any]]:
        flux = observe.deterministic()(spectra).flux[:, 0]
        return lambda seed: PCA(COMPONENTS, random_state=0).fit_transform(flux)

    def embedded(observe: Observe, **settings: Any) -> Callable[[int], NDArray[Any]]:
        settings |= {"method": "simclr", "source": "object_id", "encoder": RECIPE.encoder, "epochs": EPOCHS}
        told = ("instrument", "class") if "domain" in settings else ()
        return cache(
            lambda seed: pretrained(learned_from(), *told, augment=observe, seed=seed, **settings).embed(spectra)
        )

    everywhere, common = embedded(ALL), embedded(COMMON)
    others = survey.from_series(spectra, grid=GRID, column="instrument")
    drawn = embedded(Observe([*SOURCE, *others.steps(), LOST, OVER_CONTINUUM]))
    adversary: dict[str, Any] = {"auxiliary": {"domain_adversarial": {"given_class": True}}}
    opposed = embedded(COMMON, domain="instrument", label="class", **adversary)
    return {
        f"PCA ({COMPONENTS}) of the pixels, all wavelengths": (pixels(RECIPE.observe), ""),
        f"PCA ({COMPONENTS}) of the pixels, common range": (pixels(Observe([Resample(GRID), Normalize("mean")])), ""),
        f"PCA ({COMPONENTS}) of the pixels over their continuum, common range": (pixels(COMMON), ""),
        "clrseries, all wavelengths": (everywhere, ""),
        "clrseries, all wavelengths, forgotten given neighbors": (everywhere, "neighbors"),
        "clrseries, all wavelengths, forgotten given class": (everywhere, "class"),
        "clrseries, common range": (common, ""),
        "clrseries, common range, forgotten given neighbors": (common, "neighbors"),
        "clrseries, common range, forgotten given class": (common, "class"),
        "clrseries, common range, views drawn from the data": (drawn, ""),
        "clrseries, common range, adversary given class": (opposed, ""),
    }


class Folded:
    """Answers for all rows by cross-validation that keeps supernovae together; a seed draws the folds.

    Parameters
    ----------
    target, objects, instrument, kind : str (N,)
        What is asked; supernovae; spectrographs and classes.
    rows : int64 (M,)
        Those that are asked about.
    """

    def __init__(
        self,
        target: NDArray[np.str_],
        objects: NDArray[np.str_],
        instrument: NDArray[np.str_],
        kind: NDArray[np.str_],
        rows: Rows,
    ) -> None:
        self.target, self.objects, self.instrument, self.kind, self.rows = target, objects, instrument, kind, rows

    def answer(self, features: Callable[[int], NDArray[Any]], way: str) -> Callable[[int], NDArray[np.str_]]:
        """Return what answers with a logistic regression on unit vectors.

        Parameters
        ----------
        features : function
            Takes a seed and returns numbers for all spectra, float (N, D); NaN for those without any.
        way : {"", "neighbors", "class"}
            How the spectrograph is forgotten first.

        Returns
        -------
        function
            Takes a seed and returns the answers, str (M,).
        """

        def answers(seed: int) -> NDArray[np.str_]:
            model = make_pipeline(
                Normalizer(), StandardScaler(), LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000)
            )
            return self._by(model, features(seed), way, seed)

        return answers

    def by_forest(self, known: NDArray[np.float64]) -> Callable[[int], NDArray[np.str_]]:
        """Return what answers with a random forest.

        Parameters
        ----------
        known : float64 (N, D)
            What is known of the spectra.

        Returns
        -------
        function
            Takes a seed and returns the answers, str (M,).
        """
        settings: dict[str, Any] = {"class_weight": "balanced", "min_samples_leaf": 5}
        return lambda seed: self._by(RandomForestClassifier(300, random_state=seed, **settings), known, "", seed)

    def _by(self, model: Any, features: NDArray[Any], way: str, seed: int) -> NDArray[np.str_]:
        rows, said = self.rows, np.empty(len(self.rows), self.target.dtype)
        folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
        for train, test in folds.split(rows, self.target[rows], self.objects[rows]):
            own = features
            if way:
                others = ~np.isin(self.objects, self.objects[rows[test]]) & np.isfinite(features).all(axis=1)
                given = self.kind[others] if way == "class" else None
                own = erasure(features[others], self.instrument[others], given).applied(features)
            said[test] = model.fit(own[rows[train]], self.target[rows[train]]).predict(own[rows[test]])
        return said


def _known(spectra: Series, kind: NDArray[np.str_]) -> NDArray[np.float64]:
    """Return class, redshift and phase as numbers."""
    table = spectra.table.to_pandas()
    numbers = [table[name].fillna(lowest) for name, lowest in (("z", -1.0), ("phase_days", -999.0))]
    return np.column_stack([kind[:, None] == np.unique(kind), *numbers]).astype(float)

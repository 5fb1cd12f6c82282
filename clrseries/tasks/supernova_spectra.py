"""The task ``supernova-spectra``: classes of supernovae from one spectrum in the observed frame, redshift unknown."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..augment.distributions import Choice, LogUniform, Uniform
from ..datasets import supernova_spectra
from ..evaluation import feature_classifiers, flattened, pca, template_correlations
from ..grids import Grid
from ..series import Series
from ..spectra import (
    Crop,
    Extinction,
    FluxCalibrationError,
    MaskRuns,
    Noise,
    Normalize,
    Observe,
    Redshift,
    Resample,
    Velocity,
)
from .contest import Contest, Entrant, Rows, held_out
from .supernova_networks import Networks, Recipe
from .template_library import taught_by_library, template_library

FRACTION, SPLIT = 0.3, 20261130  # of the supernovae that are kept apart, and the seed of that
BUDGETS = (5, 20, 100, 0)
GRID, STEP = Grid.log(3600.0, 9000.0, velocity=600.0), 600.0 / 299792.458  # and its pixels in ln(wavelength)
HIGHEST = 0.4  # redshift at which templates are tried
COMPONENTS = 50
STRENGTH, TINY = 5.0, 1e-6  # of a correlation beside the logarithm of a probability, which is not below this one
RECIPE = Recipe(
    Observe(  # as in examples/supernovae.yaml
        [
            Velocity(Uniform(-24000, 24000)),
            Extinction(ebv=Uniform(-0.6, 0.6)),
            Resample(GRID),
            FluxCalibrationError(Uniform(0, 0.5), length=LogUniform(500, 3000)),
            Noise(LogUniform(8, 100)),
            Crop(blue=Uniform(-600, 600), red=Uniform(-900, 900)),
            MaskRuns(count=Choice([0, 1, 2, 3]), length=LogUniform(20, 300)),
            Normalize("mean"),
        ]
    ),
    encoder={"resnet1d": {"width": 32, "embedding_dim": 128}},
    steps=600, rate=2e-3, fewer=600, rates=(1e-3, 5e-3), epochs=200,
)  # fmt: skip
ABOUT = (
    "Optical spectra of the Open Supernova Catalog from some forty spectrographs, in the observed frame: Ia, Ia-pec, II, IIb, IIn, Ib, Ic, "
    "Ic-BL, SLSN-I. Three tenths of the supernovae of each class are kept apart, two of SLSN-I among them. No row is told the redshift of a "
    "test spectrum. Cross-correlation: the labeled spectra, in their rest frames by their known redshifts, are the templates; the class is that of the "
    "template with the highest correlation at any redshift up to 0.4. Pixels: over their continuum, 50 principal components of all spectra that may be "
    "labeled. SimCLR sees the spectra that may be labeled, without their classes; its time is in the row of the support vector machine with "
    "5 labels a class, which is not in the table of times. Library: templates of SNID and others (the data of the task `supernova-templates`) of supernovae "
    "that were found before or after the years of the catalog, moved to redshifts up to 0.3; half of the spectra that a network learns from are of it. Correlation: five times the best correlation with a class "
    "is added to the logarithm of its probability; the time of this row is without the network, which is that of the row without it. "
)
CHOSEN = (
    "Steps, rates, the half, the five and the continuum of the pixels were chosen on one or two splits inside the part that may be labeled. Views, encoder and epochs are "
    "those of `examples/supernovae.yaml`, and they, the forest and the regression are as in [results](results.md): chosen while looking at "
    "other splits, which had some of these test supernovae in them."
)


def supernova_spectra_contests() -> list[Contest]:
    """Return the contest on the spectra of the Open Supernova Catalog.

    Returns
    -------
    list of Contest
        One.

    Raises
    ------
    InputError
        ``$CLRSERIES_DATA`` does not hold the data.
    """
    spectra, test = spectra_and_test()
    target, groups = (np.array(spectra.table[name].to_pylist()) for name in ("class", "object_id"))
    pool = np.setdiff1d(np.arange(len(spectra)), test)
    measures, entrants = ("macro_f1", "balanced_accuracy"), _entrants(spectra, target, groups, pool, test)
    title = "Supernovae from one spectrum, 9 classes, observed frame"
    return [Contest(title, ABOUT + CHOSEN, target, groups, pool, test, BUDGETS, measures, entrants)]


def spectra_and_test() -> tuple[Series, Rows]:
    """Return the spectra of the catalog and the rows of those that are kept apart.

    Returns
    -------
    Series, int64
    """
    spectra = supernova_spectra()
    target, groups = (np.array(spectra.table[name].to_pylist()) for name in ("class", "object_id"))
    return spectra, held_out(target, groups, FRACTION, SPLIT)


def _entrants(
    spectra: Series, target: NDArray[np.str_], groups: NDArray[np.str_], pool: Rows, test: Rows
) -> tuple[Entrant, ...]:
    observed, rest, names = over_continuum(spectra), over_continuum(spectra, Redshift(z="z")), np.unique(target)
    _, components = pca(observed[pool], observed, size=COMPONENTS)

    def on_components(kind: str) -> Any:
        def classify(rows: Rows, seed: int) -> NDArray[np.str_]:
            return feature_classifiers(seed)[kind].fit(components[rows], target[rows]).predict(components[test])

        return classify

    def best_template(rows: Rows, seed: int) -> NDArray[np.str_]:
        return names[of_labels(rows).argmax(axis=1)]

    def best_of_both(rows: Rows, seed: int) -> NDArray[np.str_]:
        return names[np.maximum(of_labels(rows), of_library()).argmax(axis=1)]

    def of_labels(rows: Rows) -> NDArray[np.float64]:
        return best_correlations(observed[test], rest[rows], target[rows], names)

    library = cache(template_library)

    @cache
    def of_library() -> NDArray[np.float64]:
        templates, kinds, _ = library()
        return best_correlations(observed[test], over_continuum(templates), kinds, names)

    @cache
    def taught(rows: tuple[int, ...], seed: int) -> NDArray[np.float64]:
        own = np.array(rows, np.int64)
        classify = taught_by_library(library(), spectra.take(own), target[own], GRID, RECIPE.encoder, seed)
        return classify(spectra.take(test))

    def by_both(rows: Rows, seed: int) -> NDArray[np.str_]:
        best = np.maximum(of_labels(rows), of_library())
        return names[(np.log(taught(tuple(rows), seed) + TINY) + STRENGTH * best).argmax(axis=1)]

    ours = Networks(spectra, target, groups, pool, np.array([], np.int64), test, RECIPE)
    return (
        Entrant("cross-correlation, best template", best_template),
        Entrant("cross-correlation, best of labels and library", best_of_both),
        Entrant("random forest on pixels, PCA", on_components("forest")),
        Entrant("logistic regression on pixels, PCA", on_components("linear")),
        Entrant("clrseries, resnet1d from scratch", ours.from_scratch, ours=True),
        Entrant("clrseries, SimCLR without labels, then a support vector machine", ours.probed, ours=True),
        Entrant("clrseries, SimCLR without labels, then fine-tuned", ours.fine_tuned, ours=True),
        Entrant("clrseries, library alone, no label", lambda rows, seed: names[taught((), seed).argmax(1)], ours=True),
        Entrant(
            "clrseries, library and labels", lambda rows, seed: names[taught(tuple(rows), seed).argmax(1)], ours=True
        ),
        Entrant("clrseries, library and labels, and correlation", by_both, ours=True),
    )


def best_correlations(
    observed: NDArray[np.float32], templates: NDArray[np.float32], kinds: NDArray[np.str_], names: NDArray[np.str_]
) -> NDArray[np.float64]:
    """Return the best correlation of each spectrum with the templates of each class, at any redshift.

    Parameters
    ----------
    observed : float32 (N, P)
        Spectra over their continuum, minus 1.
    templates : float32 (M, P)
        The same of the templates, in their rest frames.
    kinds : str (M,)
        Their classes.
    names : str (C,)
        All classes.

    Returns
    -------
    float64 (N, C)
        -1 for a class without a template.
    """
    score, _ = template_correlations(observed, templates, STEP, HIGHEST)
    alike = [score[:, kinds == name].max(axis=1, initial=-1.0) for name in names]
    return np.stack(alike, axis=1)


def over_continuum(spectra: Series, *first: Redshift) -> NDArray[np.float32]:
    """Return spectra over their continuum, minus 1, on the grid of this task.

    Parameters
    ----------
    spectra : Series
        N spectra.
    *first : Redshift
        What is done to them before; ``Redshift(z="z")`` brings them to their rest frames.

    Returns
    -------
    float32 (N, P)
        0 where there is no data.
    """
    views = Observe([*first, Resample(GRID)])(spectra)
    return flattened(views.flux[:, 0], views.ivar[:, 0] > 0).astype(np.float32)

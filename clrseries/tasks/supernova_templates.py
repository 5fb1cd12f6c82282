"""The task ``supernova-templates``: types of supernovae from one rest-frame spectrum, on the split of ABC-SN."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..augment.distributions import Choice, LogUniform, Normal, Uniform
from ..datasets import supernova_templates
from ..evaluation import feature_classifiers
from ..finetuning.guessed_labels import carried
from ..grids import Grid
from ..series import Series, concatenate
from ..spectra import LSF, FluxCalibrationError, MaskRuns, Noise, Normalize, Observe, Resample, Velocity
from .catalog_as_templates import catalog_as_templates
from .contest import Contest, Entrant, Quoted, Rows
from .supernova_networks import Networks, Recipe

PHASES, PEAKS = (-20.0, 50.0), (0.1, 100.0)  # [day] from maximum, and peak-to-peak flux, of the published set
BUDGETS = (5, 20, 100, 0)
RECIPE = Recipe(
    Observe(
        [
            Velocity(Normal(0, 2500)),
            LSF(resolution=100.0),
            Resample(Grid.log(4500.0, 7000.0, velocity=400.0)),
            FluxCalibrationError(Uniform(0, 0.3), length=LogUniform(300, 2000)),
            Noise(LogUniform(3, 100)),
            MaskRuns(count=Choice([0, 0, 1, 2]), length=LogUniform(30, 300)),
            Normalize("mean"),
        ]
    ),
    encoder={"resnet1d": {"width": 32, "embedding_dim": 128}},
    steps=1200, rate=2e-3, fewer=600, rates=(1e-3, 5e-3), epochs=300,
)  # fmt: skip
PUBLISHED = Quoted(
    "ABC-SN",
    {"accuracy": 0.8505, "macro_f1": 0.830},
    "Fortino et al. 2025, ABC-SN, on the published split with its twins",
)


def supernova_template_contests() -> list[Contest]:
    """Return two contests: on the split as published, and with the twins of test objects left out of training.

    Returns
    -------
    list of Contest
        The published split with all labels, and the split without twins with 5, 20, 100 and all labels of each type.

    Raises
    ------
    InputError
        ``$CLRSERIES_DATA`` does not hold the data.
    """
    spectra = supernova_templates()
    table = spectra.table
    split, twin = np.array(table["split"].to_pylist()), np.array(table["twin_of_test"].to_pylist())
    usable = _usable(spectra)
    train, test, other = (np.flatnonzero(usable & (split == part)) for part in ("train", "test", "other"))
    spectra, more = _with_catalog(spectra)
    target, groups = (np.array(spectra.table[name].to_pylist()) for name in ("type", "object_id"))
    about = (
        "Spectra of the SNID kind, in the rest frame and divided by their continuum, at R = 100 between 4500 and 7000 A: ten types, the test "
        "spectra of ABC-SN. Labels carried: all spectra of a supernova have the label that one of them has, so that these rows learn from "
        "more labeled spectra than the head of the column says. Guessed: two networks say which type each other supernova of the training "
        "set is, from all its spectra, and two more learn from that too. Catalog: 183 spectra of nine of the types, of supernovae of the Open "
        "Supernova Catalog of which no template has the name, are put into the form of templates and labeled too, whatever the budget; SimCLR of that row sees them as well. The networks never see a test spectrum before they classify it. "
        "SimCLR sees the training set and 49 supernovae of other types, without labels, once a seed; its time is in the table of the published "
        "split, in the row of the support vector machine, and not in the other table. Settings were chosen by cross-validation with "
        "objects kept together, inside the training set without twins. "
    )
    found = []
    for title, told, pool, budgets, quoted in (
        ("Supernova types, split as published", PUBLISHED_SPLIT, train, (0,), (PUBLISHED,)),
        ("Supernova types, no object on both sides", WITHOUT_TWINS, train[~twin[train]], BUDGETS, ()),
    ):
        entrants = _entrants(spectra, target, pool, other, test, more)
        found.append(
            Contest(
                title, about + told, target, groups, pool, test, budgets, ("accuracy", "macro_f1"), entrants, quoted
            )
        )
    return found


PUBLISHED_SPLIT = (
    "In the published split, 61 of 247 test supernovae are in the training set too, under another name: it leaks."
)
WITHOUT_TWINS = "The training spectra of supernovae that are also in the test set, under another name, are left out."


def _usable(spectra: Series) -> NDArray[np.bool_]:
    phase = spectra.table["phase_days"].to_numpy()
    start = spectra.offsets[:-1]
    height = np.maximum.reduceat(spectra.flux, start) - np.minimum.reduceat(spectra.flux, start)
    within = [(low <= values) & (values <= high) for values, (low, high) in ((phase, PHASES), (height, PEAKS))]
    return within[0] & within[1]


def _with_catalog(templates: Series) -> tuple[Series, Rows]:
    """Return templates and spectra of the catalog, flux over continuum, and the rows of the latter; no template is of the same supernova."""
    flux = np.where(templates.ivar > 0, templates.flux + 1.0, 0.0).astype(np.float32)
    templates = replace(templates, flux=flux, table=templates.table.select(["object_id", "type"]))
    catalog = catalog_as_templates(PHASES)
    seen = set(templates.table["object_id"].to_pylist())
    new = np.flatnonzero([name not in seen for name in catalog.table["object_id"].to_pylist()])
    return concatenate([templates, catalog.take(new)]), len(templates) + np.arange(len(new))


def _entrants(
    spectra: Series, target: NDArray[np.str_], pool: Rows, other: Rows, test: Rows, catalog: Rows
) -> tuple[Entrant, ...]:
    views = RECIPE.observe.deterministic()(spectra)
    pixels = np.where(views.ivar[:, 0] > 0, views.flux[:, 0] - 1.0, 0.0)
    groups = np.array(spectra.table["object_id"].to_pylist())

    def on_pixels(kind: str, widen: Callable[[Rows], Rows] = lambda rows: rows) -> Any:
        def classify(rows: Rows, seed: int) -> NDArray[np.str_]:
            rows = widen(rows)
            return feature_classifiers(seed)[kind].fit(pixels[rows], target[rows]).predict(pixels[test])

        return classify

    def all_of_object(rows: Rows) -> Rows:
        return carried(groups, pool, rows)

    ours = Networks(spectra, target, groups, pool, other, test, RECIPE)
    with_catalog = replace(ours, always=catalog, pretrained={})
    return (
        Entrant("random forest on pixels", on_pixels("forest")),
        Entrant("logistic regression on pixels", on_pixels("linear")),
        Entrant("random forest on pixels, labels carried", on_pixels("forest", all_of_object)),
        Entrant("clrseries, resnet1d from scratch", ours.from_scratch, ours=True),
        Entrant("clrseries, SimCLR without labels, then a support vector machine", ours.probed, ours=True),
        Entrant("clrseries, SimCLR without labels, then fine-tuned", ours.fine_tuned, ours=True),
        Entrant("clrseries, both networks, labels carried and guessed", ours.guessing, ours=True),
        Entrant("clrseries, the same and the catalog", with_catalog.guessing, ours=True),
    )

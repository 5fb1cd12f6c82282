"""A library of templates of supernovae found in other years, to learn from beside labeled spectra of the Open Supernova Catalog."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..augment.distributions import Choice, LogUniform, Uniform
from ..datasets import supernova_templates
from ..encoders.standardize import fitted_encoder
from ..finetuning.classifier import Classifier, train_classifier
from ..grids import Grid
from ..series import Series, concatenate
from ..spectra import (
    LSF,
    Crop,
    Extinction,
    FluxCalibrationError,
    MaskRuns,
    Noise,
    Normalize,
    Observe,
    Resample,
    ScatteredLight,
    Velocity,
)
from .supernova_networks import DECAY, VIEWS, Labels, chance

Library = tuple[Series, Labels, NDArray[np.float64]]  # templates, their classes, and how often to draw each
TYPES = {  # of the library, in the classes of the catalog
    "Ia-norm": "Ia", "Ia-91T": "Ia-pec", "Ia-91bg": "Ia-pec", "Iax": "Ia-pec", "Ia-csm": "Ia-pec", "Ia-pec": "Ia-pec", "Ib-norm": "Ib",
    "Ib-pec": "Ib", "Ic-norm": "Ic", "Ic-broad": "Ic-BL", "Ic-SL": "SLSN-I", "IIb": "IIb", "IIP": "II", "IIL": "II", "II-pec": "II", "IIn": "IIn",
}  # fmt: skip
CATALOG = range(2010, 2015)  # years of the supernovae of the catalog
YEAR = re.compile(r"(?:PS1-|[A-Za-z]+-?)(\d{4}(?!\d)|\d{2})")
LOWEST, HIGHEST, COPIES = 0.005, 0.3, 3  # redshifts that each template is moved to, and how many of them
STEPS, RATE, SHARE = 2000, 2e-3, 0.5  # of training; and how many of the spectra that are drawn are labeled ones


def template_library() -> Library:
    """Return templates in their rest frames.

    Those of supernovae of the years of the catalog are left out, so that none can be one of its supernovae under another name.

    Returns
    -------
    Series
        N spectra over their continuum.
    str (N,)
        Their classes, as the catalog names them.
    float64 (N,)
        How often to draw each: many spectra of one supernova less often, and a class as often as the square root of its size.
    """
    library = supernova_templates()
    types, names = (np.array(library.table[name].to_pylist()) for name in ("type", "object_id"))
    usable = [kind in TYPES and year_of(name) not in CATALOG for kind, name in zip(types, names, strict=True)]
    kept = np.flatnonzero(usable)
    library, kinds = library.take(kept), np.array([TYPES[kind] for kind in types[kept]])
    _, number, count = np.unique(names[kept], return_inverse=True, return_counts=True)
    library = replace(library, flux=np.where(library.ivar > 0, library.flux + 1.0, 0.0).astype(np.float32))
    return library, kinds, chance(kinds, 1.0 / np.sqrt(count[number]))


def at_redshifts(library: Series, seed: int) -> Series:
    """Return each template at several random redshifts, one after another.

    Parameters
    ----------
    library : Series
        N templates in their rest frames.
    seed : int
        Seed of the redshifts.

    Returns
    -------
    Series
        3 N spectra.
    """
    rng, parts = np.random.default_rng(seed), []
    for copy in range(COPIES):
        z = np.exp(rng.uniform(np.log(LOWEST), np.log(HIGHEST), len(library)))
        stretched = library.x * np.repeat(1.0 + z, np.diff(library.offsets))
        parts.append(named(replace(library, x=stretched), f"template {copy}"))
    return concatenate(parts)


def year_of(name: str) -> int | None:
    """Return the year in which a supernova was found, as its name tells, or None.

    Parameters
    ----------
    name : str
        Such as ``SN1999dq`` or ``PTF12dam``.

    Returns
    -------
    int or None
    """
    found = YEAR.match(name)
    return None if found is None else int(found[1]) + 2000 * (len(found[1]) == 2)


def taught_by_library(
    library: Library, spectra: Series, target: Labels, grid: Grid, encoder: dict[str, Any], seed: int
) -> Classifier:
    """Train a new network on the library and on labeled spectra.

    Parameters
    ----------
    library : Series, str (T,), float64 (T,)
        From :func:`template_library`.
    spectra : Series
        N labeled spectra; with none, the library alone teaches.
    target : str (N,)
        Their classes, each of which the library has.
    grid : Grid
        Grid of the views.
    encoder : dict
        The encoder, as the command ``pretrain`` takes it.
    seed : int
        Seed of redshifts, weights, batches and views.

    Returns
    -------
    function
        Takes a Series of M spectra and returns the probabilities of the classes of the library, sorted by name, float64 (M, C).
    """
    templates, kinds, often = library
    moved, labels, often = at_redshifts(templates, seed), np.tile(kinds, COPIES), np.tile(often, COPIES)
    series, made = moved, of_the_continuum(grid)
    if len(spectra):
        own = chance(target, np.ones(len(target)))
        often = np.concatenate([(1.0 - SHARE) * often / often.sum(), SHARE * own / own.sum()])
        series, labels = concatenate([moved, named(spectra, "labeled")]), np.concatenate([labels, target])

    return train_classifier(
        lambda: fitted_encoder(encoder, made, moved, seed), made, series, labels, steps=STEPS, rates=(RATE, RATE), weight_decay=DECAY, chance=often, views=VIEWS, seed=seed
    )  # fmt: skip


def of_the_continuum(grid: Grid) -> Observe:
    """Return the views of spectra over their continuum: other redshifts, spectrographs and host galaxies.

    Parameters
    ----------
    grid : Grid
        Their pixels.

    Returns
    -------
    spectra.Observe
    """
    return Observe(
        [
            Velocity(Uniform(-20000, 20000)),
            Extinction(ebv=Uniform(-0.5, 0.5)),
            LSF(resolution=LogUniform(150, 1500)),
            Resample(grid),
            FluxCalibrationError(Uniform(0, 0.4), length=LogUniform(500, 3000)),
            ScatteredLight(Uniform(0, 0.4)),
            Noise(LogUniform(5, 80)),
            Crop(blue=Uniform(-600, 1000), red=Uniform(-900, 2000)),
            MaskRuns(count=Choice([0, 1, 2, 3]), length=LogUniform(20, 300)),
            Normalize("continuum", 600),
        ]
    )


def named(series: Series, word: str) -> Series:
    """Return spectra with names that no other part has, and without other columns.

    Parameters
    ----------
    series : Series
        N spectra.
    word : str
        Put before their numbers.

    Returns
    -------
    Series
    """
    names = [f"{word} {row}" for row in range(len(series))]
    return Series(series.x, series.flux, series.ivar, series.offsets, pa.table({"object_id": names}))

"""The task ``supernova-templates``: types of supernovae from one rest-frame spectrum, on the split of ABC-SN."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..augment.distributions import Choice, LogUniform, Normal, Uniform
from ..commands.pretrain import pretrain
from ..datasets import supernova_templates
from ..encoders import build_encoder
from ..encoders.heads import ClassHead
from ..encoders.standardize import standardize
from ..finetuning.encoder_with_head import EncoderWithHead, equal_chances, fit, outputs_of
from ..grids import Grid
from ..model import load
from ..series import Series
from ..spectra import LSF, FluxCalibrationError, MaskRuns, Noise, Normalize, Observe, Resample, Velocity
from .contest import Contest, Entrant, Quoted, Rows

PHASES, PEAKS = (-20.0, 50.0), (0.1, 100.0)  # [day] from maximum, and peak-to-peak flux, of the published set
RESOLUTION, RANGE, PIXEL = 100.0, (4500.0, 7000.0), 400.0  # R, Angstrom, km/s
BUDGETS = (5, 20, 100, 0)
ENCODER = {"resnet1d": {"width": 32, "embedding_dim": 128}}
STEPS, RATE, DECAY = 1200, 2e-3, 1e-2  # of training with labels
EPOCHS = 300  # of SimCLR; one sees every supernova once, by two of its spectra
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
    train, test = (np.flatnonzero(usable & (split == part)) for part in ("train", "test"))
    target, groups = (np.array(table[name].to_pylist()) for name in ("type", "object_id"))
    spectra = replace(spectra, flux=np.where(spectra.ivar > 0, spectra.flux + 1.0, 0.0).astype(np.float32))
    about = (
        "Spectra of the SNID kind, in the rest frame and divided by their continuum, at R = 100 between 4500 and 7000 A: ten types, the test "
        "spectra of ABC-SN. "
    )
    found = []
    for title, more, pool, budgets, quoted in (
        ("Supernova types, split as published", PUBLISHED_SPLIT, train, (0,), (PUBLISHED,)),
        ("Supernova types, no object on both sides", WITHOUT_TWINS, train[~twin[train]], BUDGETS, ()),
    ):
        entrants = _entrants(spectra, target, pool, test)
        found.append(
            Contest(
                title, about + more, target, groups, pool, test, budgets, ("accuracy", "macro_f1"), entrants, quoted
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


def observe() -> Observe:
    """Return the views that ours learns from: other velocities, continua, noise and gaps.

    Returns
    -------
    spectra.Observe
    """
    return Observe(
        [
            Velocity(Normal(0, 2500)),
            LSF(resolution=RESOLUTION),
            Resample(Grid.log(*RANGE, velocity=PIXEL)),
            FluxCalibrationError(Uniform(0, 0.3), length=LogUniform(300, 2000)),
            Noise(LogUniform(3, 100)),
            MaskRuns(count=Choice([0, 0, 1, 2]), length=LogUniform(30, 300)),
            Normalize("mean"),
        ]
    )


def _entrants(spectra: Series, target: NDArray[np.str_], pool: Rows, test: Rows) -> tuple[Entrant, ...]:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    views = observe().deterministic()(spectra)
    pixels = np.where(views.ivar[:, 0] > 0, views.flux[:, 0] - 1.0, 0.0)

    def on_pixels(model: Any) -> Any:
        return lambda rows, seed: model(seed).fit(pixels[rows], target[rows]).predict(pixels[test])

    def forest(seed: int) -> Any:
        return RandomForestClassifier(300, class_weight="balanced", random_state=seed)

    def logistic(seed: int) -> Any:
        return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000))

    @cache
    def pretrained(seed: int) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            blind = spectra.take(pool)
            blind = replace(blind, table=blind.table.select(["object_id"]))
            path = pretrain(
                blind, folder + "/run", augment=observe(), encoder=ENCODER, method="simclr", source="object_id", epochs=EPOCHS,
                seed=seed, progress=False,
            )  # fmt: skip
            return load(path).encoder

    def scratch(rows: Rows, seed: int) -> NDArray[np.str_]:
        return _trained(None, spectra.take(rows), target[rows], spectra.take(test), seed)

    def tuned(rows: Rows, seed: int) -> NDArray[np.str_]:
        return _trained(pretrained(seed), spectra.take(rows), target[rows], spectra.take(test), seed)

    return (
        Entrant("random forest on pixels", on_pixels(forest)),
        Entrant("logistic regression on pixels", on_pixels(logistic)),
        Entrant("clrseries, resnet1d from scratch", scratch, ours=True),
        Entrant("clrseries, SimCLR without labels, then fine-tuned", tuned, ours=True),
    )


def _trained(encoder: Any, train: Series, target: NDArray[np.str_], test: Series, seed: int) -> NDArray[np.str_]:
    """Train a new encoder, or a copy of a pretrained one, with labels, and return the classes of the test spectra."""
    import copy

    made = observe()
    names, number = np.unique(target, return_inverse=True)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        own = build_encoder(ENCODER, made) if encoder is None else copy.deepcopy(encoder)
        network = EncoderWithHead(own, ClassHead(own.embedding_dim, list(map(str, names)))).train()
        if encoder is None:
            standardize(own, made, train, 1, seed)
        rates = (RATE, RATE) if encoder is None else (0.5 * RATE, 5 * RATE)
        parts = (own, network.head)
        groups = [{"params": list(part.parameters()), "lr": rate} for part, rate in zip(parts, rates, strict=True)]
        chance = equal_chances(number)
        steps = STEPS if encoder is None else STEPS // 2
        fit(network, made, train, number, groups, steps=steps, chance=chance, weight_decay=DECAY, seed=seed)
    return names[outputs_of(network, made, test).argmax(1).numpy()]

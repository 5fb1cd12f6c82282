"""Train, test and store the weights ``transients``: classes of transients and variable objects from light curves.

Needs ``$CLRSERIES_DATA``, and the wheel snmachine.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from shipping import (
    Row,
    balanced_row,
    config_of,
    macro_f1,
    mean_row,
    one_thread,
    optimize,
    row,
    set_rows,
    ship,
)  # fmt: skip
from torch import Tensor, nn
from transients_data import AB, BANDS, Labeled, by_name, farther, joined, nearer, other_bands, split, surveys

from clrseries import Model, datasets
from clrseries.config import Observe, composition
from clrseries.encoders import build_encoder
from clrseries.encoders.joint_head import JointHead
from clrseries.encoders.prediction_sets import least_probability
from clrseries.evaluation.scores import calibration_error
from clrseries.finetuning.encoder_with_head import chances_of_parts
from clrseries.methods import Projector
from clrseries.series import Series

NAME = "transients"
FLUX_UNIT = "3.63078e-07 Jy"  # flux 1 has the magnitude 25 (AB)
SPLIT = 0  # seed of the draw of the test objects of PLAsTiCC
FITTED = 6000  # draws whose views set the scale of the points
WEEKS = 40.0, 90.0  # before and after the most significant point of a short campaign [day]


def inputs(observe: Observe, series: Series, seed: int = 0, step: int = 0) -> list[Tensor]:
    """Return what the encoder takes of one view of each curve."""
    views = observe(series, 1, seed, epoch=step, threads=1).trimmed()  # type: ignore[union-attr]
    return [array[:, 0] for array in views.torch()]


def train(data: Labeled, observe: Observe, config: dict[str, Any]) -> tuple[Any, JointHead]:
    """Train encoder and head with labels; rare classes are drawn more often."""
    rng, seed = np.random.default_rng(config["seed"]), config["seed"]
    torch.manual_seed(seed)
    encoder = build_encoder(config["encoder"], observe, data.series.bands)
    head = JointHead(encoder.embedding_dim, config["classes"], [], views=config["views"])
    number, chance, in_ab = numbers(data, config), chances(data, config), np.isin(data.survey, AB)
    drop, weights = nn.Dropout(config["dropout"]), [*encoder.parameters(), *head.parameters()]

    def seen(size: int) -> tuple[NDArray[np.int64], Series]:
        rows = np.unique(rng.choice(len(number), size, p=chance))
        renamed = in_ab[rows] & (rng.random(len(rows)) < config["other_bands"])
        return rows, other_bands(data.series.take(rows), renamed, rng)

    def loss_of(step: int) -> Tensor:
        rows, series = seen(config["batch"])
        views = inputs(observe, series, seed, step)
        good = (views[2] > 0).any(1)  # of some curves no point is left
        outputs = head.kind(drop(encoder(*(array[good] for array in views))))
        return nn.functional.nll_loss(outputs, torch.from_numpy(number[rows])[good])

    encoder.standardize.fit(*inputs(observe, seen(FITTED)[1]))
    optimize(weights, config, loss_of)
    return encoder.eval(), head.eval()


def chances(data: Labeled, config: dict[str, Any]) -> NDArray[np.float64]:
    """Return how often each object is drawn: a class by its number in PLAsTiCC, and in a class each survey by its share."""
    chance = chances_of_parts(numbers(data, config), data.survey, config["shares"], "PLAsTiCC", config["balance"])
    return chance / chance.sum()


def numbers(data: Labeled, config: dict[str, Any]) -> NDArray[np.int64]:
    """Return the class of each curve as a number."""
    return np.array([config["classes"].index(kind) for kind in data.kinds])


def finish(model: Model, train: Labeled, held: Labeled, config: dict[str, Any]) -> None:
    """Set the temperature, the sets of classes and the distances of known objects, on curves that the training has not seen."""
    kind, target = model.head.kind, torch.from_numpy(numbers(held, config))
    logs = torch.from_numpy(model.predict(held.series, on_error="stop")["probability"]).clamp(min=1e-30).log()

    def loss(log: float) -> float:
        return float(nn.functional.nll_loss((logs / np.exp(log)).log_softmax(1), target))

    # the mean over views is one of logits, and can be divided by the temperature as each of them
    kind.temperature.fill_(float(np.exp(minimize_scalar(loss, bounds=(-2.0, 1.0), method="bounded").x)))
    kind.least_probability = least_probability((logs / kind.temperature).softmax(1).numpy(), target.numpy())
    # what other surveys would have seen of known objects is known too
    (known, which), (seen, _) = viewed(model, train), viewed(model, held)
    model.head.fit_known(known, torch.from_numpy(numbers(train, config)[which]), seen)


@torch.no_grad()
def viewed(model: Model, data: Labeled) -> tuple[Tensor, NDArray[np.int64]]:
    """Return the embeddings of new views of curves, and the rows of the curves; views without a point are left out."""
    found, which = [], []
    for first in range(0, len(data.series), 256):
        rows = np.arange(first, min(first + 256, len(data.series)))
        views = inputs(model.observe, data.series.take(rows), seed=1)
        good = (views[2] > 0).any(1)
        found.append(model.encoder(*(array[good] for array in views)))
        which.append(rows[good.numpy()])
    return torch.cat(found), np.concatenate(which)


def table(model: Model, data: Labeled, config: dict[str, Any]) -> list[Row]:
    """Return the scores on some objects, of each survey by itself, and of PLAsTiCC as a short campaign sees it."""
    rows = []
    for survey in dict.fromkeys(data.survey):
        own = data.take(np.flatnonzero(data.survey == survey))
        rows += scores(model, own, survey, config)
        if survey == "PLAsTiCC":
            kinds, ids = model.predict(some_weeks(own.series))["predicted"], np.array(own.series.object_ids)
            rows.append(mean_row("PLAsTiCC in 130 days, accuracy", kinds == own.kinds, ids))
            rows.append(balanced_row("PLAsTiCC in 130 days, balanced accuracy", own.kinds, kinds, ids))
    return rows


def some_weeks(series: Series) -> Series:
    """Return the points of each curve near its most significant one; the others have ivar 0."""
    snr, starts, points = (
        series.flux * np.sqrt(series.ivar),
        series.offsets[:-1].astype(np.intp),
        np.diff(series.offsets),
    )
    first = np.flatnonzero(snr == np.repeat(np.maximum.reduceat(snr, starts), points))
    peaks = first[np.searchsorted(first, starts)]
    days = series.x - np.repeat(series.x[peaks], points)
    near = (days >= -WEEKS[0]) & (days <= WEEKS[1])
    return replace(series, ivar=np.where(near, series.ivar, np.float32(0.0)))


def scores(model: Model, data: Labeled, survey: str, config: dict[str, Any]) -> list[Row]:
    """Return the scores of one survey."""
    found, ids, number = model.predict(data.series), np.array(data.series.object_ids), numbers(data, config)
    kinds, logs = found["predicted"], np.log(np.maximum(found["probability"], 1e-12))
    rows = [mean_row(f"{survey}, accuracy", kinds == data.kinds, ids)]
    if len(np.unique(number)) > 1:
        rows.append(balanced_row(f"{survey}, balanced accuracy", data.kinds, kinds, ids))
    if survey == "PLAsTiCC":
        rows += [
            row(f"{survey}, macro-F1", lambda r: macro_f1(data.kinds[r], kinds[r], config["classes"]), ids),
            row(f"{survey}, log loss [nat]", lambda r: float(-logs[r, number[r]].mean()), ids),
        ]
    rows.append(row(f"{survey}, calibration error", lambda r: calibration_error(logs[r], number[r]), ids))
    return rows + set_rows(survey, found["set_90"], np.eye(len(config["classes"]), dtype=bool)[number], ids)


def parts(every: dict[str, Labeled], config: dict[str, Any]) -> tuple[dict[str, Labeled], list[Labeled], list[Labeled]]:
    """Return the objects to learn from, those held out, and those of the test."""
    learned, held, tested = {}, [], []
    for name, data in every.items():
        rest, test = split(data, config["test"], SPLIT) if name == "PLAsTiCC" else by_name(data)
        learn, out = split(data.take(rest), config["held_out"], SPLIT + 1)
        learned[name] = data.take(rest).take(learn)
        held.append(data.take(rest).take(out))
        tested.append(data.take(test))
    return learned, held, tested


def main() -> None:
    """Train, calibrate, test and store the weights; ``without SURVEY`` trains without it, prints its scores and stores nothing."""
    one_thread()
    config, begin = config_of(NAME), time.process_time()
    every = surveys(config["labels"])
    unseen = every.pop(sys.argv[2]) if sys.argv[1:2] == ["without"] else None
    learned, held, tested = parts(every, config)
    observed, held_out, observe = joined([*learned.values()]), joined(held), composition(config["augment"])
    made = [move(learned["PLAsTiCC"], seed) for move in (nearer, farther) for seed in range(config[move.__name__])]
    made += [simulated(learned[name], name, number) for name, number in config["simulated"].items() if name in every]
    encoder, head = train(joined([observed, *made]), observe, config)
    notes = config["notes"] | {"objects": len(observed.kinds)}
    projector = Projector(encoder.embedding_dim, 8).eval()
    model = Model(encoder, projector, observe, notes, BANDS, head, "class", FLUX_UNIT)
    finish(model, observed, held_out, config)
    for one in table(model, held_out if unseen is None else unseen, config):
        print("held out:" if unseen is None else "a survey not learned from:", one, flush=True)
    if sys.argv[1:]:
        return
    every_test = joined(tested)
    details = {"objects": len(every_test.kinds), "cpu_minutes": round((time.process_time() - begin) / 60, 1)}
    ship(model, NAME, table(model, every_test, config), details)


def simulated(like: Labeled, survey: str, number: int) -> Labeled:
    """Return simulated transients of all kinds as a survey would have seen them, of which the data have few kinds, or few objects far away."""
    series = datasets.simulated_transients(like.series, number)
    kinds, names = (np.array(series.table[column].to_pylist()) for column in ("class", "object_id"))
    bare = replace(series, table=pa.table({"object_id": [f"{name} as {survey}" for name in names]}))
    return Labeled(bare, kinds, np.full(len(kinds), f"simulated as {survey}"))


if __name__ == "__main__":
    main()

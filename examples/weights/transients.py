"""Train, test and store the weights ``transients``: classes of transients and variable objects from light curves in u to y.

Needs ``$CLRSERIES_DATA`` for the supernovae of ZTF, and the wheel snmachine.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from shipping import Row, balanced, calibrate_sets, config_of, macro_f1, one_thread, optimize, row, set_rows, ship
from torch import Tensor, nn

from clrseries import Model, datasets, read_light_curves
from clrseries.config import Observe, composition
from clrseries.datasets.folder import data_file
from clrseries.encoders import build_encoder
from clrseries.encoders.joint_head import JointHead
from clrseries.evaluation.scores import calibration_error
from clrseries.finetuning import fit_temperature
from clrseries.finetuning.encoder_with_head import balanced_chances
from clrseries.methods import Projector
from clrseries.series import Series

NAME = "transients"
SPLIT = 0  # seed of the draw of the test objects


@dataclass
class Labeled:
    """N light curves with their classes."""

    series: Series
    kinds: NDArray[np.str_]

    def take(self, rows: NDArray[np.int64]) -> Labeled:
        """Return some of them."""
        return Labeled(self.series.take(rows), self.kinds[rows])


def split(
    data: Labeled, rows: NDArray[np.int64], fraction: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows that stay and those that are held out: of each class the same fraction."""
    rng, out = np.random.default_rng(seed), []
    for kind in np.unique(data.kinds[rows]):
        own = rng.permutation(rows[data.kinds[rows] == kind])
        out.append(own[: max(1, round(fraction * len(own)))])
    held = np.sort(np.concatenate(out))
    return np.setdiff1d(rows, held), held


def inputs(observe: Observe, series: Series, seed: int = 0, step: int = 0) -> list[Tensor]:
    """Return what the encoder takes of one view of each curve."""
    views = observe(series, 1, seed, epoch=step, threads=1).trimmed()  # type: ignore[union-attr]
    return [array[:, 0] for array in views.torch()]


def train(data: Labeled, observe: Observe, config: dict[str, Any]) -> tuple[Any, JointHead]:
    """Train encoder and head with labels; rare classes are drawn more often."""
    rng, seed = np.random.default_rng(config["seed"]), config["seed"]
    torch.manual_seed(seed)
    encoder = build_encoder(config["encoder"], observe, data.series.bands)
    head, number = JointHead(encoder.embedding_dim, config["classes"], []), numbers(data, config)
    encoder.standardize.fit(*inputs(observe, data.series))
    chance = balanced_chances(number, float(config["balance"]))
    drop, weights = nn.Dropout(config["dropout"]), [*encoder.parameters(), *head.parameters()]

    def loss_of(step: int) -> Tensor:
        rows = np.unique(rng.choice(len(number), config["batch"], p=chance / chance.sum()))
        outputs = head.kind(drop(encoder(*inputs(observe, data.series.take(rows), seed, step))))
        return nn.functional.nll_loss(outputs, torch.from_numpy(number[rows]))

    optimize(weights, config, loss_of)
    return encoder.eval(), head.eval()


def numbers(data: Labeled, config: dict[str, Any]) -> NDArray[np.int64]:
    """Return the class of each curve as a number."""
    return np.array([config["classes"].index(kind) for kind in data.kinds])


def finish(model: Model, train: Labeled, held: Labeled, config: dict[str, Any]) -> None:
    """Set the temperature, the sets of classes and the distances of known objects, on curves that the training has not seen."""
    embeddings = torch.from_numpy(model.embed(held.series, on_error="stop"))
    target = torch.from_numpy(numbers(held, config))
    fit_temperature(model.head.kind, embeddings, target, torch.ones(len(target)))
    calibrate_sets(model.head, embeddings, nn.functional.one_hot(target, len(config["classes"])).bool())
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
    """Return the scores on test objects, of all and of each survey."""
    found, ids, number = model.predict(data.series), np.array(data.series.object_ids), numbers(data, config)
    kinds, logs = found["predicted"], np.log(np.maximum(found["probability"], 1e-12))
    classes = config["classes"]
    return [
        row("class, accuracy", lambda r: float((kinds == data.kinds)[r].mean()), ids),
        row("class, balanced accuracy", lambda r: balanced(data.kinds[r], kinds[r]), ids),
        row("class, macro-F1", lambda r: macro_f1(data.kinds[r], kinds[r], classes), ids),
        row("class, log loss [nat]", lambda r: float(-logs[r, number[r]].mean()), ids),
        row("class, calibration error", lambda r: calibration_error(logs[r], number[r]), ids),
        *set_rows("class", found["set_90"], np.eye(len(classes), dtype=bool)[number], ids),
    ]


def ztf(model: Model) -> Row:
    """Return how many type Ia supernovae of ZTF, a survey of which no curve was learned from, are recognized."""
    series = read_light_curves(data_file("ztf_snia/lightcurves.parquet"))
    found = model.predict(series.take(np.flatnonzero(np.array(series.table["class"].to_pylist()) == "Ia")))
    right = found["predicted"] == "SNIa"
    return row("type Ia supernovae of ZTF (g, r) called SNIa", lambda r: float(right[r].mean()), np.arange(len(right)))


def main() -> None:
    """Train, calibrate, test and store the weights."""
    one_thread()
    config, begin, series = config_of(NAME), time.process_time(), datasets.plasticc()
    data = Labeled(series, np.array(series.table["class"].to_pylist()))
    rest, test = split(data, np.arange(len(series)), config["test"], SPLIT)
    learn, held = split(data, rest, config["held_out"], SPLIT + 1)
    observe = composition(config["augment"])
    encoder, head = train(data.take(learn), observe, config)
    notes = config["notes"] | {"objects": len(learn)}
    model = Model(encoder, Projector(encoder.embedding_dim, 8).eval(), observe, notes, data.series.bands, head, "class")
    finish(model, data.take(learn), data.take(held), config)
    for one in table(model, data.take(held), config):  # settings are chosen with these
        print("held out:", one, flush=True)
    if "validate" in sys.argv:
        return
    scores = [*table(model, data.take(test), config), ztf(model)]
    ship(model, NAME, scores, {"objects": len(test), "cpu_minutes": round((time.process_time() - begin) / 60, 1)})


if __name__ == "__main__":
    main()

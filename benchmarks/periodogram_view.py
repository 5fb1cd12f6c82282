"""What the periodogram is worth as a third view of a variable star, beside the raw and the folded curve.

    python benchmarks/periodogram_view.py [--splits 1 2 3] [--seeds 1] [--epochs 20]

ASAS and EROS-1, inside the part that the tasks `asas` and `eros` may label: the stars that these keep apart are not touched. The others are split again,
three tenths of each class to be scored, and 5, 20 or all of the rest are labeled (a seed is that of the draw, the network and the forest). Balanced
accuracy; differences are paired over splits and seeds, ± is the standard error. A raw curve encoder on EROS-1 is pretrained without labels on all of the rest.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import balanced_accuracy_score

from clrseries import Optimizer, Series, load, pretrain
from clrseries.datasets import asas, eros_variables
from clrseries.encoders import WithColumns
from clrseries.encoders.standardize import fitted_encoder
from clrseries.encoders.with_columns import column_values
from clrseries.evaluation import feature_classifiers, labeled_rows
from clrseries.finetuning.classifier import train_classifier
from clrseries.lightcurves import feature_names, with_features, with_periodogram
from clrseries.lightcurves.binned_periodogram import PERIODOGRAM
from clrseries.tasks import periodic_stars as task
from clrseries.tasks.contest import held_out
from clrseries.training import Partner

Way = Callable[[NDArray[np.int64], int], NDArray[np.str_]]
LABELS = (5, 20, 0)  # of each class; 0 is all
CURVE = {"curve_conv": {"size": "tiny", "embedding_dim": 64}}
BESIDE = ", periodogram"  # how the second of a pair is called


class Stars:
    """Stars of which some are scored and the others may be labeled."""

    def __init__(self, stars: Series, split: int) -> None:
        self.series, self.split = stars, split
        self.target, groups = (np.array(stars.table[name].to_pylist()) for name in ("class", "object_id"))
        self.test = held_out(self.target, groups, task.FRACTION, split)
        self.pool = np.setdiff1d(np.arange(len(stars)), self.test)

    def columns(self, periodogram: bool) -> tuple[str, ...]:
        return (*feature_names(self.series.bands), *(PERIODOGRAM if periodogram else ()))

    def forest(self, periodogram: bool) -> Way:
        values = column_values(self.series, self.columns(periodogram))

        def answer(rows: NDArray[np.int64], seed: int) -> NDArray[np.str_]:
            forest = feature_classifiers(seed)["forest"].fit(values[rows], self.target[rows])
            return np.asarray(forest.predict(values[self.test]))

        return answer

    def network(self, periodogram: bool) -> Way:
        """Return the network of the tasks: folded curve, features and periods, and with them the periodogram."""
        columns, blind = self.columns(periodogram), self.series.take(self.pool)

        def answer(rows: NDArray[np.int64], seed: int) -> NDArray[np.str_]:
            def build() -> Any:
                curve = fitted_encoder(task.ENCODER, task.observe(), blind, seed)
                both = WithColumns(curve, columns, task.WIDTH, task.DROPOUT)
                both.fit_columns(torch.from_numpy(column_values(blind, columns)))
                return both

            probability = train_classifier(
                build, task.observe(), self.series.take(rows), self.target[rows], steps=task.STEPS,
                rates=(task.RATE, task.RATE), weight_decay=task.DECAY, seed=seed,
            )  # fmt: skip
            return np.unique(self.target[rows])[probability(self.series.take(self.test)).argmax(1)]

        return answer

    def probe(self, partner: str | None, epochs: int) -> Way:
        """Return a linear probe of a raw curve encoder that is pretrained against columns, or with SimCLR."""

        @cache
        def embedding(seed: int) -> NDArray[np.float32]:
            blind = self.series.take(self.pool)
            columns = {"with_columns": {"encoder": None, "columns": partner, "embedding_dim": 64}}
            with tempfile.TemporaryDirectory() as folder:
                run = pretrain(
                    blind, f"{folder}/run", encoder=CURVE, method="clip" if partner else "simclr", epochs=epochs, batch_size=128,
                    partner=Partner(blind, encoder=columns) if partner else None, optimizer=Optimizer(learning_rate=1e-3), seed=seed, progress=False,
                )  # fmt: skip
                return load(run).embed(self.series)

        def answer(rows: NDArray[np.int64], seed: int) -> NDArray[np.str_]:
            found = embedding(seed)
            linear = feature_classifiers(seed)["linear"].fit(found[rows], self.target[rows])
            return np.asarray(linear.predict(found[self.test]))

        return answer

    def score(self, way: Way, labels: int, seed: int) -> float:
        rows = labeled_rows(self.target, self.pool, labels or len(self.pool), seed)
        return float(balanced_accuracy_score(self.target[self.test], way(rows, seed)))


def measured(stars: Series) -> Series:
    """Return the stars that may be labeled, with all columns."""
    target, groups = (np.array(stars.table[name].to_pylist()) for name in ("class", "object_id"))
    kept_apart = held_out(target, groups, task.FRACTION, task.SPLIT)
    return with_periodogram(with_features(stars.take(np.setdiff1d(np.arange(len(stars)), kept_apart))))


def ways(stars: Stars, probes: bool, epochs: int) -> Iterator[tuple[str, Way]]:
    for periodogram in (False, True):
        yield f"features and periods{BESIDE * periodogram}, random forest", stars.forest(periodogram)
    for periodogram in (False, True):
        yield f"folded curve, features and periods{BESIDE * periodogram}", stars.network(periodogram)
    for partner in (None, "features", "periodogram") if probes else ():
        name = f"clip, partner: {partner}" if partner else "SimCLR"
        yield f"raw curve, {name}, linear probe", stars.probe(partner, epochs)


def cell(values: list[float], sign: str = "") -> str:
    return f"{np.mean(values):{sign}.3f} ± {np.std(values, ddof=1) / len(values) ** 0.5:.3f}"


def table(found: dict[str, dict[int, list[float]]]) -> Iterator[str]:
    yield "| | " + " | ".join(f"{n} labels a class" if n else "all labels" for n in LABELS) + " |"
    yield "| --- |" + " --- |" * len(LABELS)
    for name, scores in found.items():
        yield f"| {name} | " + " | ".join(cell(scores[n]) for n in LABELS) + " |"
        before = found.get(name.replace(BESIDE, "").replace("periodogram", "features"), scores)
        if before is not scores:
            gains = [np.subtract(scores[n], before[n]).tolist() for n in LABELS]
            yield "| difference from the row above | " + " | ".join(cell(gain, "+") for gain in gains) + " |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--splits", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=20)
    given = parser.parse_args()
    for title, read in (("ASAS", asas), ("EROS-1", eros_variables)):
        everything, found = measured(read()), dict[str, dict[int, list[float]]]()
        for split in given.splits:
            for name, way in ways(Stars(everything, split), read is eros_variables, given.epochs):
                begun = time.perf_counter()
                scores = found.setdefault(name, {n: [] for n in LABELS})
                for seed in range(split, split + 100 * given.seeds, 100):
                    for n in LABELS:
                        scores[n].append(Stars(everything, split).score(way, n, seed))
                print(
                    f"{title}, split {split}, {name}: {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True
                )
        print("\n".join(["", title, "", *table(found)]), flush=True)


if __name__ == "__main__":
    main()

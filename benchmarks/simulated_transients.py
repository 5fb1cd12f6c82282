"""What simulated transients are worth: classes of PLAsTiCC from curves alone, with few labels or none, on a split inside the part that may be labeled.

    python benchmarks/simulated_transients.py [--labels 5 20] [--seeds 1]

The objects that the task `plasticc` keeps apart are not touched. Simulated objects take the epochs and the sky noise of those that
may be labeled, not their classes.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import balanced_accuracy_score

from clrseries import Series
from clrseries.datasets import plasticc, simulated_transients
from clrseries.datasets.transient_shapes import KINDS
from clrseries.encoders.standardize import fitted_encoder
from clrseries.evaluation import feature_classifiers, light_curve_features
from clrseries.finetuning.classifier import train_classifier
from clrseries.lightcurves import with_features
from clrseries.series.concatenate import concatenate
from clrseries.tasks.contest import held_out
from clrseries.tasks.plasticc import DECAY, ENCODER, FRACTION, RATE, SPLIT, observe

NAMES = np.array(sorted(KINDS))
SIMULATED, STEPS = 4400, 700  # objects, and steps where they take part
FEWER, LEAST = 350, 140  # steps with labels alone, and of fine-tuning
SCORED = 60  # objects of each class at most


def trained(
    build: Callable[[], Any], series: Series, target: NDArray[np.str_], seed: int, steps: int, **options: Any
) -> Any:
    """Train as the task does, by default with all classes drawn equally often."""
    rates = (options.pop("rate", RATE), RATE)
    return train_classifier(
        build, observe(), series, target, steps=steps, rates=rates, weight_decay=DECAY, seed=seed, **options
    )


def answers(
    objects: Series, target: NDArray[np.str_], pool: NDArray[np.int64], test: Series, labels: list[int], seed: int
) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Yield each way and its probabilities for the test objects."""
    simulated = simulated_transients(objects.take(pool), SIMULATED, seed=seed)
    kinds = np.array(simulated.table["class"].to_pylist())

    def fresh(series: Series) -> Callable[[], Any]:
        return lambda: fitted_encoder(ENCODER, observe(), series, seed)

    pretrained: list[Any] = []

    def first() -> Any:
        pretrained.append(fresh(simulated)())
        return pretrained[0]

    blind = trained(first, simulated, kinds, seed, STEPS)
    yield "simulated alone, no label", blind(test)
    features = light_curve_features(with_features(test))
    for count in labels:
        rng = np.random.default_rng(seed)
        rows = np.concatenate([rng.permutation(pool[target[pool] == name])[:count] for name in NAMES])
        few, own = objects.take(rows), target[rows]
        forest = feature_classifiers(seed)["forest"].fit(light_curve_features(with_features(few)), own)
        yield f"features and periods, random forest, {count} labels", forest.predict_proba(features)
        yield f"from scratch, {count} labels", trained(fresh(few), few, own, seed, FEWER)(test)
        tuned = trained(lambda: copy.deepcopy(pretrained[0]), few, own, seed, LEAST, rate=RATE / 4)
        yield f"fine-tuned from simulated, {count} labels", tuned(test)
        both, classes = concatenate([simulated, few]), np.concatenate([kinds, own])
        chance = np.repeat([0.5 / len(simulated), 0.5 / len(few)], [len(simulated), len(few)])
        yield (
            f"half simulated, half of {count} labels",
            trained(fresh(both), both, classes, seed, STEPS, chance=chance)(test),
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, nargs="+", default=[5, 20])
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    objects = plasticc()
    target, ids = (np.array(objects.table[name].to_pylist()) for name in ("class", "object_id"))
    pool = np.setdiff1d(np.arange(len(objects)), held_out(target, ids, FRACTION, SPLIT))
    pool = pool[np.isin(target[pool], NAMES)]
    inner = pool[held_out(target[pool], ids[pool], FRACTION, 1)]
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.permutation(inner[target[inner] == name])[:SCORED] for name in NAMES])
    found: dict[str, list[float]] = {}
    print(f"| | balanced accuracy, {len(NAMES)} classes | seeds |\n| --- | --- | --- |")
    for seed in range(options.seeds):
        others = np.setdiff1d(pool, inner)
        for name, probability in answers(objects, target, others, objects.take(rows), options.labels, seed):
            said = NAMES[probability.argmax(1)]
            found.setdefault(name, []).append(balanced_accuracy_score(target[rows], said))
            print(f"| {name} | {np.mean(found[name]):.3f} | {len(found[name])} |", flush=True)


if __name__ == "__main__":
    main()

"""What gets more out of few labels: classes of supernovae from spectra, a fine-tuned SimCLR encoder with one thing changed at a time.

    python benchmarks/few_labels.py [--epochs 100] [--steps 300] [--seeds 3] [--only "mixup of views"] [--output few_labels.md]

Data, encoder and views are those of the task ``supernova-spectra``, whose test spectra are never touched: two splits by supernova inside the part
that may be labeled, and for each split draws of 5 and 20 labels a class, or all. An encoder is pretrained once for each split; SupCon, which is
given the labels, once for each draw. Macro-F1; differences are paired over splits and draws, ± is their standard error. The numbers of each run
go beside the table as JSON, and those that are there are not run again: other epochs or steps need another output.
"""

from __future__ import annotations

import argparse
import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import few_labels_tried as tried
import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from clrseries import Optimizer
from clrseries.encoders.heads import ClassHead
from clrseries.encoders.standardize import fitted_encoder
from clrseries.evaluation import labeled_rows
from clrseries.finetuning.averaged_views import mean_probability
from clrseries.finetuning.encoder_with_head import EncoderWithHead, fit, outputs_of
from clrseries.finetuning.guessed_labels import carried
from clrseries.methods import SimCLR, SupCon
from clrseries.spectra import DropArm, MaskRuns, Observe
from clrseries.tasks.contest import held_out
from clrseries.tasks.pretrained import pretrained
from clrseries.tasks.supernova_networks import DECAY, VIEWS, chance
from clrseries.tasks.supernova_spectra import FRACTION, RECIPE, spectra_and_test

LABELS = (5, 20, 0)  # of each class; 0 is all
SPLITS = (1, 2)
FINE_TUNED = "SimCLR, fine-tuned"
ARMS = ((3600.0, 5400.0), (5400.0, 9000.0))  # Angstrom
AVERAGED = 0.99  # decay of the moving average of the weights in fine-tuning


@dataclass(frozen=True)
class Way:
    """How to pretrain and to fine-tune."""

    method: Callable[[Any], Any] = SimCLR
    ema: float = 0.0
    arm_dropped: float = 0.0
    layer_decay: float = 1.0
    network: Callable[[Any, Any], Any] = field(default=EncoderWithHead)


WAYS = {
    FINE_TUNED: Way(),
    "rates fall by 0.8 a layer": Way(layer_decay=0.8),
    "rates fall by 0.65 a layer": Way(layer_decay=0.65),
    "mixup of views": Way(network=tried.Mixed),
    "pretraining: short view against long": Way(tried.ShortAgainstLong),
    "pretraining: SupCon with the labels": Way(SupCon),
    "pretraining: moving average of the weights (0.999)": Way(ema=0.999),
    "pretraining: half of the views lose an arm": Way(arm_dropped=0.5),
}
NOT_AVERAGED, SIXTEEN, AVERAGE = (
    "one view, not changed",
    f"{2 * VIEWS} views",
    f"moving average of the weights ({AVERAGED})",
)


class Split:
    """Spectra of which some supernovae are kept apart to be scored, all of them inside the part of the task that may be labeled."""

    def __init__(self, number: int, epochs: int, steps: int) -> None:
        spectra, test = spectra_and_test()
        self.spectra = spectra.take(np.setdiff1d(np.arange(len(spectra)), test))
        self.target, self.groups = (np.array(self.spectra.table[name].to_pylist()) for name in ("class", "object_id"))
        self.test = held_out(self.target, self.groups, FRACTION, number)
        self.pool = np.setdiff1d(np.arange(len(self.spectra)), self.test)
        self.number, self.epochs, self.steps = number, epochs, steps
        self.pretrained = cache(self._pretrained)

    def _pretrained(self, kind: Any, ema: float, arm_dropped: float, labeled: tuple[int, ...]) -> Any:
        torch.manual_seed(self.number)
        series, told = self.spectra.take(self.pool), {}
        observe = with_arms(arm_dropped) if arm_dropped else RECIPE.observe
        method = kind(fitted_encoder(RECIPE.encoder, observe, series, self.number))
        if labeled:  # a label is one of a supernova, so all its spectra have it
            known = np.isin(self.pool, carried(self.groups, self.pool, np.array(labeled)))
            series = series.with_columns({"kind": pa.array(self.target[self.pool], mask=~known)})
            told = {"label": "kind"}
        return pretrained(
            series, *told.values(), augment=observe, method=method, source="object_id", epochs=self.epochs, seed=self.number,
            optimizer=Optimizer(ema=ema), stopping={"every": self.epochs}, **told,
        ).encoder  # fmt: skip

    def scores(self, way: Way, name: str, labels: int, seed: int) -> dict[str, float]:
        """Macro-F1 of a way, and of other ways to use the same network where `name` is the one that others are compared with."""
        rows = labeled_rows(self.target, self.pool, labels or len(self.pool), seed)
        own, series = self.target[rows], self.spectra.take(rows)
        names, number = np.unique(own, return_inverse=True)
        told = tuple(rows) if way.method is SupCon else ()
        encoder = copy.deepcopy(self.pretrained(way.method, way.ema, way.arm_dropped, told))
        torch.manual_seed(seed)
        network = way.network(encoder, ClassHead(encoder.embedding_dim, list(map(str, names)))).train()
        mean = copy.deepcopy(network.state_dict())

        def average(step: int) -> None:
            for key, value in network.state_dict().items():
                mean[key] = mean[key].lerp(value, 1 - AVERAGED) if value.is_floating_point() else value

        fit(
            network, RECIPE.observe, series, number, tried.groups_of(network, RECIPE.rates, way.layer_decay), steps=self.steps,
            chance=chance(own, np.ones(len(own))), weight_decay=DECAY, seed=seed, after_step=average if name == FINE_TUNED else lambda step: None,
        )  # fmt: skip
        asked = self.spectra.take(self.test)

        def scored(probability: NDArray[np.float64]) -> float:
            return float(f1_score(self.target[self.test], names[probability.argmax(1)], average="macro"))

        found = {name: scored(mean_probability(network, RECIPE.observe, asked, VIEWS, seed))}
        if name == FINE_TUNED:
            found[NOT_AVERAGED] = scored(outputs_of(network, RECIPE.observe, asked).numpy())
            found[SIXTEEN] = scored(mean_probability(network, RECIPE.observe, asked, 2 * VIEWS, seed))
            network.load_state_dict(mean)
            found[AVERAGE] = scored(mean_probability(network, RECIPE.observe, asked, VIEWS, seed))
        return found


def with_arms(probability: float) -> Observe:
    """The views of the task, of which some lose the blue or the red arm of a spectrograph."""
    steps = list(RECIPE.observe.steps)
    place = next(k for k, step in enumerate(steps) if isinstance(step, MaskRuns))
    return Observe([*steps[:place], DropArm(ARMS, probability=probability), *steps[place:]])


def table(found: dict[str, dict[str, float]]) -> str:
    """Markdown: the macro-F1 of the first row, and the differences of the others from it."""
    lines = ["| | 5 labels a class | 20 labels a class | all labels |", "| --- | --- | --- | --- |"]
    for name, runs in found.items():
        cells = []
        for labels in LABELS:
            keys = [key for key in runs if key.split()[0] == str(labels)]
            values = np.array([runs[key] - (found[FINE_TUNED][key] if name != FINE_TUNED else 0.0) for key in keys])
            spread = values.std(ddof=1) / len(values) ** 0.5 if len(values) > 1 else np.nan
            cells.append(
                f"{values.mean():{'.3f' if name == FINE_TUNED else '+.3f'}} ± {spread:.3f}" if len(values) else ""
            )
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table, and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=100, help="of pretraining")
    parser.add_argument("--steps", type=int, default=300, help="of fine-tuning")
    parser.add_argument("--seeds", type=int, default=3, help="draws of labeled spectra for each split")
    parser.add_argument("--splits", type=int, nargs="+", default=SPLITS)
    parser.add_argument("--only", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--output", type=Path, default=Path("few_labels.md"))
    given = parser.parse_args()
    torch.set_num_threads(1)
    kept = given.output.with_suffix(".json")
    found: dict[str, dict[str, float]] = json.loads(kept.read_text()) if kept.exists() else {}
    splits = [Split(number, given.epochs, given.steps) for number in given.splits]
    for name in dict.fromkeys([FINE_TUNED, *given.only]):
        for split in splits:
            for labels, seed in [(labels, seed) for seed in range(given.seeds) for labels in LABELS]:
                key = f"{labels} labels, seed {seed}, split {split.number}"
                if key in found.get(name, {}):
                    continue
                for what, score in split.scores(WAYS[name], name, labels, seed).items():
                    found.setdefault(what, {})[key] = score
                    print(f"{key} {score:.3f} {what}", flush=True)
                kept.write_text(json.dumps(found, indent=1) + "\n")
    given.output.write_text(table(found))
    print(table(found))


if __name__ == "__main__":
    main()

"""Every method with the same encoder, augmentation and budget: supernova class from observed-frame spectra.

    python benchmarks/methods.py [--epochs 200] [--seeds 3] [--only simclr vicreg]
    python benchmarks/methods.py --ablation

Each seed holds out three tenths of the supernovae of each class, from the pretraining too. Then a logistic regression
on the frozen embedding sees 5, 20, 100 or all spectra of each class of the others (mean of five draws), and is scored by
balanced accuracy over nine classes. What trains with labels does so on one draw for each seed. The tables are Markdown; the numbers of each run go beside them as JSON.
"""

from __future__ import annotations

import argparse
import copy
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from clrseries import Series, load, pretrain
from clrseries.config import composition
from clrseries.datasets.supernovae import held_out_objects, supernova_spectra
from clrseries.encoders.heads import ClassHead
from clrseries.encoders.standardize import fitted_encoder
from clrseries.evaluation import balanced_scores, labeled_rows
from clrseries.finetuning.encoder_with_head import EncoderWithHead, balanced_chances, fit, outputs_of
from clrseries.methods import METHODS
from clrseries.spectra import Normalize, Observe, Redshift, Resample

LABELS = (5, 20, 100, 10_000)
DRAWS = 5
RECIPE = yaml.safe_load((Path(__file__).parent.parent / "examples" / "supernovae.yaml").read_text())
KNOWS = {"supcon": "class", "rank_n_contrast": "z"}  # of the spectra that are not held out
Scores = list[float]


def probe() -> Any:
    """On embeddings of unit length."""
    return make_pipeline(Normalizer(), LogisticRegression(C=10.0, class_weight="balanced", max_iter=2000))


def scores(model: Any, features: NDArray[Any], target: NDArray[np.str_], held_out: NDArray[np.bool_]) -> Scores:
    """Balanced accuracy at each number of labels."""
    pool, test = np.flatnonzero(~held_out), np.flatnonzero(held_out)
    return [
        balanced_scores({"": model}, features, target, pool, test, count, DRAWS if count < 1000 else 1)[""][0]
        for count in LABELS
    ]


def baselines(series: Series, target: NDArray[np.str_], held_out: NDArray[np.bool_]) -> dict[str, Scores]:
    """Pixels as observed, and pixels that were told the redshift."""
    grid = next(step.grid for step in composition(RECIPE["augment"]).steps if isinstance(step, Resample))
    forest = RandomForestClassifier(300, class_weight="balanced", random_state=0, n_jobs=-1)
    logistic = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000))
    found = {}
    for frame, first in (("observed frame", []), ("REST FRAME, redshift given", [Redshift(z="z")])):
        views = Observe([*first, Resample(grid), Normalize()])(series)
        pixels = views.flux[:, 0] * (views.ivar[:, 0] > 0)
        found[f"pixels, random forest ({frame})"] = scores(forest, pixels, target, held_out)
        components = PCA(50, random_state=0).fit(pixels[~held_out]).transform(pixels)
        found[f"pixels, PCA and logistic regression ({frame})"] = scores(logistic, components, target, held_out)
    return found


def trained(method: Any, train: Series, folder: Path, seed: int, epochs: int, more: dict[str, Any]) -> Any:
    """The model after pretraining on `train`."""
    arguments = copy.deepcopy(RECIPE) | {"method": method, "epochs": epochs, "seed": seed, "progress": False} | more
    return load(pretrain(train, folder / "run", overwrite=True, **arguments))


def with_labels(
    series: Series, target: NDArray[np.str_], held_out: NDArray[np.bool_], seed: int, encoder: Any = None
) -> Scores:
    """The encoder and a head trained with labels, on the same views: from scratch, or all of a pretrained `encoder`."""
    observe, found = composition(RECIPE["augment"]), []
    names, number = np.unique(target, return_inverse=True)
    for count in LABELS:
        rows = labeled_rows(target, np.flatnonzero(~held_out), count, seed)
        torch.manual_seed(seed)
        own = copy.deepcopy(encoder) or fitted_encoder(RECIPE["encoder"], observe, series.take(rows), seed)
        network = EncoderWithHead(own, ClassHead(own.embedding_dim, list(names))).train()
        rates = (2e-3, 2e-3) if encoder is None else (1e-3, 1e-2)
        groups = [
            {"params": list(part.parameters()), "lr": rate}
            for part, rate in zip((own, network.head), rates, strict=True)
        ]
        chance = balanced_chances(number[rows])
        fit(network, observe, series.take(rows), number[rows], groups, steps=300, chance=chance, seed=seed)
        answers = outputs_of(network, observe, series.take(np.flatnonzero(held_out))).argmax(1).numpy()
        found.append(balanced_accuracy_score(number[held_out], answers))
    return found


def without(step: str) -> dict[str, Any]:
    """The recipe's augmentation less one step."""
    return {"augment": [one for one in RECIPE["augment"] if step not in one]}


def ablations() -> dict[str, dict[str, Any]]:
    """What each ingredient brings: leave one out."""
    return {
        "everything": {},
        "no change of redshift": without("Velocity"),
        "no dust": without("Extinction"),
        "no flux-calibration error": without("FluxCalibrationError"),
        "no noise": without("Noise"),
        "no crop": without("Crop"),
        "no gaps": without("MaskRuns"),
        "both views of one spectrum": {"source": None},
        "`dense` encoder": {"encoder": {"dense": {"width": 256, "embedding_dim": 128}}},
        "with masked reconstruction": {"auxiliary": ["reconstruction"]},
        "instruments made alike (CORAL)": {"auxiliary": [{"coral": {"weight": 10.0}}], "domain": "instrument"},
    }


def table(rows: dict[str, list[Scores]]) -> str:
    """Markdown: mean over seeds, and their standard deviation."""
    lines = ["| | 5 | 20 | 100 | all |", "| --- | --- | --- | --- | --- |"]
    for name, runs in rows.items():
        cells = []
        for column in zip(*runs, strict=True):
            spread = f" ± {statistics.stdev(column):.2f}" if len(column) > 1 else ""
            cells.append(f"{statistics.mean(column):.2f}{spread}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=RECIPE["epochs"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="+", help="these methods or ingredients alone")
    parser.add_argument("--ablation", action="store_true", help="SimCLR with one ingredient left out at a time")
    parser.add_argument("--no-baselines", action="store_true")
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    series = supernova_spectra()
    target = np.array(series.table["class"].to_pylist())
    single = [name for name, kind in METHODS.items() if kind.label != "partner"]
    runs: dict[str, tuple[Any, dict[str, Any]]] = {
        name: (name, {"label": KNOWS[name]} if name in KNOWS else {}) for name in single
    }
    if given.ablation:
        runs = {name: ("simclr", more) for name, more in ablations().items()}
    rows: dict[str, list[Scores]] = {}
    for seed in range(given.seeds):
        held_out = held_out_objects(series, seed)
        train = series.take(np.flatnonzero(~held_out))
        if not (given.ablation or given.no_baselines):
            for name, found in baselines(series, target, held_out).items():
                rows.setdefault(name, []).append(found)
            rows.setdefault("the same encoder from scratch, labels alone", []).append(
                with_labels(series, target, held_out, seed)
            )
        for name, (method, more) in runs.items():
            if given.only and name not in given.only:
                continue
            begun = time.perf_counter()
            with tempfile.TemporaryDirectory() as folder:
                model = trained(method, train, Path(folder), seed, given.epochs, more)
            rows.setdefault(name, []).append(scores(probe(), model.embed(series), target, held_out))
            if name == "simclr":
                tuned = with_labels(series, target, held_out, seed, model.encoder)
                rows.setdefault("simclr, all of it fine-tuned", []).append(tuned)
            print(
                f"seed {seed} {name:36s} {' '.join(f'{s:.3f}' for s in rows[name][-1])} {time.perf_counter() - begun:6.0f} s",
                flush=True,
            )
            if given.output:
                given.output.with_suffix(".json").write_text(json.dumps(rows, indent=1) + "\n")
    text = table(rows)
    print(text)
    if given.output:
        given.output.write_text(text)


if __name__ == "__main__":
    main()

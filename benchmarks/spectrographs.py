"""How well six spectrographs are told apart, and three classes of supernovae, in pixels and in embeddings.

    python benchmarks/spectrographs.py [--epochs 150] [--seeds 3]

Spectra of the Open Supernova Catalog. A logistic regression with balanced classes is trained on four fifths of the supernovae and scored on the
others, in turn (balanced accuracy, mean of three foldings). No label and no name of an instrument is seen by the training of
the encoders, which see all spectra. A random forest on class, redshift and phase tells how much of the spectrograph follows from what was
observed with it. The tables are Markdown.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from clrseries import Series, load, pretrain
from clrseries.config import composition
from clrseries.datasets.supernovae import supernova_spectra
from clrseries.evaluation import erasure

EXAMPLES = Path(__file__).parent.parent / "examples"
RECIPES = {"all wavelengths": "supernovae.yaml", "the common range": "spectrographs.yaml"}
SAME = {"Lick 3m - KAST": "Kast"}  # one spectrograph under two names
CLASSES, SPECTROGRAPHS, COMPONENTS = ("Ia", "II", "IIn"), 6, 40
Columns = dict[str, NDArray[Any]]


def columns_of(series: Series) -> Columns:
    """Instrument, class and object of each spectrum, and what is known of it without looking at it."""
    table = {
        name: np.array(series.table[name].to_pylist(), object) for name in ("instrument", "class", "z", "phase_days")
    }
    instrument = np.array([SAME.get(name, name) for name in table["instrument"]])
    known = np.array(table["class"][:, None] == np.unique(table["class"].astype(str)), float)
    numbers = np.stack(
        [np.array([np.nan if v is None else v for v in table[name]], float) for name in ("z", "phase_days")], 1
    )
    return {
        "instrument": instrument,
        "class": table["class"].astype(str),
        "object": np.array(series.object_ids),
        "known": np.hstack([known, np.nan_to_num(numbers, nan=-99.0)]),
    }


def folded(model: Any, features: NDArray[Any], column: str, rows: NDArray[Any], columns: Columns, way: str) -> float:
    """Balanced accuracy, with supernovae kept together; what is taken out of embeddings is found without those that are scored."""
    target, groups = columns[column][rows], columns["object"][rows]
    found = []
    for seed in range(3):
        said = np.empty(len(rows), object)
        for train, test in StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(rows, target, groups):
            own = features
            if way:
                others = ~np.isin(columns["object"], groups[test]) & np.isfinite(features).all(axis=1)
                given = columns["class"][others] if way == "class" else None
                own = erasure(features[others], columns["instrument"][others], given).applied(features)
            said[test] = model.fit(own[rows[train]], target[train]).predict(own[rows[test]])
        found.append(balanced_accuracy_score(target, said.astype(str)))
    return statistics.mean(found)


def logistic() -> Any:
    """On vectors of unit length."""
    return make_pipeline(
        Normalizer(), StandardScaler(), LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000)
    )


def show(name: str, features: list[NDArray[Any]], columns: Columns, model: Any = None, way: str = "") -> None:
    """Print one row: mean and standard deviation over the seeds, for spectrographs and for classes."""
    names, count = np.unique(columns["instrument"], return_counts=True)
    cells = []
    for column, wanted in (("instrument", names[np.argsort(-count)][:SPECTROGRAPHS]), ("class", np.array(CLASSES))):
        if model is not None and column == "class":
            cells.append("")  # it is given
            continue
        some = np.isin(columns[column], wanted)
        scores = []
        for each in features:
            rows = np.flatnonzero(some & np.isfinite(each).all(axis=1))
            scores.append(folded(logistic() if model is None else model, each, column, rows, columns, way))
        scatter = f" ± {statistics.stdev(scores):.2f}" if len(scores) > 1 else ""
        cells.append(f"{statistics.mean(scores):.2f}{scatter}")
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=150)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    series, begun = supernova_spectra(), time.perf_counter()
    columns = columns_of(series)
    print(f"| | which of {SPECTROGRAPHS} spectrographs | {', '.join(CLASSES)} |\n| --- | --- | --- |")
    print(f"| chance | {1 / SPECTROGRAPHS:.2f} | {1 / len(CLASSES):.2f} |")
    forest = RandomForestClassifier(300, class_weight="balanced", min_samples_leaf=5, random_state=0)
    show("class, redshift and phase, random forest", [columns["known"]], columns, forest)
    for what, file in RECIPES.items():
        recipe = yaml.safe_load((EXAMPLES / file).read_text()) | {"epochs": options.epochs, "progress": False}
        pixels = composition(recipe["augment"]).deterministic()(series).flux[:, 0]
        show(f"pixels, PCA, {what}", [PCA(COMPONENTS, random_state=0).fit_transform(pixels)], columns)
        models = []
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(options.seeds):
                models.append(load(pretrain(series, f"{folder}/{seed}", seed=seed, **recipe)))
        embeddings = [model.embed(series) for model in models]
        show(f"clrseries, embedding, {what}", embeddings, columns)
        for way in ("neighbors", "class"):
            show(f"the same, spectrograph forgotten given {way}, {what}", embeddings, columns, way=way)
        show(f"clrseries, projection, {what}", [model.embed(series, layer="projection") for model in models], columns)
    print(f"\n{time.perf_counter() - begun:.0f} s, {options.epochs} epochs, {options.seeds} seeds")


if __name__ == "__main__":
    main()

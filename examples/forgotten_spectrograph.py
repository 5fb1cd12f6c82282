"""Supernova spectra of some forty spectrographs: the class is kept, the spectrograph forgotten.

    python examples/forgotten_spectrograph.py [--quick] [--output forgotten_spectrograph]

An encoder is trained on all spectra, without classes and without names of spectrographs (examples/spectrographs.yaml). ``forget`` takes out of it
what tells the spectrograph of one half of the supernovae: what neighbors do not have in common, or what does not follow from the class. All numbers
are of the other half: how well a logistic regression tells the six most frequent spectrographs apart, and three classes (balanced accuracy), and how
often a spectrum finds a spectrum of the same supernova among those of all other spectrographs. The first row is a random forest on class, redshift
and phase: what was observed gives the spectrograph away in part. docs/examples.md has the table; it takes five minutes on two cores.
`--quick` trains for a moment.
"""

import argparse
from pathlib import Path

import numpy as np
import yaml
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from clrseries import datasets, forget, load, pretrain
from clrseries.config import composition
from clrseries.datasets.supernovae import held_out_objects
from clrseries.evaluation import groups_of, retrieve_across

RECIPE = Path(__file__).with_name("spectrographs.yaml")
SAME = {"Lick 3m - KAST": "Kast"}  # one spectrograph under two names
LINEAR = make_pipeline(
    Normalizer(), StandardScaler(), LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000)
)
FOREST = RandomForestClassifier(300, class_weight="balanced", min_samples_leaf=5, random_state=0)


def main() -> None:
    """Pretrain, forget twice, and print a row for each kind of features."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", default="forgotten_spectrograph")
    given = parser.parse_args()

    spectra = datasets.supernova_spectra()
    spectra = spectra.with_columns({"instrument": [SAME.get(v, v) for v in spectra.table["instrument"].to_pylist()]})
    held_out = held_out_objects(spectra, seed=0, fraction=0.5)
    seen, new = (spectra.take(np.flatnonzero(rows)) for rows in (~held_out, held_out))
    recipe = yaml.safe_load(RECIPE.read_text()) | ({"epochs": 2} if given.quick else {})
    run = pretrain(spectra, given.output, overwrite=True, **recipe)
    models = {"embedding": run}
    for way, column in {"neighbors": None, "class": "class"}.items():
        folder = f"{given.output}/given_{way}"
        models[f"the same, spectrograph forgotten given {way}"] = forget(
            run, seen, folder, column="instrument", given=column, overwrite=True
        )
    observe = composition(recipe["augment"]).deterministic()
    pixels = PCA(40, random_state=0).fit(observe(spectra).flux[:, 0]).transform(observe(new).flux[:, 0])
    ways = {"PCA (40) of the pixels": pixels} | {name: load(path).embed(new) for name, path in models.items()}

    spectrograph, kind, number = (
        np.array(new.table[name].to_pylist()) for name in ("instrument", "class", "object_id")
    )
    print("| features | spectrograph | class | same supernova |\n| --- | --- | --- | --- |")
    print(f"| class, redshift and phase, random forest | {told(FOREST, known(new), spectrograph, number, 6):.2f} | | |")
    for name, features in ways.items():
        found = retrieve_across(features, groups_of(number, len(number)), spectrograph)
        print(
            f"| {name} | {told(LINEAR, features, spectrograph, number, 6):.2f} | {told(LINEAR, features, kind, number, 3):.2f} "
            f"| {found['top1']:.2f} |",
            flush=True,
        )
    print(f"| chance | {1 / 6:.2f} | {1 / 3:.2f} | {found['chance_top1']:.2f} |")


def known(spectra):
    """Class, redshift and phase as numbers."""
    table = spectra.table.to_pandas()
    classes = np.array(table["class"])[:, None] == np.unique(table["class"])
    return np.column_stack([classes, table["z"].fillna(-1.0), table["phase_days"].fillna(-999.0)]).astype(float)


def told(model, features, column, supernovae, count):
    """Balanced accuracy for the most frequent classes of a column, by cross-validation that keeps supernovae together."""
    names, size = np.unique(column, return_counts=True)
    rows = np.flatnonzero(np.isin(column, names[np.argsort(-size)][:count]))
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    said = cross_val_predict(model, features[rows], column[rows], groups=supernovae[rows], cv=folds)
    return balanced_accuracy_score(column[rows], said)


if __name__ == "__main__":
    main()

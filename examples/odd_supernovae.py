"""Superluminous supernovae among those of type Ia: strange objects, ranked.

    python examples/odd_supernovae.py [--quick] [--output odd_supernovae]

A survey that knows the usual types looks for what is none of them. Encoders are trained on spectra of half of the supernovae of all types but SLSN-I:
one without labels (`simclr`), one with the types (`supcon`). Then six SLSN-I are hidden among the type Ia supernovae of the other half, and all are ranked
by how unlike the others they are. The table tells how well each way finds the six: the area under the ROC curve (1 is best, 0.5 chance). The list shows the
strangest by the last way, each with its nearest normal supernova. docs/examples.md has both; it takes four minutes on two cores. `--quick` trains for
a moment.
"""

import argparse
from pathlib import Path

import numpy as np
import yaml
from sklearn.decomposition import PCA

from clrseries import datasets, load, pretrain
from clrseries.config import composition
from clrseries.datasets.supernovae import held_out_objects
from clrseries.evaluation import anomalies, anomaly_scores, injected_auc, unit

RECIPE = Path(__file__).with_name("supernovae.yaml")
METHODS = {"knn": "10 nearest", "mahalanobis": "Mahalanobis", "forest": "isolation forest"}


def main() -> None:
    """Train, rank, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", default="odd_supernovae")
    given = parser.parse_args()

    spectra = datasets.supernova_spectra()
    kind, held_out = np.array(spectra.table["class"].to_pylist()), held_out_objects(spectra, seed=0, fraction=0.5)
    known = spectra.take(np.flatnonzero(~held_out & (kind != "SLSN-I")))
    mixed = spectra.take(np.flatnonzero(held_out & (kind == "Ia") | (kind == "SLSN-I")))
    recipe = yaml.safe_load(RECIPE.read_text()) | {"epochs": 2 if given.quick else 120}
    observe = composition(recipe["augment"]).deterministic()
    reduce = PCA(40, random_state=0).fit(observe(known).flux[:, 0])
    ways = {"PCA (40) of the pixels": reduce.transform(observe(mixed).flux[:, 0])}
    for method, options in {"simclr": {}, "supcon": {"source": None, "label": "class"}}.items():
        run = pretrain(known, f"{given.output}/{method}", overwrite=True, **recipe | {"method": method} | options)
        for layer in ("embedding", "projection"):
            ways[f"{method}, {layer}"] = load(run).embed(mixed, layer=layer)

    table = mixed.table.to_pandas()[["object_id", "class", "z"]].drop_duplicates("object_id", ignore_index=True)
    hidden = (table["class"] == "SLSN-I").to_numpy()
    print(f"| features of {len(table)} supernovae | {' | '.join(METHODS.values())} |\n| --- | --- | --- | --- |")
    for name, features in ways.items():
        of_each = np.stack([unit(features[rows]).mean(axis=0) for rows in rows_of(mixed, table)])
        areas = [injected_auc(of_each, hidden, method) for method in METHODS]
        print(f"| {name} | {' | '.join(f'{area:.2f}' for area in areas)} |", flush=True)

    places = 1 + np.argsort(np.argsort(-anomaly_scores(of_each, "forest")))
    print(f"\nplaces of the six among {len(table)}, by the last way: {', '.join(map(str, sorted(places[hidden])))}")
    print("\n| strangest | class | z | nearest normal supernova | class | z |\n| --- | --- | --- | --- | --- | --- |")
    found = anomalies(of_each, count=10, neighbors=1, methods=["forest"])
    for pair in zip(found.rows, found.neighbors[:, 0], strict=True):
        print(f"| {' | '.join(f'{name} | {kind} | {z:.3f}' for name, kind, z in table.loc[list(pair)].to_numpy())} |")


def rows_of(series, table):
    """The rows of the spectra of each supernova."""
    names = np.array(series.object_ids)
    return [np.flatnonzero(names == name) for name in table["object_id"]]


if __name__ == "__main__":
    main()
